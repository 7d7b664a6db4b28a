"""The deeper tower against scipy's convolution, and what batch norm may and may not do."""

import jax
import numpy as np
import pytest
from flax import nnx
from scipy.signal import correlate

from siamese_lib.encoders import ResidualEncoder
from siamese_lib.losses import info_nce_loss
from siamese_lib.training import encode, fit, load, save

rng = np.random.default_rng(8)
IMAGES = rng.random((6, 8, 8)).astype(np.float32)


def tower(seed=0, **options):
    return ResidualEncoder(
        image_size=8, channels=(4, 6, 7), embedding_dim=5, rngs=nnx.Rngs(seed), **options
    )


def trained():
    """A tower whose statistics and corrections have left their start."""
    model = tower()
    optimizer_steps = [(IMAGES, IMAGES[:, ::-1].copy())] * 3
    fit(
        model, lambda m, a, p: info_nce_loss(m(a), m(p)).mean(), lambda epoch: optimizer_steps,
        epochs=1, progress=False,
    )  # fmt: skip
    return model


def forward_loop(model, image):
    """One picture through the tower in eval mode, with scipy and plain loops."""

    def convolution(x, own):
        kernel, norm = np.asarray(own.kernel[...]), own.norm
        outs = [
            sum(correlate(x[..., i], kernel[..., i, o], "same") for i in range(x.shape[-1]))
            for o in range(kernel.shape[-1])
        ]
        unit = (np.stack(outs, axis=-1) - norm.mean[...]) / np.sqrt(norm.var[...] + 1e-5)
        return unit * norm.scale[...] + norm.shift[...]

    x = np.maximum(convolution(image[..., None], model.first), 0)
    for block in model.blocks:
        side = x.shape[0] // 2
        x = x.reshape(side, 2, side, 2, -1).max(axis=(1, 3))
        x = np.maximum(convolution(x, block.first), 0)
        x = np.maximum(x + convolution(x, block.correction), 0)
    h = x.ravel() @ np.asarray(model.head.kernel[...])
    return h / np.linalg.norm(h)


def test_against_a_loop_with_scipy_s_convolution():
    model = trained()
    assert any(np.abs(block.correction.norm.scale[...]).max() > 0 for block in model.blocks)
    for image, embedding in zip(IMAGES, model(IMAGES), strict=True):
        np.testing.assert_allclose(embedding, forward_loop(model, image), atol=1e-4)


def test_batch_norm_uses_the_batch_in_training_and_its_memory_afterwards():
    model = tower()
    model.train()
    x = rng.normal(3, 2, size=(50, 4)).astype(np.float32)
    norm = model.first.norm
    y = norm(x)
    np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(y.std(axis=0), 1, atol=1e-3)
    np.testing.assert_allclose(norm.mean[...], 0.05 * x.mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(norm.var[...], 0.95 + 0.05 * x.var(axis=0), rtol=1e-4)
    model.eval()
    before = np.asarray(norm.mean[...])
    expected = (x - before) / np.sqrt(np.asarray(norm.var[...]) + 1e-5)
    np.testing.assert_allclose(norm(x), expected, atol=1e-4)
    np.testing.assert_array_equal(norm.mean[...], before)


def test_after_training_an_embedding_is_independent_of_its_batch():
    model = trained()
    whole = model(IMAGES)
    np.testing.assert_allclose(np.linalg.norm(whole, axis=1), 1, atol=1e-5)
    for row, image in enumerate(IMAGES):
        np.testing.assert_allclose(model(image[None])[0], whole[row], atol=1e-5)
    np.testing.assert_allclose(jax.jit(lambda x: model(x))(IMAGES), whole, atol=1e-5)


def test_weights_and_statistics_are_saved_and_loaded(tmp_path):
    model = trained()
    save(model, tmp_path / "weights.safetensors")
    again = load(tower(seed=3), tmp_path / "weights.safetensors")
    again.eval()
    np.testing.assert_array_equal(encode(again, IMAGES), encode(model, IMAGES))
    only_shapes = load(nnx.eval_shape(tower), tmp_path / "weights.safetensors")
    only_shapes.eval()
    np.testing.assert_array_equal(encode(only_shapes, IMAGES), encode(model, IMAGES))


def test_stopped_and_resumed_it_ends_with_the_same_bits_statistics_included(tmp_path):
    def run(model, epochs, **options):
        fit(
            model, lambda m, a, p: info_nce_loss(m(a), m(p)).mean(),
            lambda epoch: [(IMAGES, np.roll(IMAGES, epoch + 1, axis=1))] * 2, epochs=epochs,
            progress=False, **options,
        )  # fmt: skip
        return model

    whole = run(tower(), 3)
    run(tower(), 2, checkpoint=tmp_path / "run")
    resumed = run(tower(seed=5), 3, checkpoint=tmp_path / "run")
    kept = [nnx.state(model, nnx.Not(nnx.RngState)) for model in (whole, resumed)]
    for a, b in zip(*map(jax.tree.leaves, kept), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "images,said",
    [
        (IMAGES[0], r"images has shape \(8, 8\)"),
        (IMAGES[:, :4, :4], r"images are \(4, 4\), but this encoder takes \(8, 8\)"),
        (np.full_like(IMAGES, np.nan), "images holds nan"),
        (IMAGES[:0], "images is empty"),
    ],
)
def test_bad_input(images, said):
    with pytest.raises(ValueError, match=said):
        tower()(images)
