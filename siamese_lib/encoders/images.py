"""The image encoder: a small convolutional network."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from flax import nnx
from jax.typing import ArrayLike, DTypeLike

from siamese_lib.datasets.pictures import one_channel, require_pictures
from siamese_lib.energy import l2_normalize
from siamese_lib.validate import require_count


class ImageEncoder(nnx.Module):
    """A small convolutional network: blocks of convolution, group norm, ReLU and 2 x 2 max pooling.

    dtype is the type of the convolutions and of what lies between them; the weights and the
    resulting vectors stay float32.

    Shapes: images [batch, height, width] float, about 0 to 1 -> [batch, embedding_dim] float32,
    unit vectors. The sides are halved once per entry of channels, and must allow it.
    Raises: ValueError if images is not [batch, height, width] with sides of image_size or is empty,
    on NaN or infinity, or if values are far from 0 to 1 (0 to 255, say).
    Source: the four-block network of Vinyals et al. 2016, with group norm in place of batch norm,
    so that an embedding never depends on the rest of the batch.
    """

    def __init__(
        self,
        *,
        image_size: int = 28,
        channels: Sequence[int] = (32, 64, 64),
        embedding_dim: int = 64,
        dtype: DTypeLike = jnp.float32,
        rngs: nnx.Rngs,
    ) -> None:
        require_count(image_size=image_size, embedding_dim=embedding_dim)
        self.image_size = image_size
        ins = (1, *channels[:-1])
        self.convolutions = nnx.List(
            nnx.Conv(i, o, (3, 3), dtype=dtype, rngs=rngs)
            for i, o in zip(ins, channels, strict=True)
        )
        self.norms = nnx.List(
            nnx.GroupNorm(o, num_groups=8, dtype=jnp.float32, rngs=rngs) for o in channels
        )
        side = image_size // 2 ** len(channels)
        self.head = nnx.Linear(side * side * channels[-1], embedding_dim, dtype=dtype, rngs=rngs)

    def require_inputs(self, images: ArrayLike) -> None:
        """Raise ValueError if it does not take these pictures (if traced: by shape only)."""
        require_pictures(images, self.image_size)

    def __call__(self, images: ArrayLike) -> jax.Array:
        x = one_channel(images, self.image_size)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = halve(nnx.relu(norm(convolution(x))))
        return l2_normalize(self.head(x.reshape(x.shape[0], -1)).astype(jnp.float32))


def halve(x: jax.Array) -> jax.Array:
    """2 x 2 max pooling of [batch, height, width, channels]; an odd last row or column is cut off.

    It takes two elementwise maxima: the gradient of nnx.max_pool takes as long as everything else
    here together, and a maximum over axes loses NaN on a CPU.
    """
    height, width = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
    rows = jnp.maximum(x[:, 0:height:2], x[:, 1:height:2])
    return jnp.maximum(rows[:, :, 0:width:2], rows[:, :, 1:width:2])
