"""Numbers at the edge: bytes, small integers, halves, and floats of 1e38 and 1e-38."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given, settings
from hypothesis import strategies as st

from siamese_lib import energy, losses
from siamese_lib.datasets import load_omniglot
from siamese_lib.encoders import ImageEncoder, QuestionEncoder, SimilarityHead, pair_logits
from siamese_lib.evaluation import fine_tune, metrics, nearest, prototype_head
from siamese_lib.text import build_tokenizer, pad_length

KINDS = {
    "bytes": (np.uint8, 255),
    "int8": (np.int8, 127),
    "int16": (np.int16, 32_767),
    "int32": (np.int32, 60_000),
    "half": (np.float16, 60_000),
}
each_kind = pytest.mark.parametrize(("kind", "high"), KINDS.values(), ids=KINDS)
rng = np.random.default_rng(0)
HEAD = SimilarityHead(3, rngs=nnx.Rngs(0))


def vectors(kind, high, count):
    return [rng.integers(0, high, (5, 3)).astype(kind) for _ in range(count)]


ON_VECTORS = {
    "triplet": (losses.triplet_loss, 3),
    "triplet, squares": (
        lambda a, p, n: losses.triplet_loss(a, p, n, distance=lambda x, y: ((x - y) ** 2).sum(-1)),
        3,
    ),
    "soft": (losses.soft_margin_triplet_loss, 3),
    "modified": (lambda a, p: losses.modified_triplet_loss(a, p, reduction="none"), 2),
    "InfoNCE": (losses.info_nce_loss, 2),
    "cosine": (energy.cosine_similarity, 2),
    "euclidean": (energy.euclidean_distance, 2),
    "squared": (energy.squared_euclidean_distance, 2),
    "table of cosines": (energy.pairwise_cosine, 2),
    "table of distances": (energy.pairwise_euclidean, 2),
    "head": (HEAD, 2),
    "pair_logits": (pair_logits, 2),
    "nearest": (lambda a, b: nearest(a, b, k=2)[0], 2),
}


@each_kind
@pytest.mark.parametrize(("f", "count"), ON_VECTORS.values(), ids=ON_VECTORS)
def test_narrow_vectors_give_what_their_floats_give(f, count, kind, high):
    given = vectors(kind, high, count)
    wide = f(*[x.astype(np.float32) for x in given])
    tolerance = 2e-3 if kind is np.float16 else 1e-5
    np.testing.assert_allclose(f(*given), wide, rtol=tolerance, atol=tolerance)


@each_kind
def test_narrow_numbers_give_what_their_floats_give(kind, high):
    given, is_same = np.array([high, 2, 3, high // 2], kind), np.array([1, 0, 1, 0])
    wide = given.astype(np.float32)
    for f in (
        lambda d: losses.contrastive_loss(d, is_same, margin=8),
        lambda d: losses.pairwise_cross_entropy(d, is_same),
        lambda d: losses.mean_of_real(np.repeat(d, 4), np.ones(16)),
        lambda d: metrics.recall_at_k(d.reshape(2, 2), is_same.reshape(2, 2), k=1),
    ):
        np.testing.assert_allclose(f(given), f(wide), rtol=1e-5)


def test_the_reports_that_this_comes_from():
    loss = losses.contrastive_loss
    np.testing.assert_allclose(loss(np.array([50000, 3], np.int32), [1, 0]), [2.5e9, 0])
    np.testing.assert_allclose(loss(np.array([20, 3], np.uint8), [1, 0], margin=8), [400, 25])
    np.testing.assert_allclose(loss(np.array([300, 3], np.float16), [1, 0]), [90000, 0])
    found = losses.pairwise_cross_entropy(np.array([200, 2], np.uint8), [1, 0])
    np.testing.assert_allclose(found, [0, 2.1269], atol=1e-4)


@pytest.mark.parametrize("size", [9e37, 3e38, 1e30, 1e19, 1.0, 1e-19, 1e-30, 1.2e-38])
@pytest.mark.parametrize("wrap", [lambda f: f, jax.jit], ids=["eager", "jit"])
def test_directions_and_distances_of_any_size_that_a_float_holds(size, wrap):
    shape = np.array([[1, 1, 0], [1, 0, 0], [-0.5, 1, 1]], np.float32)
    x = (shape * np.float32(size) / 2).astype(np.float32)
    tiny = np.finfo(np.float32).tiny
    x[np.abs(x) < tiny] = 0
    wide = x.astype(float)
    expected = wide / np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1e-300)
    np.testing.assert_allclose(wrap(energy.l2_normalize)(x), expected, rtol=1e-5)
    apart = np.linalg.norm(wide[:, None] - wide[None], axis=-1)
    apart[apart < tiny] = 0
    np.testing.assert_allclose(wrap(energy.pairwise_euclidean)(x, x), apart, rtol=1e-5, atol=0)
    found = wrap(energy.euclidean_distance)(x, x[[1, 2, 0]])
    np.testing.assert_allclose(found, [apart[0, 1], apart[1, 2], apart[2, 0]], rtol=1e-5, atol=0)


@pytest.mark.parametrize("size", [9e37, 1e30, 1.0, 1e-30])
def test_slopes_are_finite_at_any_size(size):
    x = jnp.array([[1, 1, 0], [1, 0, 0], [0, 0, 0]], jnp.float32) * size
    for f in (
        lambda x: energy.l2_normalize(x)[:, 0].sum(),
        lambda x: energy.cosine_similarity(x, x[::-1]).sum(),
        lambda x: energy.euclidean_distance(x, x[::-1]).sum() / size,
        lambda x: energy.pairwise_euclidean(x, x).sum() / size,
    ):
        assert np.isfinite(jax.grad(f)(x)).all()


def test_the_table_of_distances_has_the_slope_of_a_loop_and_never_holds_all_differences():
    a, b = (
        jax.random.normal(jax.random.key(0), (7, 4)),
        jax.random.normal(jax.random.key(1), (5, 4)),
    )
    b = b.at[2].set(a[3])  # at distance 0 the slope is 0
    weight = jax.random.normal(jax.random.key(2), (7, 5))

    def by_loop(a, b):
        table = [[energy.euclidean_distance(x, y) for y in b] for x in a]
        return jnp.sum(weight * jnp.array(table))

    def by_table(a, b):
        return jnp.sum(weight * energy.pairwise_euclidean(a, b))

    for one, other in zip(
        jax.grad(by_loop, (0, 1))(a, b), jax.grad(by_table, (0, 1))(a, b), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-5)
    n, m, dim = 1000, 1000, 128
    a, b = jnp.ones((n, dim)), jnp.zeros((m, dim))
    both = jax.grad(lambda a, b: energy.pairwise_euclidean(a, b).sum(), (0, 1))
    room = jax.jit(both).lower(a, b).compile().memory_analysis().temp_size_in_bytes
    assert room < 10 * n * m * 4 < n * m * dim * 4 / 10  # tables of distances, not of differences


SCORES = st.one_of(
    st.floats(-1e300, 1e300), st.sampled_from([1e10, 1.1e10, 1.2e10, 2e10, 1.0, 1 + 2**-52, 0.0])
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(SCORES, st.booleans()), min_size=1, max_size=12))
def test_no_cut_is_better_than_the_best_at_any_size(pairs):
    scores, same = np.array([s for s, _ in pairs]), np.array([int(y) for _, y in pairs])
    best = metrics.accuracy_at(scores, same, threshold=metrics.best_threshold(scores, same))
    for cut in [*scores, np.nextafter(scores.min(), -np.inf)]:
        assert best >= metrics.accuracy_at(scores, same, threshold=cut)


def test_the_best_cut_of_large_scores_and_of_neighbours_among_float32():
    scores, same = -np.array([2e10, 1.2e10, 1.1e10, 3e9]), np.array([1, 0, 1, 1])
    assert metrics.accuracy_at(scores, same, threshold=metrics.best_threshold(scores, same)) == 0.75
    low = np.float32(0.7)
    scores = np.array([low, np.nextafter(low, np.float32(1))], np.float32)
    for same in ([0, 1], [1, 1], [0, 0]):
        cut = metrics.best_threshold(scores, np.array(same))
        assert ((scores > cut).astype(int) == same).all()  # as numpy compares, in float32


NO_COUNTS = {
    "interval": lambda: metrics.accuracy_interval(2.7, 5),
    "interval, n": lambda: metrics.accuracy_interval(2, 5.5),
    "interval, bool": lambda: metrics.accuracy_interval(True, 5),
    "recall": lambda: metrics.recall_at_k(np.eye(3), np.eye(3), k=1.5),
    "vocabulary": lambda: build_tokenizer(["a b"], vocabulary_size=10.5),
    "vocabulary, none": lambda: build_tokenizer(["a b"], vocabulary_size=0),
    "least": lambda: build_tokenizer(["a b"], min_count=0.5),
    "encoder": lambda: QuestionEncoder(10.5, rngs=nnx.Rngs(0)),
    "encoder, hidden": lambda: QuestionEncoder(10, hidden_dim=0, rngs=nnx.Rngs(0)),
    "pictures": lambda: ImageEncoder(image_size=28.0, rngs=nnx.Rngs(0)),
    "head": lambda: SimilarityHead(-3, rngs=nnx.Rngs(0)),
    "steps": lambda: fine_tune(prototype_head(np.ones((2, 1, 3))), np.ones((2, 1, 3)), steps=1.5),
    "size": lambda: load_omniglot("background", size=2.5),
    "multiple": lambda: pad_length(np.ones((2, 3), int), multiple=0),
}


@pytest.mark.parametrize("call", NO_COUNTS.values(), ids=NO_COUNTS)
def test_what_should_be_a_count_is_checked_to_be_one(call):
    with pytest.raises(ValueError, match="give a whole number of [013] or more"):
        call()
