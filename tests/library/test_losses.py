"""Triplet losses against plain loops, the DeepLearning.AI course's figures, optax."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from siamese_lib.energy import cosine_similarity, l2_normalize, squared_euclidean_distance
from siamese_lib.losses import modified_triplet_loss, triplet_loss

rng = np.random.default_rng(1)
A, P, N = rng.normal(size=(3, 9, 6)).astype(np.float32)
SLIDE = np.array(
    [[0.9, -0.8, 0.3, -0.5], [-0.8, 0.5, 0.1, -0.2], [0.3, 0.1, 0.7, -0.8], [-0.5, -0.2, -0.8, 1]]
)
LAB = np.array([[9, -8, 3, -5], [-4, 5, 1, -1], [3, 1, -4, -8], [-5, -2, -7, 5]]) / 10
OPTIONS = [(n, r) for n in ("closest", "hardest") for r in ("mean", "sum", "none")]


def loop_modified(anchor, positive, margin, negatives, reduction):
    """The definition, entry by entry."""
    anchor, positive = np.asarray(anchor, float), np.asarray(positive, float)
    losses = []
    for i in range(len(anchor)):
        own = float(anchor[i] @ positive[i])
        others = [float(anchor[i] @ positive[j]) for j in range(len(positive)) if j != i]
        first = max(sum(others) / len(others) - own + margin, 0)
        allowed = [s for s in others if negatives == "hardest" or s <= own]
        second = max(max(allowed) - own + margin, 0) if allowed else 0
        losses.append(first + second)
    return {"mean": np.mean, "sum": np.sum, "none": np.array}[reduction](losses)


@pytest.mark.parametrize(("negatives", "reduction"), OPTIONS)
@pytest.mark.parametrize("margin", [0.0, 0.25, 2.0])
@pytest.mark.parametrize("block_size", [None, 1, 4, 9, 50])
def test_modified_equals_the_loop(negatives, reduction, margin, block_size):
    a, p = l2_normalize(A), l2_normalize(A + 0.8 * P)
    value = modified_triplet_loss(
        a, p, margin=margin, negatives=negatives, reduction=reduction, block_size=block_size
    )
    expected = loop_modified(a, p, margin, negatives, reduction)
    np.testing.assert_allclose(value, expected, atol=2e-5)


@pytest.mark.parametrize("negatives", ["closest", "hardest"])
@pytest.mark.parametrize("block_size", [None, 4])
def test_modified_gradient_equals_differences_of_the_loop(negatives, block_size):
    def f(a, p):
        return modified_triplet_loss(
            a, p, negatives=negatives, reduction="sum", block_size=block_size
        )

    gradients = jax.grad(f, argnums=(0, 1))(A, P)
    for side, gradient in enumerate(gradients):
        expected = np.zeros_like(A, float)
        for place in np.ndindex(*A.shape):
            step = np.zeros_like(A, float)
            step[place] = 1e-6
            ends = [
                loop_modified(*[x + sign * step if k == side else x for k, x in enumerate((A, P))],
                              0.25, negatives, "sum")
                for sign in (1, -1)
            ]  # fmt: skip
            expected[place] = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(gradient, expected, atol=2e-3)


def test_inputs_are_used_as_given():
    """Not normalised inside: twice the length is twice the similarity."""
    value = modified_triplet_loss(2 * A, P, reduction="none")
    np.testing.assert_allclose(value, loop_modified(2 * A, P, 0.25, "closest", "none"), rtol=1e-5)


def test_the_matrices_on_the_deeplearning_ai_slide_and_in_its_lab():
    # S = anchor @ positive.T with positive = identity gives any S as anchor.
    assert modified_triplet_loss(SLIDE, np.eye(4), reduction="sum") == 0
    rows = modified_triplet_loss(LAB, np.eye(4), reduction="none")
    np.testing.assert_allclose(rows, [0, 0, 0.5166667, 0], atol=1e-6)
    hardest = modified_triplet_loss(LAB, np.eye(4), negatives="hardest", reduction="none")
    np.testing.assert_allclose(hardest, [0, 0, 0.5166667 + 0.95, 0], atol=1e-6)


def as_in_the_lab(v1, v2):
    """The DeepLearning.AI lab, Trax edition: closest, sum; what is left out is put at -2."""
    s = np.asarray(v1 @ v2.T, float)
    own = np.diag(s)[:, None]
    negatives = np.where(np.eye(len(s), dtype=bool) | (s > own), -2, s)
    mean = (s.sum(axis=1, keepdims=True) - own) / (len(s) - 1)
    closest = negatives.max(axis=1, keepdims=True)
    return np.sum([np.maximum(chosen - own + 0.25, 0) for chosen in (mean, closest)])


def as_in_the_first_trax_assignment(v1, v2):
    """Hardest, mean: the diagonal is lowered by 2 and the largest entry taken."""
    s = np.asarray(v1 @ v2.T, float)
    own, others = np.diag(s), s - 2 * np.eye(len(s))
    mean = (s.sum(axis=1) - own) / (len(s) - 1)
    return np.mean(np.maximum(others.max(1) - own + 0.25, 0) + np.maximum(mean - own + 0.25, 0))


def test_the_deeplearning_ai_labs_and_their_first_trax_assignment():
    v1, v2 = l2_normalize(A), l2_normalize(P)
    trax = modified_triplet_loss(v1, v2, negatives="closest", reduction="sum")
    tensorflow = modified_triplet_loss(v2, v1, negatives="closest", reduction="sum")
    first = modified_triplet_loss(v1, v2, negatives="hardest", reduction="mean")
    assert trax == pytest.approx(as_in_the_lab(v1, v2), abs=1e-4)
    assert tensorflow == pytest.approx(as_in_the_lab(v2, v1), abs=1e-4)
    assert first == pytest.approx(as_in_the_first_trax_assignment(v1, v2), abs=1e-5)


def test_collapse_costs_twice_the_margin_a_row():
    same = np.tile(l2_normalize(A[:1]), (256, 1))
    assert modified_triplet_loss(same, same, reduction="sum") == pytest.approx(128, abs=1e-2)


def test_a_row_whose_positive_is_worst_has_no_second_loss():
    s = np.array([[-0.5, 0.2, 0.3], [0, 1, 0], [0, 0, 1]])
    row = modified_triplet_loss(s, np.eye(3), reduction="none")[0]
    assert row == pytest.approx(0.25 + 0.5 + 0.25)
    gradient = jax.grad(lambda a: modified_triplet_loss(a, jnp.eye(3)))(jnp.asarray(s))
    assert jnp.isfinite(gradient).all()


@pytest.mark.parametrize(("negatives", "reduction"), OPTIONS)
def test_modified_under_jit_and_in_half_precision(negatives, reduction):
    def f(a, p):
        return modified_triplet_loss(a, p, negatives=negatives, reduction=reduction)

    a, p = l2_normalize(A), l2_normalize(P)
    np.testing.assert_allclose(jax.jit(f)(a, p), f(a, p), atol=1e-6)
    for dtype in (jnp.float16, jnp.bfloat16):
        half = f(a.astype(dtype), p.astype(dtype))
        assert half.dtype == jnp.float32
        np.testing.assert_allclose(half, f(a, p), rtol=0.1, atol=0.1)
    nan = jax.jit(f)(jnp.full((2, 3), jnp.nan), jnp.ones((2, 3)))
    assert jnp.isnan(nan).all()


def test_nan_in_one_positive_is_nan_out_for_every_row():
    p = jnp.asarray(P).at[3, 0].set(jnp.nan)
    for negatives in ("closest", "hardest"):
        value = jax.jit(lambda a, p, n=negatives: modified_triplet_loss(a, p, negatives=n))(A, p)
        assert jnp.isnan(value)


def test_zero_and_identical_vectors_have_finite_gradients():
    for a in (jnp.zeros((4, 3)), jnp.ones((4, 3))):
        gradients = jax.grad(modified_triplet_loss, argnums=(0, 1))(a, a)
        triplet = jax.grad(lambda a: triplet_loss(a, a, a).sum())(a)
        assert all(jnp.isfinite(g).all() for g in (*gradients, triplet))


@pytest.mark.parametrize("margin", [0.0, 0.25, 1.5])
def test_triplet_equals_the_loop(margin):
    for i, value in enumerate(triplet_loss(A, P, N, margin=margin)):
        cos = [float(x @ A[i] / np.linalg.norm(x) / np.linalg.norm(A[i])) for x in (P[i], N[i])]
        assert value == pytest.approx(max(cos[1] - cos[0] + margin, 0), abs=1e-5)


def test_triplet_with_plain_euclidean_distance_equals_optax():
    from siamese_lib.energy import euclidean_distance

    ours = triplet_loss(A, P, N, margin=0.6, distance=euclidean_distance)
    theirs = optax.losses.triplet_margin_loss(A, P, N, margin=0.6, norm_degree=2)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_squared_euclidean_form_is_twice_the_cosine_form():
    a, p, n = map(l2_normalize, (A, P, N))
    squared = triplet_loss(a, p, n, margin=0.5, distance=squared_euclidean_distance)
    np.testing.assert_allclose(squared, 2 * triplet_loss(a, p, n, margin=0.25), atol=1e-5)


def test_triplet_is_zero_beyond_the_margin():
    assert triplet_loss(A, A, -A).max() == 0
    beyond = cosine_similarity(A, P) - cosine_similarity(A, N) >= 0.25
    np.testing.assert_array_equal(triplet_loss(A, P, N) == 0, beyond)


BAD = [
    (lambda: triplet_loss(A, P[:3], N), r"\(9, 6\).*\(3, 6\)"),
    (lambda: triplet_loss(A[0], P[0], N[0]), r"\(6,\); give \[batch, dim\]"),
    (lambda: triplet_loss(A[:0], P[:0], N[:0]), "empty"),
    (lambda: triplet_loss(A, P, N, margin=-0.1), "margin is -0.1"),
    (lambda: triplet_loss(A, P, N * np.nan), r"negative holds nan at \(0, 0\)"),
    (lambda: modified_triplet_loss(A, P[:, :2]), r"\(9, 6\).*\(9, 2\)"),
    (lambda: modified_triplet_loss(A[:1], P[:1]), "batch of 1 has no negatives"),
    (lambda: modified_triplet_loss(A[:0], P[:0]), "empty"),
    (lambda: modified_triplet_loss(A, P, margin=float("nan")), "margin is nan"),
    (lambda: modified_triplet_loss(A, P, negatives="furthest"), "'furthest'.*'closest'"),
    (lambda: modified_triplet_loss(A, P, reduction="avg"), "'avg'.*'mean'"),
    (lambda: modified_triplet_loss(A, P, block_size=0), "block_size is 0"),
    (lambda: modified_triplet_loss(A, P, block_size=2.0), "block_size is 2.0"),
    (lambda: modified_triplet_loss(A * np.inf, P), "anchor holds"),
    (lambda: triplet_loss(A, P, N, margin="x"), "margin is 'x'"),
    (lambda: triplet_loss(A, P, N, distance="cosine"), "distance is 'cosine'"),
    (lambda: jax.jit(modified_triplet_loss)(A[:1], P[:1]), "batch of 1"),
    (lambda: jax.jit(lambda a, p: modified_triplet_loss(a, p, reduction="x"))(A, P), "'x'"),
    (lambda: jax.jit(triplet_loss)(A, P, N[:2]), r"\(9, 6\).*\(2, 6\)"),
    (lambda: jax.jit(lambda a, p, m: modified_triplet_loss(a, p, margin=m))(A, P, 0.1), "static"),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=range(len(BAD)))
def test_bad_input_is_quoted(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_constant_side_and_numpy_sizes_work():
    expected = modified_triplet_loss(A, P)
    value = jax.jit(lambda a: modified_triplet_loss(a, P, block_size=np.int64(2)))(A)
    np.testing.assert_allclose(value, expected, atol=1e-5)
    with pytest.raises(ValueError, match="positive holds nan"):
        jax.jit(lambda a: modified_triplet_loss(a, P * np.nan))(A)


def test_blocks_save_memory():
    """The compiled program's temporaries shrink with block_size; nothing is timed."""
    x = jax.ShapeDtypeStruct((4096, 32), jnp.float32)

    def temporaries(block_size):
        f = jax.grad(lambda a, p: modified_triplet_loss(a, p, block_size=block_size))
        return jax.jit(f).lower(x, x).compile().memory_analysis().temp_size_in_bytes

    assert temporaries(64) < temporaries(4096) / 8
    assert temporaries(None) < temporaries(4096) / 8
