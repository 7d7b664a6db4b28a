"""Challenges of lab 1, creating a Siamese model."""

import jax
import jax.numpy as jnp
import numpy as np

from instructor.challenges.challenge import Challenge, Part, close, numbers, same
from instructor.instant import lab1 as right


def _arrays(rng):
    return [(rng.normal(size=(5, 4)) * rng.uniform(0.1, 20, (5, 1)),) for _ in range(2)]


def _ranks(rng):
    return [(rng.normal(size=shape),) for shape in ((4,), (2, 3, 4), (2, 2, 2, 4))]


def _zero_rows(rng):
    (x,), (y,) = _arrays(rng)
    x[rng.integers(5)] = 0
    return [(x,), (0 * y,)]


def _questions(rng, padded=True, b=6, time=5, words=9):
    tokens = rng.integers(1, words, (b, time))
    length = rng.integers(1, time, b) if padded else np.full(b, time)
    return np.where(np.arange(time) < length[:, None], tokens, 0)


def _pooled(padded):
    def draw(rng):
        return [
            (rng.normal(size=(6, 5, 3)), _questions(rng, padded), rng.uniform(0.2, 4, 9))
            for _ in range(2)
        ]

    return draw


def _pooled_empty(rng):
    cases = _pooled(True)(rng)
    for _, tokens, weight in cases:
        tokens[0] = 0
        tokens[1] = [3, 0, 0, 0, 0]
        weight[3] = 0
    return cases


def _encoded(padded):
    def draw(rng):
        return [(_questions(rng, padded), *_weights(rng)) for _ in range(2)]

    return draw


def _weights(rng):
    return rng.normal(size=(9, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)


def _alone(rng):
    weights = _weights(rng)
    return [(_questions(rng, b=1), *weights) for _ in range(3)]


def _triplets(rng):
    return [
        (rng.normal(size=(3, 4)), *(rng.normal(size=(5, 3)) for _ in range(3))) for _ in range(2)
    ]


def _judge_triplets(*names):
    def judge(case, answer):
        expected = right.triplet_facts(*case)
        return float(isinstance(answer, dict) and all(
            same(expected[name], answer.get(name)) for name in names
        ))  # fmt: skip

    return judge


def _sizes(layers):
    def draw(rng):
        return [(*map(int, rng.integers(2, 400, 3)), n) for n in layers]

    return draw


def _triples(rng):
    """Sizes, and questions without padding and without the last word."""
    sizes = [tuple(map(int, rng.integers(4, 40, 3))) for _ in range(2)]
    return [(*size, rng.integers(1, size[0] - 1, (5, 3))) for size in sizes]


_PARAMETERS = """\
import numpy as np
from flax import nnx
*sizes, tokens = case
model = Encoder(*sizes, rngs=nnx.Rngs(0))
parts = model.embedding.embedding, model.hidden.kernel, model.hidden.bias
weights = [np.asarray(part[...]) for part in parts]
outputs = [model(tokens)]
for part, weight in zip(parts[1:], weights[1:]):
    part[...] = weight[..., ::-1]
outputs.append(model(tokens))
parts[0][...] = weights[0][::-1]
[weights, *outputs, model(sizes[0] - 1 - tokens)]
"""


def _are_parameters(case, answer):
    """Weights of the right shapes that the embeddings are made of, however that is done.

    With the hidden units in reverse the embeddings are in reverse; with the words in reverse too,
    the same questions in the new numbers have the same embeddings.
    """
    vocabulary_size, embedding_dim, hidden_dim, _ = case
    shapes = [(vocabulary_size, embedding_dim), (embedding_dim, hidden_dim), (hidden_dim,)]
    weights, *outputs = answer
    before, mirrored, renamed = map(numbers, outputs)
    are_weights = [np.shape(numbers(w)) for w in weights] == shapes and np.std(weights[0]) > 0
    is_alive = bool((before != before[:1]).any())
    return float(
        are_weights and is_alive and same(before[..., ::-1], mirrored) and same(mirrored, renamed)
    )


def _lines(rng):
    """Points on a line, some rows zero all along it."""
    cases = [(rng.normal(size=(6, 4)), rng.normal(size=(6, 4))) for _ in range(2)]
    for at, along in cases:
        rows = rng.permutation(6)[:2]
        at[rows] = along[rows] = 0
    return cases


_SLOPE = """\
import jax, jax.numpy as jnp
at, along = map(jnp.asarray, case)
[normalise(at), jax.grad(lambda s: jnp.sin(normalise(at + s * along)).sum())(0.0)]
"""


def _slope(at, along):
    """Along a line that stays at zero any finite slope is 0, and one that is none spoils the sum."""
    slope = jax.grad(lambda s: jnp.sin(right.normalise(at + s * along)).sum())(0.0)
    return [np.asarray(right.normalise(at)), np.asarray(slope)]


_ENCODE = right.ASK_ENCODER.replace("answer(", "Encoder(")
_THREE = right.ASK_TRIPLETS.replace("answer(", "Triplets(")
_unit, _pool = close(lambda x: np.asarray(right.normalise(x))), close(right.pool)
_encode, _count = close(right.encode), close(right.count_parameters, 1e-9)

CHALLENGES = {
    "1.1": Challenge("Normalise", (
        Part("rows", 8, _arrays, "normalise(*case)", _unit),
        Part("any number of axes", 4, _ranks, "normalise(*case)", _unit),
        Part("zero rows", 4, _zero_rows, "normalise(*case)", _unit),
        Part("slope at zero", 4, _lines, _SLOPE, close(_slope)),
    )),
    "1.2": Challenge("Pooling", (
        Part("weights", 8, _pooled(False), "pool(*case)", _pool),
        Part("padding", 8, _pooled(True), "pool(*case)", _pool),
        Part("nothing to average", 4, _pooled_empty, "pool(*case)", _pool),
    )),
    "1.3": Challenge("Encoder", (
        Part("parameters", 5, _triples, _PARAMETERS, _are_parameters),
        Part("values", 10, _encoded(False), _ENCODE, _encode),
        Part("padding", 6, _encoded(True), _ENCODE, _encode),
        Part("a question alone", 4, _alone, _ENCODE, _encode),
    )),
    "1.4": Challenge("One encoder, three inputs", (
        Part("cosines", 8, _triplets, _THREE, _judge_triplets("cosines")),
        Part("shared weights", 8, _triplets, _THREE,
             _judge_triplets("cosines", "after a step of the encoder")),
        Part("gradient", 4, _triplets, _THREE, _judge_triplets("cosines", "slope")),
    )),
    "1.5": Challenge("Count the parameters", (
        Part("one layer", 8, _sizes((1, 1)), "count_parameters(*case)", _count),
        Part("several layers", 7, _sizes((2, 3, 5)), "count_parameters(*case)", _count),
    )),
}  # fmt: skip
