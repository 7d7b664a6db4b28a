"""The encoder over time: unit vectors, each row alone, trainable, and bad signals are quoted."""

import numpy as np
import pytest
from flax import nnx
from scipy.signal import correlate

from siamese_lib.encoders import SiameseNetwork, SignalEncoder

SIGNALS = np.random.default_rng(0).normal(size=(5, 33, 3)).astype(np.float32)


def encoder(**options):
    return SignalEncoder(steps=33, features=3, channels=(8, 16), embedding_dim=6,
                         rngs=nnx.Rngs(0), **options)  # fmt: skip


def test_vectors_have_length_1_and_do_not_depend_on_the_batch():
    vectors = encoder()(SIGNALS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), np.ones(5), atol=1e-6)
    np.testing.assert_allclose(encoder()(SIGNALS[2:3]), vectors[2:3], atol=1e-6)
    h1, h2 = SiameseNetwork(encoder())(SIGNALS, SIGNALS[::-1])
    np.testing.assert_allclose(h1, h2[::-1], atol=1e-6)


def test_its_first_layer_looks_at_few_steps_at_a_time():
    layer = encoder(width=5).convolutions[0]
    kernel, bias = np.asarray(layer.kernel[...]), np.asarray(layer.bias[...])
    given = np.asarray(layer(SIGNALS[:1]))[0]
    for o in range(8):
        full = sum(correlate(SIGNALS[0, :, i], kernel[:, i, o], mode="same") for i in range(3))
        np.testing.assert_allclose(given[:, o], full[::2] + bias[o], atol=1e-4)


def test_every_weight_gets_a_gradient():
    gradient = nnx.grad(lambda model: model(SIGNALS)[:, 0].sum())(encoder())
    assert np.abs(gradient.head.kernel[...]).max(axis=1).mean() > 0
    assert all(np.abs(c.kernel[...]).min() > 0 for c in gradient.convolutions.values())


def test_bad_input_is_quoted():
    with pytest.raises(ValueError, match=r"signals has shape \(5, 32, 3\); give \[batch, 33, 3\]"):
        encoder()(SIGNALS[:, :32])
    with pytest.raises(ValueError, match=r"signals has shape \(0, 33, 3\)"):
        encoder()(SIGNALS[:0])
    with pytest.raises(ValueError, match="signals holds nan"):
        encoder().require_inputs(SIGNALS * np.nan)
    with pytest.raises(ValueError, match=r"channels is \(12,\); give multiples of 8"):
        SignalEncoder(channels=(12,), rngs=nnx.Rngs(0))
    with pytest.raises(ValueError, match="width is 0"):
        encoder(width=0)
