"""What exercises 2.3 to 2.6 share: which entries are negatives, and whether JAX can trace a function."""

import functools

import jax
import numpy as np

from instructor.labs.exercise import Only
from siamese_lib.checks.exercise import Mistake


def negatives(similarity, is_real):
    """Which entries are negatives, [positive, anchor]: both real, and not the diagonal."""
    return is_real[:, None] & is_real[None, :] & ~np.eye(len(is_real), dtype=bool)


def top_k(similarity, use, k, most=True, reduce=np.mean, none=-2.0, filler=None):
    """For each column, what reduce makes of its k largest entries, of those that use allows."""
    columns = []
    for column, chosen in zip(similarity.T, use.T, strict=True):
        ranked = np.sort(column[chosen])
        taken = ranked[-k:] if most else ranked[:k]
        if filler is not None:  # a mistake: entries that are not chosen stay, as the filler
            taken = np.sort(np.where(chosen, column, filler))[-k:]
        columns.append(reduce(taken) if len(taken) else none)
    return np.array(columns)


def hardest_negatives(similarity, is_real, k):
    return top_k(similarity, negatives(similarity, is_real), k)


def everything(similarity, is_real):
    return ~np.eye(len(is_real), dtype=bool)


def with_diagonal(similarity, is_real):
    return is_real[:, None] & is_real


def turned(similarity, *rest):
    return (similarity.T, *rest)


ROWS = "you went along the rows; here the anchors are the columns."
MASK = "padding took part: is_real says which rows and columns count."
# 2.3 to 2.5 promise that what an array holds never decides what Python does. A mask between square
# brackets is no `if`, but jax.jit refuses it too; is_real is then left out of what jit traces.
TRACED = """\
import jax
def traced(function, similarity, is_real, *rest):
    try:
        return jax.jit(lambda s, r: function(s, r, *rest))(similarity, is_real)
    except jax.errors.NonConcreteBooleanIndexError:
        return jax.jit(lambda s: function(s, is_real, *rest))(similarity)
"""
ASK_TRACED = (
    TRACED
    + """\
values = answer(*case)
def runs():
    try:
        traced(answer, *case)
    except Exception as error:
        return type(error).__name__
    return "yes"
None if values is None else {"your answer": values, "runs under jax.jit": runs()}
"""
)


def traceable(right):
    """right, which takes any case that jax.jit traces: nobody asks what it gives there."""

    def answer(*case):
        return case[0] if isinstance(case[0], jax.core.Tracer) else right(*case)

    return functools.wraps(right)(answer)


def _values(answer):
    return Only(("your answer",), answer)


_IF = "the values are right, but an `if`, a loop or float() looks at the contents of an array, where JAX has none yet (in jax.jit); jnp.where picks without looking."
_STOPS = {
    "TracerBoolConversionError": _IF,
    "ConcretizationTypeError": _IF,
    "TracerIntegerConversionError": _IF,
    "TracerArrayConversionError": "the values are right, but JAX looks through jnp functions only: write jnp in place of np.",
}


def _stopped(right, name):
    """Gives the right values, and raises the error of that name where JAX traces it."""

    def answer(*case):
        if isinstance(case[0], jax.core.Tracer):
            raise type(name, (Exception,), {})
        return right(*case)

    return answer


def traced(right, *mistakes):
    """Mistakes that the values show, then those of right functions that JAX cannot trace."""
    return tuple(Mistake(_values(m.answer), m.hint) for m in mistakes) + tuple(
        Mistake(_stopped(right, name), hint) for name, hint in _STOPS.items()
    )
