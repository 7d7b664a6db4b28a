"""Exercise 5.2, encoder: any network that keeps the contract.

For grading the learner's kernel hands over the weights, the embeddings of some questions, and
their slopes. Only then does the grader move the weights and draw other questions, and the kernel
gives the embeddings there. The grader counts, compares and follows the slopes by itself: it
believes nothing that the kernel says about its own network, and slopes that are made up do not
lead where the embeddings go.
"""

import jax.numpy as jnp
import numpy as np
from flax import nnx

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import numbers
from siamese_lib.checks.exercise import Mistake

_ASK_MODEL = """\
import jax.numpy as jnp
import numpy as np
from flax import nnx
tokens, words = case
model = answer(words, rngs=nnx.Rngs(0))
batch = model(tokens)
def slopes():
    slope = nnx.grad(lambda m: jnp.sin(m(tokens) * jnp.arange(1, 1 + batch.shape[-1])).sum())(model)
    return [bool(jnp.any(leaf != 0)) for leaf in jax.tree.leaves(slope)]
def raw():
    longer = np.pad(tokens, ((0, 0), (0, 3)))
    return {"batch": batch, "longer": model(longer), "alone": [model(row[None])[0] for row in tokens],
            "learns": slopes(), "size": sum(x.size for x in jax.tree.leaves(nnx.state(model, nnx.Param)))}
def model_facts(tokens, raw):
    batch = np.asarray(raw["batch"])
    if batch.ndim != 2 or len(batch) != len(tokens):
        return {"one vector a question": False}
    def equal(other):
        return np.shape(other) == batch.shape and np.allclose(batch, np.asarray(other), atol=1e-4)
    near = (batch @ batch.T)[~np.eye(len(batch), dtype=bool)]
    return {
        "one vector a question": True,
        "length 1": bool(np.allclose((batch**2).sum(1), 1, atol=1e-3)),
        "padding changes nothing": equal(raw["longer"]),
        "its neighbours change nothing": equal(raw["alone"]),
        "different questions differ": bool((near < 0.9999).all()),
        "every weight learns": bool(len(raw["learns"])) and all(raw["learns"]),
        "at most 1,000,000 weights": raw["size"] <= 1_000_000,
    }
def is_embedding(batch):
    return getattr(batch, "ndim", 0) == 2 and len(batch) == len(tokens)
None if batch is None else {"one vector a question": False, "shown": batch} if not is_embedding(batch) else {
    **model_facts(tokens, raw()), "shown": batch}
"""


class _Encoder(nnx.Module):
    def __init__(self, words, *, rngs):
        self.embedding = nnx.Embed(words, 16, rngs=rngs)
        self.dense = nnx.Linear(16, 16, rngs=rngs)

    def __call__(self, tokens):
        states = jnp.tanh(self.dense(self.embedding(tokens)))
        total = jnp.where((tokens != 0)[..., None], states, 0).sum(1)
        return total / jnp.sqrt(jnp.maximum((total * total).sum(-1, keepdims=True), 1e-12))


