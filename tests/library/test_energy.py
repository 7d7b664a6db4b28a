"""Energies against plain loops, scipy, and what must hold at zero and at identical points."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax.test_util import check_grads
from scipy.spatial.distance import cdist

from siamese_lib import energy

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(2, 6, 5)).astype(np.float32)
ROWWISE = (
    energy.cosine_similarity,
    energy.cosine_distance,
    energy.euclidean_distance,
    energy.squared_euclidean_distance,
)


def test_cosine_against_a_loop():
    for i in range(6):
        dot = sum(float(a) * float(b) for a, b in zip(X[i], Y[i], strict=True))
        lengths = sum(float(a) ** 2 for a in X[i]) ** 0.5 * sum(float(b) ** 2 for b in Y[i]) ** 0.5
        assert energy.cosine_similarity(X[i], Y[i]) == pytest.approx(dot / lengths, abs=1e-6)


@pytest.mark.parametrize(
    ("function", "metric", "sign"),
    [(energy.pairwise_cosine, "cosine", -1), (energy.pairwise_euclidean, "euclidean", 1)],
)
def test_pairwise_against_scipy(function, metric, sign):
    b = rng.normal(size=(4, 5)).astype(np.float32)
    expected = cdist(X, b, metric)
    expected = 1 - expected if sign < 0 else expected
    np.testing.assert_allclose(function(X, b), expected, atol=1e-5)
    rowwise = {"cosine": energy.cosine_similarity, "euclidean": energy.euclidean_distance}[metric]
    for i, j in np.ndindex(6, 4):
        assert function(X, b)[i, j] == pytest.approx(float(rowwise(X[i], b[j])), abs=1e-5)


def test_pairwise_euclidean_keeps_small_distances():
    a = np.full((1, 64), 100.0, np.float32)
    b = a + np.float32(1e-3) * np.eye(64, dtype=np.float32)[:1]
    assert energy.pairwise_euclidean(a, b)[0, 0] == pytest.approx(np.linalg.norm(a - b), rel=1e-3)


def test_squared_euclidean_of_unit_vectors_is_two_minus_two_cosines():
    x, y = energy.l2_normalize(X), energy.l2_normalize(Y)
    expected = 2 - 2 * energy.cosine_similarity(x, y)
    np.testing.assert_allclose(energy.squared_euclidean_distance(x, y), expected, atol=1e-6)


def test_normalize_takes_each_row_apart():
    lengths = np.linalg.norm(energy.l2_normalize(X), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(energy.l2_normalize(X, axis=0), axis=0), 1, atol=1e-6)


@given(st.floats(1e-30, 1e30))
@settings(max_examples=30, deadline=None)
def test_cosine_ignores_length(scale):
    scaled = np.asarray(X[0] * np.float32(scale))
    assert energy.cosine_similarity(scaled, Y[0]) == pytest.approx(
        float(energy.cosine_similarity(X[0], Y[0])), abs=1e-5
    )


@pytest.mark.parametrize("function", ROWWISE)
@pytest.mark.parametrize("pair", [(np.zeros(5), Y[0]), (Y[0], np.zeros(5)), (Y[0], Y[0]),
                                  (np.zeros(5), np.zeros(5))])  # fmt: skip
def test_values_and_gradients_are_finite_where_they_could_break(function, pair):
    pair = [jnp.asarray(side, jnp.float32) for side in pair]
    assert jnp.isfinite(function(*pair))
    for gradient in jax.grad(function, argnums=(0, 1))(*pair):
        assert jnp.isfinite(gradient).all()


def test_gradient_of_normalize_against_differences():
    def f(x):
        return jnp.sum(energy.l2_normalize(x) * Y[0])

    check_grads(f, (X[0],), order=1, modes=["rev"], atol=1e-2, rtol=1e-2)


@pytest.mark.parametrize("function", ROWWISE)
def test_jit_equals_eager_and_half_precision_is_near(function):
    eager = function(X, Y)
    np.testing.assert_allclose(jax.jit(function)(X, Y), eager, rtol=1e-5, atol=1e-6)
    for dtype in (jnp.float16, jnp.bfloat16):
        half = function(jnp.asarray(X, dtype), jnp.asarray(Y, dtype))
        np.testing.assert_allclose(np.asarray(half, np.float32), eager, rtol=0.05, atol=0.05)


@pytest.mark.parametrize("function", ROWWISE)
def test_bad_input_is_quoted(function):
    with pytest.raises(ValueError, match=r"\(6, 5\).*\(6, 4\)"):
        function(X, Y[:, :4])
    with pytest.raises(ValueError, match=r"nan at \(2, 1\)"):
        broken = X.copy()
        broken[2, 1] = np.nan
        function(broken, Y)
    with pytest.raises(ValueError, match="inf"):
        function(X, Y * np.inf)
    assert np.isnan(jax.jit(function)(np.full((1, 5), np.nan), Y[:1])).all()


@pytest.mark.parametrize("function", [energy.pairwise_cosine, energy.pairwise_euclidean])
def test_pairwise_bad_input_is_quoted(function):
    with pytest.raises(ValueError, match=r"\(6, 5\).*\(6, 4\)"):
        function(X, Y[:, :4])
    with pytest.raises(ValueError, match=r"\(5,\); give \[n, dim\]"):
        function(X[0], Y)
    with pytest.raises(ValueError, match="empty"):
        function(X[:0], Y)


@pytest.mark.parametrize("function", ROWWISE)
def test_no_vectors_or_no_dimensions_are_refused(function):
    for shape in ((0, 3), (3, 0), ()):
        with pytest.raises(ValueError, match="give one vector or more"):
            function(np.ones(shape), np.ones(shape))


def test_a_constant_beside_a_traced_array_works_and_is_checked():
    np.testing.assert_allclose(
        jax.jit(lambda x: energy.cosine_similarity(x, Y))(X),
        energy.cosine_similarity(X, Y),
        atol=1e-6,
    )
    with pytest.raises(ValueError, match="x holds nan"):
        jax.jit(lambda x: energy.cosine_similarity(x, Y * np.nan))(X)


def test_bytes_and_halves_do_not_overflow():
    a, b = np.array([[3, 250]], np.uint8), np.array([[250, 3]], np.uint8)
    assert energy.squared_euclidean_distance(a, b)[0] == 2 * 247**2
    assert energy.pairwise_euclidean(a, b)[0, 0] == pytest.approx(2**0.5 * 247)
    half = np.array([300.0, 0], np.float16)
    assert energy.squared_euclidean_distance(half, -half) == 600**2
