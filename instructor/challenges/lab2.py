"""Challenges of lab 2, the modified triplet loss. Anchors are the columns of the matrix.

Few shapes: JAX compiles each operation anew for each shape, in every learner's kernel.
"""

import numpy as np

from instructor.challenges.challenge import Challenge, Part, close
from instructor.instant import lab2 as right


def _vectors(rng):
    cases = [(rng.normal(size=d), rng.normal(size=d), rng.uniform(0.1, 3, d)) for d in (5, 40)]
    a, b, weight = cases[0]
    return [*cases, (a, b - 3 * a, weight)]  # the last one is negative


def _zero_vectors(rng):
    ordinary = _vectors(rng)[0]  # or a constant 0 would earn the part
    a, _, weight = ordinary
    return [(np.zeros(5), a, weight), (a, np.zeros(5), weight), (a, a, np.zeros(5)), ordinary]


def _batches(rng):
    sizes = ((4, 5), (7, 5), (7, 5))
    return [(rng.normal(size=s), 3 * rng.normal(size=s), rng.uniform(0.1, 3, s[1])) for s in sizes]


def _batches_with_zeros(rng):
    cases = _batches(rng)
    for positive, anchor, _ in cases:
        positive[rng.integers(len(positive))] = 0
        anchor[rng.integers(len(anchor))] = 0
    return cases


def _stacks(rng):
    return [(rng.normal(size=(2, b, 5)), rng.normal(size=(2, b, 5)), rng.uniform(0.1, 3, 5))
            for b in (4, 7)]  # fmt: skip


def _stack_of_right(positive, anchor, weight):
    return np.stack(
        [right.similarity_matrix(p, a, weight) for p, a in zip(positive, anchor, strict=True)]
    )


def _similarity(rng, b, lead=0.0):
    """Entries well apart; a diagonal of 0.3 or more, so that some negatives are allowed."""
    similarity = np.linspace(-0.9, 0.9, b * b) + rng.uniform(-0.2, 0.2, b * b) / b**2
    similarity = rng.permutation(similarity).reshape(b, b)
    similarity[np.arange(b), np.arange(b)] = rng.uniform(0.3 + lead, 0.95, b)
    return similarity


def _tied(cases):
    """The same, where one negative of each column is exactly as high as its positive."""
    for similarity, is_real, *_ in cases:
        real = np.flatnonzero(is_real)
        for i in real if len(real) > 1 else ():
            similarity[real[real != i][0], i] = similarity[i, i]
    return cases


def _mask(rng, b, real):
    return rng.permutation(np.arange(b) < real)


def _plain(rng):
    return [(_similarity(rng, b), np.ones(b, bool)) for b in (4, 7, 7)]


def _masked(rng):
    return [(_similarity(rng, b), _mask(rng, b, real)) for b, real in ((4, 2), (7, 5), (7, 6))]


def _lone(rng):
    return [(_similarity(rng, b), _mask(rng, b, real)) for b, real in ((4, 1), (7, 1), (4, 0))]


def _lone_and_masked(rng):
    return [*_lone(rng), *_masked(rng)]  # the first alone ask for zeros


def _one_closest(rng):
    cases = [(*case, 1) for case in _plain(rng)]
    return cases + _tied([(*_plain(rng)[0], 1)])


def _top_masked(rng):
    cases = ((7, 5, 3), (7, 6, 3), (4, 3, 1), (7, 4, 9))
    return [(_similarity(rng, b), _mask(rng, b, real), k) for b, real, k in cases]


def _no_closest(rng):
    cases = [(*case, 2) for case in _lone_and_masked(rng)]
    for similarity, is_real, _ in cases:
        worst = rng.choice(np.flatnonzero(is_real)) if is_real.any() else 0
        similarity[worst, worst] = -0.98
    return cases


def _first_only(rng):
    return [
        (*case, 1, margin, 0.0) for case, margin in zip(_plain(rng), (0.3, 1.0, 0.5), strict=True)
    ]


