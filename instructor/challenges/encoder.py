"""Challenges of exercise 5.2: any network, so what is right of it shows in its answers alone.

The learner's kernel hands over the weights, the embeddings of some questions, and their slopes.
Only then the grader moves the weights and draws other questions, and the kernel gives the
embeddings there. The grader counts, compares and follows the slopes by itself: nothing that the
kernel says about its own network is believed, and slopes that are made up do not lead where the
embeddings go.
"""

import numpy as np

from instructor.challenges.challenge import numbers

WORDS, SHAPE = 40, (4, 6)
MOST_WEIGHTS = 1_000_000
LONGEST = 4096  # numbers in an embedding
STEP = 0.02  # how far weights are moved, as a share of their length
LEAST = 1e-3  # a change that counts: of a sum over embeddings of length 1
NOISE, BEND = 1e-4, 0.25  # rounding, and how far a slope leads away from the curve in one step
_MODEL = f"""\
import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
model = QuestionEncoder({WORDS}, rngs=nnx.Rngs(SEED))
model.eval()
graph, weights, rest = nnx.split(model, nnx.Param, ...)
leaves, tree = jax.tree.flatten(weights)
def encoded(leaves, tokens):
    return nnx.merge(graph, jax.tree.unflatten(tree, leaves), rest)(tokens)
"""
ASK = f"""\
{_MODEL.replace("SEED", "0")}
tokens, push = case
def pushed(leaves):
    found = encoded(leaves, tokens)
    return (found * push[:, :found.shape[1]]).sum(), found
slopes, found = jax.jit(jax.grad(pushed, has_aux=True))(leaves)
[leaves, slopes, found]
"""
ASK_MOVED = f"""\
{_MODEL.replace("SEED", "1")}
at, moves, tokens, others = case
at = [jnp.asarray(leaf, old.dtype) for leaf, old in zip(at, leaves)]
find = jax.jit(lambda leaves: encoded(leaves, tokens))
def beside(k, sign):
    return find([*at[:k], at[k] + sign * jnp.asarray(moves[k], at[k].dtype), *at[k + 1:]])
longer = np.pad(others, ((0, 0), (0, 3)))
[[[beside(k, 1), beside(k, -1)] for k in range(len(at))], find(at),
 encoded(at, others), encoded(at, longer), [encoded(at, row[None])[0] for row in others]]
"""


def draw(rng):
    """Questions, and the sum of their embeddings whose slopes are asked for."""
    return [(_tokens(rng), rng.normal(size=(SHAPE[0], LONGEST)))]


def move(rng, case, answer):
    """The same weights, moves of each that only now are drawn, and other questions."""
    leaves, slopes, _ = _read(case, answer)
    moves = [_drawn(rng, leaf, slope) for leaf, slope in zip(leaves, slopes, strict=True)]
    return leaves, moves, case[0], _tokens(rng)


def judge(*names):
    """Judge of the named facts; in any case the embeddings must come from weights that learn."""
    needed = ("one vector a question", "its weights are all", "different questions differ")
    needed += ("something learns", *names)

    def judged(cases, answers):
        found = _facts(*cases, *answers)
        return float(all(found[name] for name in needed))

    return judged


def _tokens(rng):
    tokens, length = rng.integers(1, WORDS, SHAPE), rng.integers(2, SHAPE[1], SHAPE[0])
    return np.where(np.arange(SHAPE[1]) < length[:, None], tokens, 0)


def _read(case, answer):
    """(weights, slopes, embeddings). Raises ValueError where they do not belong together."""
    weights, slopes, found = answer
    weights, slopes = ([numbers(leaf) for leaf in leaves] for leaves in (weights, slopes))
    found = numbers(found)
    if not weights or any(leaf is None or leaf.dtype.kind != "f" for leaf in (*weights, *slopes)):
        raise ValueError("weights and slopes are lists of arrays")
    if [leaf.shape for leaf in weights] != [leaf.shape for leaf in slopes]:
        raise ValueError("every weight has a slope")
    if found is None or found.ndim != 2 or len(found) != SHAPE[0] or found.shape[1] > LONGEST:
        raise ValueError("one vector a question")
    if not all(np.isfinite(leaf).all() for leaf in (*weights, *slopes, found)):
        raise ValueError("finite numbers")
    return weights, slopes, found


def _drawn(rng, leaf, slope):
    """Up the slope and aside. Weights said to matter next to nothing are moved far: it shows."""
    length, steepness = np.linalg.norm(leaf) or np.sqrt(leaf.size), np.linalg.norm(slope)
    aside = rng.normal(size=leaf.shape)
    way = aside / np.linalg.norm(aside) + slope / (steepness or 1)
    step = STEP if STEP * length * steepness > LEAST else 1.0
    return (step * length * way).astype(np.float32)


def _facts(case, moved, answer, again):
    weights, slopes, found = _read(case, answer)
    beside, *others = again
    same, batch, longer, alone = map(numbers, others)
    if batch is None or batch.ndim != 2 or batch.shape[1] > LONGEST or len(batch) != SHAPE[0]:
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
        "something learns": max(follows) > LEAST,
        "every weight learns": min(follows) > 0,
        "at most 1,000,000 weights": sum(leaf.size for leaf in weights) <= MOST_WEIGHTS,
    }


def _follows(push, slope, move, beside):
    """How far the sum went with this weight; 0 where it stayed or the slope led elsewhere."""
    plus, minus = map(numbers, beside)
    if plus.shape != minus.shape or plus.ndim != 2 or np.array_equal(plus, minus):
        return 0.0
    went = float(((plus - minus) * push[: len(plus), : plus.shape[1]]).sum())
    led = float(2 * (slope.astype(float) * move).sum())
    agrees = abs(went - led) <= NOISE + BEND * max(abs(went), abs(led))
    return max(abs(went), NOISE) if agrees and slope.any() else 0.0


def _equal(batch, other):
    return other is not None and other.shape == batch.shape and np.allclose(batch, other, atol=1e-4)
