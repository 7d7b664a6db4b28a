"""convolve against a plain loop over pixels, and its gradient against jax's own and differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from siamese_lib.encoders import convolution, convolve

rng = np.random.default_rng(4)


def arrays(batch=3, side=5, ins=2, outs=4):
    images = rng.normal(size=(batch, side, side, ins)).astype(np.float32)
    return images, rng.normal(size=(3, 3, ins, outs)).astype(np.float32)


def convolve_loop(images, kernel):
    batch, height, width, _ = images.shape
    result = np.zeros((batch, height, width, kernel.shape[-1]))
    for n in range(batch):
        for y in range(height):
            for x in range(width):
                for i in range(3):
                    for j in range(3):
                        row, column = y + i - 1, x + j - 1
                        if 0 <= row < height and 0 <= column < width:
                            result[n, y, x] += images[n, row, column] @ kernel[i, j]
    return result


def test_against_a_loop_over_pixels():
    images, kernel = arrays()
    np.testing.assert_allclose(convolve(images, kernel), convolve_loop(images, kernel), atol=1e-5)
    oblong = images[:, :, :3]
    np.testing.assert_allclose(convolve(oblong, kernel), convolve_loop(oblong, kernel), atol=1e-5)


@pytest.mark.parametrize("batch,side,ins,outs", [(3, 5, 2, 4), (8, 28, 1, 3), (7, 3, 4, 2)])
def test_the_gradient_is_that_of_jax_s_own_convolution(batch, side, ins, outs):
    images, kernel = arrays(batch, side, ins, outs)
    weights = rng.normal(size=(batch, side, side, outs)).astype(np.float32)

    def gradient(function):
        def total(x, k):
            return (function(x, k) * weights).sum()

        return jax.jit(jax.grad(total, argnums=(0, 1)))(images, kernel)

    pairs = zip(gradient(convolve), gradient(convolution._convolve), strict=True)
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-3)
    # What other processors than a CPU compute, which no test here runs on.
    plain = convolution._plain_kernel_gradient(images, jnp.asarray(weights))
    np.testing.assert_allclose(gradient(convolve)[1], plain, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("pixels", [1, 30, 1000])
def test_however_few_pictures_at_a_time_the_sum_is_the_same(monkeypatch, pixels):
    images, kernel = arrays(batch=6)
    whole = jax.grad(lambda k: (convolve(images, k) ** 2).sum())(kernel)
    monkeypatch.setattr(convolution, "_PIXELS", pixels)
    parts = jax.grad(lambda k: (convolve(images, k) ** 2).sum())(kernel)
    np.testing.assert_allclose(parts, whole, rtol=1e-4)
