"""Contrastive, cross-entropy, InfoNCE and soft-margin losses against loops and optax."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siamese_lib.energy import (
    cosine_distance,
    euclidean_distance,
    l2_normalize,
    squared_euclidean_distance,
)
from siamese_lib.losses import (
    contrastive_loss,
    info_nce_loss,
    mean_of_real,
    pairwise_cross_entropy,
    soft_margin_triplet_loss,
)

rng = np.random.default_rng(5)
A, P, N = rng.normal(size=(3, 9, 6)).astype(np.float32)
IS_SAME = np.array([1, 0, 1, 1, 0, 0, 1, 0, 0])
WEIGHTS = rng.normal(size=9)  # so that no test passes by errors that cancel in a sum


def slopes(f, *arrays, step=1e-6):
    """Gradient of a float64 loop by central differences, side by side for all arrays."""
    found = []
    for side, array in enumerate(arrays):
        slope = np.zeros(array.shape)
        for place in np.ndindex(*array.shape):
            ends = []
            for sign in (1, -1):
                moved = [np.array(x, float) for x in arrays]
                moved[side][place] += sign * step
                ends.append(f(*moved))
            slope[place] = (ends[0] - ends[1]) / (2 * step)
        found.append(slope)
    return found


def loop_contrastive(distance, is_same, margin):
    return np.array([
        d**2 if same else max(margin - d, 0) ** 2 for d, same in zip(distance, is_same, strict=True)
    ])  # fmt: skip


@pytest.mark.parametrize("margin", [0.0, 0.7, 2.0])
def test_contrastive_equals_the_loop_in_value_and_gradient(margin):
    distance = np.abs(rng.normal(size=9)).astype(np.float32)
    expected = loop_contrastive(distance, IS_SAME, margin)
    np.testing.assert_allclose(contrastive_loss(distance, IS_SAME, margin=margin), expected, 1e-5)

    def weighed(d):
        return jnp.sum(WEIGHTS * contrastive_loss(d, IS_SAME, margin=margin))

    (slope,) = slopes(lambda d: WEIGHTS @ loop_contrastive(d, IS_SAME, margin), distance)
    np.testing.assert_allclose(jax.grad(weighed)(distance), slope, atol=1e-4)


def test_contrastive_through_the_embeddings():
    def loop(a, p):
        return WEIGHTS @ loop_contrastive(np.linalg.norm(a - p, axis=1), IS_SAME, 4.0)

    def loss(a, p):
        return jnp.sum(WEIGHTS * contrastive_loss(euclidean_distance(a, p), IS_SAME, margin=4.0))

    for slope, found in zip(slopes(loop, A, P), jax.grad(loss, (0, 1))(A, P), strict=True):
        np.testing.assert_allclose(found, slope, atol=1e-3)


def test_contrastive_at_identical_points_has_a_finite_gradient():
    def loss(a):
        return contrastive_loss(euclidean_distance(a, jnp.asarray(A)), IS_SAME).sum()

    assert np.isfinite(jax.grad(loss)(A)).all()
    assert (np.asarray(contrastive_loss(np.zeros(9), IS_SAME, margin=2)) == 4 * (1 - IS_SAME)).all()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 10, width=32), min_size=2, max_size=8), st.floats(0, 3))
def test_contrastive_is_zero_where_all_is_well_and_never_negative(distances, margin):
    distance = np.array(distances, np.float32)
    assert (
        np.asarray(contrastive_loss(distance, np.zeros(len(distance)), margin=margin)) >= 0
    ).all()
    beyond = np.asarray(contrastive_loss(distance, np.zeros(len(distance)), margin=margin))
    assert (beyond[distance >= margin] == 0).all()


def test_cross_entropy_equals_optax_and_the_logarithm():
    logits = (3 * rng.normal(size=9)).astype(np.float32)
    ours = pairwise_cross_entropy(logits, IS_SAME)
    theirs = optax.losses.sigmoid_binary_cross_entropy(jnp.asarray(logits), jnp.asarray(IS_SAME))
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    p = 1 / (1 + np.exp(-logits.astype(float)))
    np.testing.assert_allclose(ours, -np.log(np.where(IS_SAME, p, 1 - p)), rtol=1e-5)
    slope = jax.grad(lambda x: jnp.sum(WEIGHTS * pairwise_cross_entropy(x, IS_SAME)))(logits)
    np.testing.assert_allclose(slope, WEIGHTS * (p - IS_SAME), atol=1e-5)  # the closed form


def test_cross_entropy_of_a_sure_and_wrong_answer_is_finite():
    loss = pairwise_cross_entropy(np.array([200.0, -200.0, 200.0]), np.array([0, 1, 1]))
    np.testing.assert_allclose(loss, [200, 200, 0])


def loop_info_nce(anchor, positive, temperature):
    losses = []
    for i in range(len(anchor)):
        weights = [np.exp(float(anchor[i] @ p) / temperature) for p in positive]
        losses.append(-np.log(weights[i] / sum(weights)))
    return np.array(losses)


@pytest.mark.parametrize("temperature", [0.2, 1.0, 5])
def test_info_nce_equals_the_loop_in_value_and_gradient(temperature):
    ours = info_nce_loss(A, P, temperature=temperature)
    np.testing.assert_allclose(ours, loop_info_nce(A, P, temperature), rtol=2e-4, atol=1e-5)

    def weighed(a, p):
        return jnp.sum(WEIGHTS * info_nce_loss(a, p, temperature=temperature))

    expected = slopes(lambda a, p: WEIGHTS @ loop_info_nce(a, p, temperature), A, P)
    for slope, found in zip(expected, jax.grad(weighed, (0, 1))(A, P), strict=True):
        np.testing.assert_allclose(found, slope, atol=5e-3)


def test_info_nce_equals_optax_cross_entropy_and_known_ends():
    a, p = l2_normalize(A), l2_normalize(P)
    theirs = optax.losses.softmax_cross_entropy_with_integer_labels(a @ p.T / 0.1, jnp.arange(9))
    np.testing.assert_allclose(info_nce_loss(a, p), theirs, rtol=1e-5)
    same = np.ones((8, 3))
    np.testing.assert_allclose(info_nce_loss(same, same), np.log(8), rtol=1e-6)  # collapsed
    assert np.isfinite(info_nce_loss(1e3 * A, 1e3 * P)).all()


@pytest.mark.parametrize("distance", [cosine_distance, squared_euclidean_distance])
def test_soft_margin_equals_the_loop_in_value_and_gradient(distance):
    def loop(a, p, n):
        def gap(x, y, z):
            if distance is squared_euclidean_distance:
                return np.sum((x - y) ** 2) - np.sum((x - z) ** 2)
            unit = [v / np.linalg.norm(v) for v in (x, y, z)]
            return unit[0] @ unit[2] - unit[0] @ unit[1]

        return np.array([np.log1p(np.exp(gap(*row))) for row in zip(a, p, n, strict=True)])

    found = soft_margin_triplet_loss(A, P, N, distance=distance)
    np.testing.assert_allclose(found, loop(A, P, N), rtol=1e-4)

    def weighed(*x):
        return jnp.sum(WEIGHTS * soft_margin_triplet_loss(*x, distance=distance))

    expected = slopes(lambda *x: WEIGHTS @ loop(*x), A, P, N)
    for slope, gradient in zip(expected, jax.grad(weighed, (0, 1, 2))(A, P, N), strict=True):
        np.testing.assert_allclose(gradient, slope, atol=5e-3)


def test_soft_margin_of_collapsed_embeddings_is_ln_2():
    ones = np.ones((4, 3))
    np.testing.assert_allclose(soft_margin_triplet_loss(ones, ones, ones), np.log(2), rtol=1e-6)


def test_mean_of_real_counts_what_is_real_and_nothing_is_zero():
    losses, is_real = np.array([1.0, 5.0, np.inf, 2.0]), np.array([1, 0, 0, 1])
    assert mean_of_real(losses, is_real) == 1.5
    assert mean_of_real(losses, np.zeros(4)) == 0
    slope = jax.grad(lambda x: mean_of_real(x, is_real))(np.ones(4))
    np.testing.assert_array_equal(slope, [0.5, 0, 0, 0.5])
    assert (jax.grad(lambda x: mean_of_real(x, np.zeros(4)))(np.ones(4)) == 0).all()


CALLS = {
    "contrastive": lambda: contrastive_loss(np.abs(A[:, 0]), IS_SAME),
    "cross-entropy": lambda: pairwise_cross_entropy(A[:, 0], IS_SAME),
    "info_nce": lambda: info_nce_loss(A, P),
    "soft": lambda: soft_margin_triplet_loss(A, P, N),
}


@pytest.mark.parametrize("name", CALLS)
def test_jit_equals_eager(name):
    np.testing.assert_allclose(jax.jit(CALLS[name])(), CALLS[name](), rtol=1e-5)
    jitted = {
        "contrastive": (contrastive_loss, np.abs(A[:, 0]), IS_SAME),
        "cross-entropy": (pairwise_cross_entropy, A[:, 0], IS_SAME),
        "info_nce": (info_nce_loss, A, P),
        "soft": (soft_margin_triplet_loss, A, P, N),
    }[name]
    np.testing.assert_allclose(jax.jit(jitted[0])(*jitted[1:]), CALLS[name](), rtol=1e-5)


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16])
def test_half_precision_is_near(dtype):
    a, p = (jnp.asarray(l2_normalize(x), dtype) for x in (A, P))
    np.testing.assert_allclose(
        info_nce_loss(a, p), info_nce_loss(*map(l2_normalize, (A, P))), atol=0.1
    )
    assert info_nce_loss(a, p).dtype == jnp.float32


ONES = np.ones((3, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: contrastive_loss(np.ones(3), np.ones(2)), r"\(3,\).*\(2,\)"),
        (lambda: contrastive_loss(ONES, ONES), r"distance has shape \(3, 4\)"),
        (lambda: contrastive_loss(-np.ones(3), np.ones(3)), "distance goes down to -1"),
        (lambda: contrastive_loss(np.ones(3), 2 * np.ones(3)), "is_same holds .*2.0"),
        (lambda: contrastive_loss(np.ones(3), np.ones(3), margin=-1), "margin is -1"),
        (lambda: contrastive_loss(np.full(3, np.nan), np.ones(3)), "distance holds nan"),
        (lambda: contrastive_loss(np.ones(0), np.ones(0)), "empty"),
        (lambda: pairwise_cross_entropy(np.ones(3), np.ones(2)), r"\(3,\).*\(2,\)"),
        (lambda: pairwise_cross_entropy(np.ones(3), [0, 1, -1]), "is_same holds .*-1"),
        (lambda: pairwise_cross_entropy(np.full(3, np.inf), np.ones(3)), "logits holds inf"),
        (lambda: info_nce_loss(ONES, ONES[:2]), r"\(3, 4\).*\(2, 4\)"),
        (lambda: info_nce_loss(ONES[:1], ONES[:1]), "batch of 1 has no negatives"),
        (lambda: info_nce_loss(ONES, ONES, temperature=0), "temperature is 0"),
        (lambda: info_nce_loss(ONES, ONES * np.nan), "positive holds nan"),
        (lambda: jax.jit(lambda t: info_nce_loss(ONES, ONES, temperature=t))(1.0), "is traced"),
        (lambda: soft_margin_triplet_loss(ONES, ONES, ONES[:2]), r"\(2, 4\)"),
        (lambda: soft_margin_triplet_loss(ONES, ONES, ONES, distance=2), "distance is 2"),
        (lambda: mean_of_real(np.ones(3), np.ones(2)), r"\(3,\).*\(2,\)"),
        (lambda: mean_of_real(np.ones(0), np.ones(0)), "empty"),
    ],
)
def test_bad_input_is_quoted(call, message):
    with pytest.raises(ValueError, match=message):
        call()
