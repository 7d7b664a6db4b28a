"""The tower that reads what changes over time: a pen, a sound, a joint."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from flax import nnx
from jax.typing import ArrayLike

from siamese_lib.energy import l2_normalize
from siamese_lib.validate import require_count, require_finite


class SignalEncoder(nnx.Module):
    """A small convolutional network over time: blocks of convolution, group norm and ReLU.

    Each block looks at `width` steps at once, in strides of 2, so that the next one sees twice as
    far with half the steps. Such a network was called a time-delay network.

    Shapes: signals [batch, steps, features] float -> [batch, embedding_dim] float32, unit vectors.
    Raises: ValueError if signals is not [batch, steps, features] with the numbers that the encoder
    was made for, is empty, or on NaN or infinity; if a size is below 1 or a channel is no multiple
    of 8.
    Source: Bromley et al. 1993, with group norm, ReLU and a dense layer that are of later years.
    """

    def __init__(
        self,
        *,
        steps: int = 128,
        features: int = 5,
        channels: Sequence[int] = (16, 32, 64),
        width: int = 7,
        embedding_dim: int = 64,
        rngs: nnx.Rngs,
    ) -> None:
        require_count(steps=steps, features=features, width=width, embedding_dim=embedding_dim)
        if any(count % 8 for count in channels):
            raise ValueError(f"channels is {tuple(channels)}; give multiples of 8 (group norm)")
        self.steps, self.features = steps, features
        ins = (features, *channels[:-1])
        self.convolutions = nnx.List(
            nnx.Conv(i, o, (width,), strides=2, rngs=rngs)
            for i, o in zip(ins, channels, strict=True)
        )
        self.norms = nnx.List(nnx.GroupNorm(o, num_groups=8, rngs=rngs) for o in channels)
        for _ in channels:
            steps = (steps + 1) // 2
        self.head = nnx.Linear(steps * channels[-1], embedding_dim, rngs=rngs)

    def require_inputs(self, signals: ArrayLike) -> None:
        """Raise ValueError if it does not take these signals (if traced: by shape only)."""
        shape, wanted = jnp.shape(signals), (self.steps, self.features)
        if len(shape) != 3 or shape[1:] != wanted or not shape[0]:
            raise ValueError(
                f"signals has shape {shape}; give [batch, {wanted[0]}, {wanted[1]}], one signal or "
                "more, or make the encoder for other steps and features"
            )
        require_finite(signals=signals)

    def __call__(self, signals: ArrayLike) -> jax.Array:
        self.require_inputs(signals)
        x = jnp.asarray(signals, jnp.float32)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = nnx.relu(norm(convolution(x)))
        return l2_normalize(self.head(x.reshape(x.shape[0], -1)))