_TOKENS = tuple(
    (np.array(rows), 40)
    for rows in (
        [[3, 5, 2, 0, 0, 0], [4, 1, 0, 0, 0, 0], [2, 2, 6, 1, 9, 0], [7, 0, 0, 0, 0, 0]],
        [[1, 2, 3, 4, 5, 6], [5, 6, 7, 0, 0, 0], [39, 1, 0, 0, 0, 0], [8, 8, 2, 0, 0, 0]],
    )
)
_MISTAKES = (
    Mistake({"one vector a question": False}, "[b, t] tokens in, one vector a question out: [b, dim]. Average over the words."),
    Mistake({"its neighbours change nothing": False, "length 1": False}, "an embedding depends on the rest of the batch: the length is that of the whole batch. Mind the axis."),
    Mistake({"its neighbours change nothing": False}, "an embedding depends on the rest of the batch: look for a mean or a length down the batch."),
    Mistake({"length 1": False}, "the rows have not length 1: normalise along the last axis at the end."),
    Mistake({"padding changes nothing": False}, "three more zeros change the embedding: mask the states of padding before you average."),
    Mistake({"different questions differ": False}, "different questions get the same vector: the encoder has collapsed, or never looks at the words."),
    Mistake({"every weight learns": False}, "a weight gets no gradient: it is not used, or the gradient was stopped."),
    Mistake({"at most 1,000,000 weights": False}, "the model is too large: stay within a million weights; the vocabulary has about a thousand words."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.

_WORDS, _SHAPE = 40, (4, 6)
_MOST_WEIGHTS = 1_000_000
_LONGEST = 4096  # numbers in an embedding
_STEP = 0.02  # how far weights are moved, as a share of their length
_LEAST = 1e-3  # a change that counts: of a sum over embeddings of length 1
_NOISE, _BEND = 1e-4, 0.25  # rounding, and how far a slope leads away from the curve in one step
_MAKE_MODEL = f"""\
import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
model = QuestionEncoder({_WORDS}, rngs=nnx.Rngs(SEED))
model.eval()
graph, weights, rest = nnx.split(model, nnx.Param, ...)
leaves, tree = jax.tree.flatten(weights)
def encoded(leaves, tokens):
    return nnx.merge(graph, jax.tree.unflatten(tree, leaves), rest)(tokens)
"""
_ASK_WEIGHTS = f"""\
{_MAKE_MODEL.replace("SEED", "0")}
tokens, push = case
def pushed(leaves):
    found = encoded(leaves, tokens)
    return (found * push[:, :found.shape[1]]).sum(), found
slopes, found = jax.jit(jax.grad(pushed, has_aux=True))(leaves)
[leaves, slopes, found]
"""
_ASK_MOVED = f"""\
{_MAKE_MODEL.replace("SEED", "1")}
at, moves, tokens, others = case
at = [jnp.asarray(leaf, old.dtype) for leaf, old in zip(at, leaves)]
find = jax.jit(lambda leaves: encoded(leaves, tokens))
def beside(k, sign):
    return find([*at[:k], at[k] + sign * jnp.asarray(moves[k], at[k].dtype), *at[k + 1:]])
longer = np.pad(others, ((0, 0), (0, 3)))
[[[beside(k, 1), beside(k, -1)] for k in range(len(at))], find(at),
 encoded(at, others), encoded(at, longer), [encoded(at, row[None])[0] for row in others]]
"""


def _draw(rng):
    """Questions, and the sum of their embeddings whose slopes are asked for."""
    return [(_tokens(rng), rng.normal(size=(_SHAPE[0], _LONGEST)))]


def _move(rng, case, answer):
    """The same weights, moves of each that only now are drawn, and other questions."""
    leaves, slopes, _ = _read(case, answer)
    moves = [_drawn(rng, leaf, slope) for leaf, slope in zip(leaves, slopes, strict=True)]
    return leaves, moves, case[0], _tokens(rng)


def _judge(*names):
    """Judge of the named facts; in any case the embeddings must come from weights that learn."""
    needed = ("one vector a question", "its weights are all", "different questions differ")
    needed += ("something learns", *names)

    def judged(cases, answers):
        found = _facts(*cases, *answers)
        return float(all(found[name] for name in needed))

    return judged


def _tokens(rng):
    tokens, length = rng.integers(1, _WORDS, _SHAPE), rng.integers(2, _SHAPE[1], _SHAPE[0])
    return np.where(np.arange(_SHAPE[1]) < length[:, None], tokens, 0)


def _read(case, answer):
    """(weights, slopes, embeddings). Raises ValueError where they do not belong together."""
    weights, slopes, found = answer
    weights, slopes = ([numbers(leaf) for leaf in leaves] for leaves in (weights, slopes))
    found = numbers(found)
    if not weights or any(leaf is None or leaf.dtype.kind != "f" for leaf in (*weights, *slopes)):
        raise ValueError("weights and slopes are lists of arrays")
    if [leaf.shape for leaf in weights] != [leaf.shape for leaf in slopes]:
        raise ValueError("every weight has a slope")
    if found is None or found.ndim != 2 or len(found) != _SHAPE[0] or found.shape[1] > _LONGEST:
        raise ValueError("one vector a question")
    if not all(np.isfinite(leaf).all() for leaf in (*weights, *slopes, found)):
        raise ValueError("finite numbers")
    return weights, slopes, found


def _drawn(rng, leaf, slope):
    """Up the slope and aside. Weights said to matter next to nothing are moved far: it shows."""
    length, steepness = np.linalg.norm(leaf) or np.sqrt(leaf.size), np.linalg.norm(slope)
    aside = rng.normal(size=leaf.shape)
    way = aside / np.linalg.norm(aside) + slope / (steepness or 1)
    step = _STEP if _STEP * length * steepness > _LEAST else 1.0
    return (step * length * way).astype(np.float32)


def _facts(case, moved, answer, again):
    weights, slopes, found = _read(case, answer)
    beside, *others = again
    same, batch, longer, alone = map(numbers, others)
    if batch is None or batch.ndim != 2 or batch.shape[1] > _LONGEST or len(batch) != _SHAPE[0]:
        return dict.fromkeys(("one vector a question",), False)
    near = (batch @ batch.T)[~np.eye(len(batch), dtype=bool)]
    follows = [_follows(case[1], *both) for both in zip(slopes, moved[1], beside, strict=True)]
    return {
        "one vector a question": True,
        "its weights are all": _equal(found, same),  # another encoder with them gives the same
        "length 1": bool(np.allclose((batch**2).sum(1), 1, atol=1e-3)),
        "padding changes nothing": _equal(batch, longer),
        "its neighbours change nothing": _equal(batch, alone),
        "different questions differ": bool((near < 0.9999).all()),
        "something learns": max(follows) > _LEAST,
        "every weight learns": min(follows) > 0,
        "at most 1,000,000 weights": sum(leaf.size for leaf in weights) <= _MOST_WEIGHTS,
    }


def _follows(push, slope, move, beside):
    """How far the sum went with this weight; 0 where it stayed or the slope led elsewhere."""
    plus, minus = map(numbers, beside)
    if plus.shape != minus.shape or plus.ndim != 2 or np.array_equal(plus, minus):
        return 0.0
    went = float(((plus - minus) * push[: len(plus), : plus.shape[1]]).sum())
    led = float(2 * (slope.astype(float) * move).sum())
    agrees = abs(went - led) <= _NOISE + _BEND * max(abs(went), abs(led))
    return max(abs(went), _NOISE) if agrees and slope.any() else 0.0


def _equal(batch, other):
    return other is not None and other.shape == batch.shape and np.allclose(batch, other, atol=1e-4)


def _part(title, points, *names):
    return Part(title, points, _draw, _ASK_WEIGHTS, _judge(*names),
                follow=_move, ask_again=_ASK_MOVED)  # fmt: skip


EXERCISE = Exercise(
    title="encoder",
    call="QuestionEncoder",
    right=_Encoder,
    cases=_TOKENS,
    mistakes=_MISTAKES,
    meaning="The contract holds: a question's vector depends on its words alone, and every weight can learn.",
    fallback="print the shapes of each step for one short question.",
    ask=_ASK_MODEL,
    names=("tokens", "vocabulary_size"),
    parts=(
        _part("unit vectors", 5, "length 1", "at most 1,000,000 weights"),
        _part(
            "padding and neighbours", 6, "padding changes nothing", "its neighbours change nothing"
        ),
        _part("every weight learns", 4, "every weight learns"),
    ),
)
