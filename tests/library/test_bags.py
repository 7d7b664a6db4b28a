"""Encoders of pieces against loops, what padding may not do, and that they learn."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from siamese_lib.encoders import (
    BagEncoder,
    Committee,
    SiameseNetwork,
    SubwordLSTM,
    pair_logits,
    start_from_texts,
)
from siamese_lib.losses import pairwise_cross_entropy
from siamese_lib.text import (
    inverse_frequency,
    latent_vectors,
    ngram_tokens,
    pair_batches,
    pair_rows,
    word_grid,
)
from siamese_lib.training import encode, fit, load, save

TEXTS = ["How old are you?", "rice, rice", "a", "?!", "Ünïcode 東京"]
BUCKETS = 64
TOKENS = ngram_tokens(TEXTS, buckets=BUCKETS)
GRID = word_grid(TEXTS, buckets=BUCKETS, max_words=7, max_pieces=5)


def bag(seed=0, **options):
    return BagEncoder(buckets=BUCKETS, dim=6, rngs=nnx.Rngs(seed), **options)


def lstm(seed=0, **options):
    return SubwordLSTM(buckets=BUCKETS, dim=6, rngs=nnx.Rngs(seed), **options)


def stirred(model):
    """With every weight moved off its start, so that none can be left out of a formula unseen."""
    rng = np.random.default_rng(7)
    for _, leaf in nnx.to_flat_state(nnx.state(model, nnx.Param)):
        leaf[...] = leaf[...] + jnp.asarray(rng.normal(size=leaf[...].shape) * 0.3)
    model.eval()
    return model


def weights(model):
    flat = nnx.to_flat_state(nnx.state(model, nnx.Param))
    return {path[-1]: np.asarray(leaf[...], float) for path, leaf in flat}


CASES = [(bag, TOKENS), (lstm, GRID)]


def test_the_bag_against_a_loop():
    model = stirred(bag())
    w = weights(model)
    for row, found in zip(TOKENS, model(TOKENS), strict=True):
        parts, prior = [], w["bias"]
        for field in (0, 1):
            tokens = [t for t in row if t and (t >= BUCKETS) == field]
            total = sum((np.exp(w["log_weight"][t]) * w["vectors"][t] for t in tokens), np.zeros(6))
            length = np.linalg.norm(total) or 1
            parts.append(np.exp(w["log_scale"][field] / 2) * total / length)
            prior = prior + sum(w["prior"][t] for t in tokens) / np.sqrt(max(len(tokens), 1))
        np.testing.assert_allclose(found, [*parts[0], *parts[1], prior], atol=1e-5)


def test_the_lstm_against_a_loop():
    model = stirred(lstm())
    w = weights(model)

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    lstm_bias = np.asarray(model.lstm.bias[...])
    for rows, found in zip(GRID, model(GRID), strict=True):
        hidden = cell = total = mean = np.zeros(6)
        prior, words = 0, [row for row in rows if row[0]]
        for word, *letters in words:
            runs = [w["vectors"][t] for t in letters if t]
            x = w["vectors"][word] + sum(runs, np.zeros(6)) / np.sqrt(max(len(runs), 1))
            i, f, g, o = np.split(np.r_[x, hidden] @ w["kernel"] + lstm_bias, 4)
            cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
            hidden = sigmoid(o) * np.tanh(cell)
            total = total + np.exp(w["log_weight"][word]) * (hidden + x)
            mean = mean + (hidden + x) / len(words)
            own = w["prior"][word] + sum(w["prior"][t] for t in letters if t) / 3
            prior = prior + own / np.sqrt(len(words))
        prior = prior + mean @ w["readout"] + np.asarray(model.bias[...])
        unit = np.exp(w["log_scale"] / 2) * total / np.linalg.norm(total)
        np.testing.assert_allclose(found, [*unit, prior], atol=1e-4)


@pytest.mark.parametrize("make, inputs", CASES)
def test_padding_and_the_rest_of_the_batch_change_nothing(make, inputs):
    model = stirred(make())
    embeddings = model(inputs)
    longer = np.pad(inputs, ((0, 0), (0, 3)) + ((0, 0),) * (inputs.ndim - 2))
    np.testing.assert_allclose(model(longer), embeddings, atol=1e-6)
    np.testing.assert_allclose(encode(model, inputs, batch_size=2), embeddings, atol=1e-6)
    np.testing.assert_allclose(nnx.jit(lambda m, x: m(x))(model, inputs), embeddings, atol=1e-6)
    for i in range(len(inputs)):
        np.testing.assert_allclose(model(inputs[i : i + 1])[0], embeddings[i], atol=1e-6)


def test_letters_beyond_the_grid_are_no_word_s_and_order_counts_for_the_lstm_only():
    texts = ["rice or bread", "bread or rice"]
    model = stirred(lstm())
    h = model(word_grid(texts, buckets=BUCKETS))
    assert np.abs(h[0] - h[1]).max() > 1e-3
    model = stirred(bag())
    shuffled = TOKENS[:, ::-1]
    np.testing.assert_allclose(model(shuffled), model(TOKENS), atol=1e-5)


@pytest.mark.parametrize("make, inputs", CASES)
def test_dropout_is_for_training_only_and_can_be_off(make, inputs):
    model = make()
    model.train()
    assert np.abs(model(inputs) - model(inputs)).max() > 0
    model.eval()
    np.testing.assert_array_equal(model(inputs), model(inputs))
    still = make(drop_rate=0)
    still.train()
    np.testing.assert_array_equal(still(inputs), still(inputs))
    # With nearly all left out nothing divides by zero.
    bare = make(drop_rate=0.99)
    bare.train()
    slopes = nnx.grad(lambda m: pair_logits(m(inputs), m(inputs)).sum())(bare)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(slopes))


def test_logits_against_a_loop_and_the_same_both_ways():
    h1, h2 = np.random.default_rng(0).normal(size=(2, 4, 3)).astype(np.float32)
    expected = [a[0] * b[0] + a[1] * b[1] + a[2] + b[2] for a, b in zip(h1, h2, strict=True)]
    np.testing.assert_allclose(pair_logits(h1, h2), expected, rtol=1e-5)
    np.testing.assert_allclose(pair_logits(h2, h1), expected, rtol=1e-5)


def test_a_committee_s_logit_is_the_mean():
    members = [stirred(bag(seed)) for seed in range(3)]
    h = Committee(members)(TOKENS)
    expected = np.mean([pair_logits(m(TOKENS), m(TOKENS)[::-1]) for m in members], axis=0)
    assert h.shape == (5, 3 * 12 + 1)
    np.testing.assert_allclose(pair_logits(h, h[::-1]), expected, rtol=1e-5)
    with pytest.raises(ValueError, match="encoders is 0"):
        Committee([])


def test_the_start_is_what_the_texts_say():
    model = bag()
    before = np.asarray(model.vectors[...])
    assert start_from_texts(model, TOKENS, latent_dim=4) is model
    vectors, size = np.asarray(model.vectors[...]), 2 * BUCKETS
    for is_in in (TOKENS < BUCKETS, TOKENS >= BUCKETS):
        own = np.where(is_in, TOKENS, 0)
        used = np.unique(own[own > 0])
        np.testing.assert_allclose(vectors[used, :4], latent_vectors(own, size, 4)[used], atol=1e-5)
    np.testing.assert_allclose(vectors[:, 4:], before[:, 4:] * np.sqrt(6 / 2), rtol=1e-5)
    np.testing.assert_allclose(
        np.exp(model.log_weight[...]), inverse_frequency(TOKENS, size), rtol=1e-5
    )


@pytest.mark.parametrize("make, pieces", [(bag, ngram_tokens), (lstm, word_grid)])
def test_training_learns_and_weights_come_back(make, pieces, tmp_path):
    things = ["rice", "bread", "soup", "tea"]
    question1 = [f"how do I make {thing}" for thing in things for _ in things]
    question2 = [f"what is a way to cook {thing}" for _ in things for thing in things]
    is_same = np.array([a == b for a in things for b in things], int)
    texts, first, second = pair_rows(question1, question2)
    inputs = pieces(texts, buckets=BUCKETS)
    model = SiameseNetwork(start_from_texts(
        make(drop_rate=0), ngram_tokens(texts, buckets=BUCKETS), latent_dim=3))  # fmt: skip

    def loss(model, x1, x2, is_same):
        return pairwise_cross_entropy(pair_logits(*model(x1, x2)), is_same).mean()

    def batches(epoch):
        return pair_batches(inputs, first, second, is_same, batch_size=16, seed=epoch)

    history = fit(model, loss, batches, epochs=60, optimizer=optax.adam(0.03), progress=False)
    h = encode(model.encoder, inputs)
    logits = pair_logits(h[first], h[second])
    assert history["loss"][-1] < history["loss"][0]
    assert logits[is_same == 1].min() > logits[is_same == 0].max()
    save(model, tmp_path / "weights.safetensors")
    again = load(SiameseNetwork(make(seed=5)), tmp_path / "weights.safetensors")
    np.testing.assert_allclose(encode(again.encoder, inputs), h, atol=1e-6)


def test_bad_input_is_quoted():
    for make in (bag, lstm):
        for rate in (-0.1, 1, float("nan")):
            with pytest.raises(ValueError, match=f"drop_rate is {rate}"):
                make(drop_rate=rate)
    with pytest.raises(ValueError, match="buckets is 0"):
        BagEncoder(buckets=0, rngs=nnx.Rngs(0))
    with pytest.raises(ValueError, match="dim is 0"):
        SubwordLSTM(dim=0, rngs=nnx.Rngs(0))
    with pytest.raises(ValueError, match=r"give \[batch, length\] of ngram_tokens"):
        bag()(GRID)
    with pytest.raises(ValueError, match=r"give \[batch, words, pieces\] of word_grid"):
        lstm()(TOKENS)
    with pytest.raises(ValueError, match="run from 0 to 128, but this encoder takes 0 to 127"):
        bag()(np.array([[0, 128]]))
    with pytest.raises(ValueError, match="run from -1"):
        lstm()(GRID - 1)
    with pytest.raises(ValueError, match="latent_dim is 7, the encoder has 6"):
        start_from_texts(bag(), TOKENS, latent_dim=7)
    with pytest.raises(ValueError, match="latent_dim is 0"):
        start_from_texts(bag(), TOKENS, latent_dim=0)
    with pytest.raises(ValueError, match=r"\(2, 3\).*\(2, 4\)"):
        pair_logits(np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(ValueError, match=r"\(2, 1\)"):
        pair_logits(np.ones((2, 1)), np.ones((2, 1)))
    with pytest.raises(ValueError, match="h2 holds nan"):
        pair_logits(np.ones((2, 3)), np.full((2, 3), np.nan))
