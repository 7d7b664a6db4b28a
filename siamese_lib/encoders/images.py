"""The image encoder: a small convolutional network."""

import jax.numpy as jnp
from flax import nnx

from siamese_lib.datasets.pictures import one_channel, require_pictures
from siamese_lib.energy import l2_normalize
from siamese_lib.validate import require_count


class ImageEncoder(nnx.Module):
    """Small convolutional network: blocks of convolution, group norm, ReLU and 2 x 2 max pooling.

    Shapes: images [batch, height, width] float, about 0 to 1 -> [batch, embedding_dim] float32,
    unit vectors. The sides must allow one halving per entry of channels. dtype: of the
    convolutions and what lies between them; weights and the vectors stay float32.
    Raises: ValueError on another rank, an empty batch, other sides than image_size, NaN, infinity,
    values far from 0 to 1 (0 to 255, say).
    Source: the four-block network of Vinyals et al. 2016, with group norm in place of batch norm,
    so that an embedding never depends on the rest of the batch.
    """

    def __init__(
        self, *, image_size=28, channels=(32, 64, 64), embedding_dim=64, dtype=jnp.float32, rngs
    ):
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

    def require_inputs(self, images):
        """ValueError where these are no pictures for it; of traced ones the shape is looked at."""
        require_pictures(images, self.image_size)

    def __call__(self, images):
        x = one_channel(images, self.image_size)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = halve(nnx.relu(norm(convolution(x))))
        return l2_normalize(self.head(x.reshape(x.shape[0], -1)).astype(jnp.float32))


def halve(x):
    """2 x 2 max pooling of [batch, height, width, channels]; an odd last row or column is cut.

    As two elementwise maxima: the gradient of nnx.max_pool takes as long as all the rest here, and
    a maximum over axes loses NaN on a CPU.
    """
    height, width = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
    rows = jnp.maximum(x[:, 0:height:2], x[:, 1:height:2])
    return jnp.maximum(rows[:, :, 0:width:2], rows[:, :, 1:width:2])
