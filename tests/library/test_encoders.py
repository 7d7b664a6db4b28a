"""Encoders against Flax's own LSTM, a plain count of parameters, and what padding may not do."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from siamese_lib.encoders import (
    LSTM,
    ImageEncoder,
    QuestionEncoder,
    SiameseNetwork,
    SimilarityHead,
    SimilarityNetwork,
    halve,
)
from siamese_lib.losses import pairwise_cross_entropy

rng = np.random.default_rng(3)
TOKENS = np.array([[5, 3, 9, 2], [7, 0, 0, 0], [4, 8, 0, 0]])


def questions(**options):
    return QuestionEncoder(12, embedding_dim=6, hidden_dim=8, **options, rngs=nnx.Rngs(0))


def count(model):
    return sum(leaf.size for leaf in jax.tree.leaves(nnx.state(model, nnx.Param)))


def test_the_deeplearning_ai_model_has_its_parameters():
    model = nnx.eval_shape(lambda: QuestionEncoder(36_224, rngs=nnx.Rngs(0)))
    assert count(model) == 36_224 * 128 + 4 * (128 * 128 + 128 * 128 + 128) == 4_768_256


def test_lstm_equals_flax():
    ours = LSTM(6, 8, rngs=nnx.Rngs(1))
    theirs = nnx.RNN(nnx.OptimizedLSTMCell(6, 8, rngs=nnx.Rngs(2)))
    cell = theirs.cell
    cell.dense_i.kernel[...] = ours.kernel[:6]
    cell.dense_h.kernel[...] = ours.kernel[6:]
    cell.dense_h.bias[...] = ours.bias[...]
    x = rng.normal(size=(5, 7, 6)).astype(np.float32)
    np.testing.assert_allclose(ours(x), theirs(x), atol=1e-5)


def test_question_encoder_against_a_loop_over_real_tokens():
    model = questions()
    for row, embedding in zip(TOKENS, model(TOKENS), strict=True):
        real = row[row != 0]
        states = np.asarray(model.lstm(model.embedding(real[None])))[0]
        mean = np.zeros(8)
        for state in states:
            mean += state / len(states)
        np.testing.assert_allclose(embedding, mean / np.linalg.norm(mean), atol=1e-5)


@pytest.mark.parametrize("extra", [1, 4, 20])
def test_padding_never_changes_an_embedding(extra):
    model = questions()
    padded = np.pad(TOKENS, ((0, 0), (0, extra)))
    np.testing.assert_allclose(model(padded), model(TOKENS), atol=1e-6)
    with_padding = nnx.grad(lambda m: jnp.sum(m(padded)[:, 0]))(model)
    without = nnx.grad(lambda m: jnp.sum(m(TOKENS)[:, 0]))(model)
    for a, b in zip(jax.tree.leaves(with_padding), jax.tree.leaves(without), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_embeddings_are_unit_rows_and_independent_of_the_batch():
    images = rng.random((5, 28, 28)).astype(np.float32)
    for model, inputs in ((questions(), TOKENS), (ImageEncoder(rngs=nnx.Rngs(0)), images)):
        embeddings = model(inputs)
        np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)
        for i in range(len(inputs)):
            np.testing.assert_allclose(model(inputs[i : i + 1])[0], embeddings[i], atol=1e-5)


@pytest.mark.parametrize("side", [4, 7])
def test_pooling_is_flax_s_and_so_is_its_gradient(side):
    x = jnp.asarray(rng.normal(size=(2, side, side, 3)))
    weights = jnp.asarray(rng.normal(size=(2, side // 2, side // 2, 3)))

    def flax(x):
        return nnx.max_pool(x, (2, 2), strides=(2, 2))

    np.testing.assert_array_equal(halve(x), flax(x))
    ours, theirs = (jax.grad(lambda x, f=f: (f(x) * weights).sum())(x) for f in (halve, flax))
    np.testing.assert_allclose(ours, theirs)


def test_siamese_network_has_one_set_of_weights_and_mirrors():
    model = SiameseNetwork(questions())
    assert count(model) == count(model.encoder)
    h1, h2 = model(TOKENS, TOKENS[::-1])
    swapped = model(TOKENS[::-1], TOKENS)
    np.testing.assert_array_equal(h1, swapped[1])
    np.testing.assert_array_equal(h2, swapped[0])


def test_an_all_padding_question_is_an_error_and_under_jit_a_zero_vector():
    model = questions()
    empty = TOKENS.copy()
    empty[1] = 0
    with pytest.raises(ValueError, match="question 1 is all padding"):
        model(empty)
    traced = nnx.jit(lambda m, t: m(t))(model, empty)
    assert jnp.isfinite(traced).all()
    assert not traced[1].any()


def test_bad_input_is_quoted():
    with pytest.raises(ValueError, match=r"\(4,\); give \[batch, time\]"):
        questions()(TOKENS[0])
    with pytest.raises(ValueError, match="run from 0 to 12.*its vocabulary has 12"):
        questions()(TOKENS + (TOKENS == 9) * 3)
    with pytest.raises(ValueError, match="run from -1"):
        questions()(TOKENS - 1)
    images = ImageEncoder(rngs=nnx.Rngs(0))
    with pytest.raises(ValueError, match=r"\(105, 105\).*\(28, 28\)"):
        images(np.zeros((2, 105, 105)))
    with pytest.raises(ValueError, match="empty"):
        images(np.zeros((0, 28, 28)))
    with pytest.raises(ValueError, match=r"give \[batch, height, width\]"):
        images(np.zeros((2, 28, 28, 1)))
    with pytest.raises(ValueError, match="images holds nan"):
        images(np.full((1, 28, 28), np.nan))


def test_nan_in_an_image_is_nan_out_under_jit():
    model = ImageEncoder(rngs=nnx.Rngs(0))
    images = rng.random((8, 28, 28)).astype(np.float32)
    images[3, 5, 5] = np.nan
    embeddings = nnx.jit(lambda m, x: m(x))(model, images)
    assert np.isnan(embeddings[3]).all()
    assert np.isfinite(np.delete(embeddings, 3, axis=0)).all()


def test_token_lists_and_constants_under_jit_work():
    model = questions()
    expected = model(TOKENS)
    np.testing.assert_allclose(model(TOKENS.tolist()), expected, atol=1e-6)
    np.testing.assert_allclose(nnx.jit(lambda m: m(TOKENS))(model), expected, atol=1e-6)


def test_the_head_is_the_formula_and_the_same_both_ways():
    head = SimilarityHead(4, rngs=nnx.Rngs(3))
    h1, h2 = np.random.default_rng(6).normal(size=(2, 5, 4)).astype(np.float32)
    weight, bias = np.asarray(head.dense.kernel[...]), np.asarray(head.dense.bias[...])
    expected = [sum(w * abs(a - b) for w, a, b in zip(weight[:, 0], x, y, strict=True)) + bias[0]
                for x, y in zip(h1, h2, strict=True)]  # fmt: skip
    np.testing.assert_allclose(head(h1, h2), expected, rtol=1e-5)
    np.testing.assert_array_equal(head(h1, h2), head(h2, h1))
    with pytest.raises(ValueError, match=r"\(5, 4\).*\(3, 4\)"):
        head(h1, h2[:3])
    with pytest.raises(ValueError, match="h2 holds nan"):
        head(h1, h2 * np.nan)


def test_gradients_reach_the_head_and_both_uses_of_the_encoder():
    rngs = nnx.Rngs(0)
    model = SimilarityNetwork(ImageEncoder(rngs=rngs), SimilarityHead(64, rngs=rngs))
    x1, x2 = np.random.default_rng(1).random((2, 4, 28, 28)).astype(np.float32)
    is_same = np.array([1, 0, 1, 0])

    def loss(model, first, second):
        return pairwise_cross_entropy(model(first, second), is_same).mean()

    for leaf in jax.tree.leaves(nnx.grad(loss)(model, x1, x2)):
        assert np.isfinite(leaf).all() and np.abs(leaf).max() > 0
    assert model(x1, x2).shape == (4,)
    slopes = jax.grad(lambda first, second: loss(model, first, second), (0, 1))(x1, x2)
    assert all(np.abs(slope).max() > 0 for slope in slopes)


def test_half_precision_is_near_and_weights_and_answers_stay_float32():
    """bfloat16 keeps 8 bits, so a cosine may move in the third digit, and something must move."""
    tokens = np.random.default_rng(0).integers(2, 30, (16, 9)).astype(np.int32)
    images = np.random.default_rng(0).random((16, 28, 28)).astype(np.float32)
    makers = (
        (lambda dtype: QuestionEncoder(30, dtype=dtype, rngs=nnx.Rngs(0)), tokens),
        (lambda dtype: ImageEncoder(dtype=dtype, rngs=nnx.Rngs(0)), images),
    )
    for make, inputs in makers:
        full, half = make(jnp.float32), make(jnp.bfloat16)
        kinds = {str(leaf.dtype) for leaf in jax.tree.leaves(nnx.state(half, nnx.Param))}
        assert kinds == {"float32"}
        assert half(inputs).dtype == jnp.float32
        cosine = (full(inputs) * half(inputs)).sum(axis=1)
        assert 1e-7 < 1 - cosine.min() < 0.01

        def loss(model, inputs=inputs):
            return jnp.sum(model(inputs)[:, 0])

        gradients = [jax.tree.leaves(nnx.state(nnx.grad(loss)(m))) for m in (full, half)]
        assert {str(leaf.dtype) for leaf in gradients[1]} == {"float32"}
        whole, rounded = (np.concatenate([np.ravel(leaf) for leaf in g]) for g in gradients)
        assert np.linalg.norm(whole - rounded) < 0.1 * np.linalg.norm(whole)