def _both(rng):
    cases = [(*case, k) for case in _plain(rng) for k in (1, 3)]
    _tied(cases[:1])
    return [(*case, float(rng.uniform(0.2, 0.9)), float(rng.uniform(0.3, 2))) for case in cases]


def _both_masked(rng):
    cases = _top_masked(rng)
    cases[0][0][np.argmax(cases[0][1]), np.argmax(cases[0][1])] = -0.98
    return [(*case, float(rng.uniform(0.3, 0.9)), float(rng.uniform(0.3, 2))) for case in cases]


def _embeddings(rng, b, real):
    is_real = _mask(rng, b, real)
    anchor = np.where(is_real[:, None], rng.normal(size=(b, 5)) * rng.uniform(0.5, 3), 0)
    positive = np.where(is_real[:, None], anchor + 1.2 * rng.normal(size=(b, 5)), 0)
    return anchor, positive, is_real


def _training(rng):
    return [(*_embeddings(rng, b, b), k, float(rng.uniform(0.5, 0.9)), float(rng.uniform(0.3, 2)))
            for b, k in ((4, 1), (7, 3), (7, 3))]  # fmt: skip


def _training_masked(rng):
    return [(*_embeddings(rng, b, real), k, float(rng.uniform(0.5, 0.9)), float(rng.uniform(0.3, 2)))
            for b, real, k in ((4, 3, 1), (7, 5, 3))]  # fmt: skip


_cosine, _loss = close(right.weighted_cosine), close(right.batch_loss)
_matrix, _mean = close(right.similarity_matrix), close(right.mean_negative)
_closest, _trained = close(right.closest_negatives), close(right.loss_and_gradients)

CHALLENGES = {
    "2.1": Challenge("Weighted cosine", (
        Part("values", 6, _vectors, "weighted_cosine(*case)", _cosine),
        Part("zero vectors", 4, _zero_vectors, "weighted_cosine(*case)", _cosine),
    )),
    "2.2": Challenge("Similarity matrix", (
        Part("loop", 5, _batches_with_zeros, "similarity_loop(*case)", _matrix),
        Part("product", 4, _batches, "similarity_matrix(*case)", _matrix),
        Part("product, zero rows", 3, _batches_with_zeros, "similarity_matrix(*case)", _matrix),
        Part("product, a stack of batches", 3, _stacks,
             "import jax\njax.vmap(similarity_matrix, (0, 0, None))(*case)", close(_stack_of_right)),
    )),
    "2.3": Challenge("Mean negative", (
        Part("full batches", 5, _plain, right.TRACED + "traced(mean_negative, *case)", _mean),
        Part("padding", 7, _masked, right.TRACED + "traced(mean_negative, *case)", _mean),
        Part("no negative", 3, _lone_and_masked, right.TRACED + "traced(mean_negative, *case)", _mean),
    )),
    "2.4": Challenge("Closest negatives", (
        Part("k = 1, full batches", 8, _one_closest, right.TRACED + "traced(closest_negatives, *case)", _closest),
        Part("k of them, padding", 8, _top_masked, right.TRACED + "traced(closest_negatives, *case)", _closest),
        Part("none allowed", 4, _no_closest, right.TRACED + "traced(closest_negatives, *case)", _closest),
    )),
    "2.5": Challenge("Batch loss", (
        Part("beta = 0", 7, _first_only, right.TRACED + "traced(batch_loss, *case)", _loss),
        Part("full batches", 10, _both, right.TRACED + "traced(batch_loss, *case)", _loss),
        Part("padding", 8, _both_masked, right.TRACED + "traced(batch_loss, *case)", _loss),
    )),
    "2.6": Challenge("Loss and gradients", (
        Part("full batches", 9, _training, "loss_and_gradients(*case)", _trained),
        Part("padding", 6, _training_masked, "loss_and_gradients(*case)", _trained),
    )),
}  # fmt: skip
