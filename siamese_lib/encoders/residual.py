"""A deeper tower for pictures, with shortcuts, for when there are minutes to train."""

from collections.abc import Sequence
from itertools import pairwise

import jax
import jax.numpy as jnp
from flax import nnx
from jax.typing import ArrayLike

from siamese_lib.datasets.pictures import one_channel, require_pictures
from siamese_lib.encoders.images import halve
from siamese_lib.energy import l2_normalize
from siamese_lib.validate import require_count

_MEMORY = 0.95  # the share of the old statistics that a training step keeps


class ResidualEncoder(nnx.Module):
    """One 3 x 3 convolution, then blocks of two; the second corrects the first and is added to it.

    Each block starts with 2 x 2 max pooling; one dense layer and L2 come at the end. Because of
    batch norm, an embedding depends on its batch during training (`model.train()`, which fit sets),
    but not afterwards.

    Shapes: images [batch, image_size, image_size] float, about 0 to 1 -> [batch, embedding_dim]
    float32, unit vectors. The sides are halved once per entry of channels but the last.
    Raises: ValueError if images is not [batch, image_size, image_size] or is empty, on NaN or
    infinity, or if values are far from 0 to 1 (0 to 255, say).
    Source: He et al. 2016, the shortcut; Ioffe and Szegedy 2015, batch norm.
    """

    def __init__(
        self,
        *,
        image_size: int = 28,
        channels: Sequence[int] = (16, 32, 64, 128),
        embedding_dim: int = 64,
        rngs: nnx.Rngs,
    ) -> None:
        require_count(image_size=image_size, embedding_dim=embedding_dim)
        self.image_size = image_size
        self.first = _Convolution(1, channels[0], rngs=rngs)
        self.blocks = nnx.List(_Block(i, o, rngs=rngs) for i, o in pairwise(channels))
        side = image_size // 2 ** (len(channels) - 1)
        self.head = nnx.Linear(side * side * channels[-1], embedding_dim, use_bias=False, rngs=rngs)

    def require_inputs(self, images: ArrayLike) -> None:
        """Raise ValueError if it does not take these pictures (if traced: by shape only)."""
        require_pictures(images, self.image_size)

    def __call__(self, images: ArrayLike) -> jax.Array:
        x = one_channel(images, self.image_size)
        x = nnx.relu(self.first(x))
        for block in self.blocks:
            x = block(halve(x))
        return l2_normalize(self.head(x.reshape(x.shape[0], -1)))


class _Convolution(nnx.Module):
    """3 x 3 convolution and batch norm; `scale` is the scale that the norm starts with."""

    def __init__(self, in_dim, out_dim, *, scale=1, rngs):
        start = nnx.initializers.he_normal()
        self.kernel = nnx.Param(start(rngs.params(), (3, 3, in_dim, out_dim)))
        self.norm = _BatchNorm(out_dim, scale=scale)

    def __call__(self, x):
        layout = ("NHWC", "HWIO", "NHWC")
        x = jax.lax.conv_general_dilated(
            x, self.kernel[...], (1, 1), "SAME", dimension_numbers=layout
        )
        return self.norm(x)


class _Block(nnx.Module):
    def __init__(self, in_dim, out_dim, *, rngs):
        self.first = _Convolution(in_dim, out_dim, rngs=rngs)
        # With scale 0 the block starts as one convolution, so it trains as easily as one.
        self.correction = _Convolution(out_dim, out_dim, scale=0, rngs=rngs)

    def __call__(self, x):
        x = nnx.relu(self.first(x))
        return nnx.relu(x + self.correction(x))


class _BatchNorm(nnx.Module):
    """nnx.BatchNorm with one product and one sum: the statistics go into scale and shift first.

    Gain: its speed beside nnx.BatchNorm is measured in docs/speed.md.
    """

    def __init__(self, dim, *, scale):
        self.scale, self.shift = nnx.Param(jnp.full(dim, float(scale))), nnx.Param(jnp.zeros(dim))
        self.mean, self.var = nnx.BatchStat(jnp.zeros(dim)), nnx.BatchStat(jnp.ones(dim))
        self.use_running_average = False

    def __call__(self, x):
        if self.use_running_average:
            mean, var = self.mean[...], self.var[...]
        else:
            axes = tuple(range(x.ndim - 1))
            mean = x.mean(axes)
            var = jnp.maximum((x * x).mean(axes) - mean**2, 0)
            for kept, new in ((self.mean, mean), (self.var, var)):
                kept[...] = _MEMORY * kept[...] + (1 - _MEMORY) * new
        scale = self.scale[...] * jax.lax.rsqrt(var + 1e-5)
        return x * scale + (self.shift[...] - mean * scale)
