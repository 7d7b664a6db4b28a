"""An LSTM for few pairs: it reads words by their letters too, and learns a prior."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.typing import ArrayLike

from siamese_lib.encoders.bags import require_pieces, require_share, unknown_as_nan
from siamese_lib.encoders.recurrence import LSTM
from siamese_lib.energy import l2_normalize
from siamese_lib.text.tokens import PAD, require_padded_right
from siamese_lib.validate import require_count


class SubwordLSTM(nnx.Module):
    """An LSTM over words spelt out: a word is its own vector plus those of its runs of letters.

    A question becomes the weighted sum of the LSTM's states plus the vectors it reads, scaled to a
    learned length, and a prior. Score pairs with pair_logits. What the LSTM reads is added because
    it is good before any training: the LSTM has only the difference to learn. During training
    words, runs of letters and the words' own vectors are left out with probability drop_rate, so
    that new words can be read by their letters. Call start_from_texts before training.

    Shapes: grid [batch, words, 1 + pieces] int from word_grid with the same buckets ->
    [batch, dim + 1] float32. Padding never changes an embedding.
    Raises: as BagEncoder.
    Source: the LSTM of QuestionEncoder; letters as in Bojanowski et al. 2017, the sum of a layer
    and its input as in He et al. 2016.
    """

    def __init__(
        self, *, buckets: int = 2**15, dim: int = 128, drop_rate: float = 0.3, rngs: nnx.Rngs
    ) -> None:
        require_count(buckets=buckets, dim=dim)
        require_share(drop_rate)
        self.buckets = buckets
        self.vectors = nnx.Param(jax.random.normal(rngs.params(), (2 * buckets, dim)) / dim**0.5)
        self.log_weight = nnx.Param(jnp.zeros(2 * buckets))
        self.prior = nnx.Param(jnp.zeros(2 * buckets))
        self.lstm = LSTM(dim, dim, rngs=rngs)
        self.readout = nnx.Param(jnp.zeros(dim))
        self.bias = nnx.Param(jnp.array(-1.0))
        self.log_scale = nnx.Param(jnp.array(0.5))
        self.dropout = nnx.Dropout(drop_rate, deterministic=True, rngs=rngs)

    def require_inputs(self, grid: ArrayLike) -> None:
        """Raise ValueError if word_grid cannot have made this (if traced: by rank only)."""
        require_pieces(grid, 2 * self.buckets, rank=3)
        if not isinstance(grid, jax.core.Tracer):
            require_padded_right(np.asarray(grid)[:, :, 0], pad_token=PAD)

    def __call__(self, grid: ArrayLike) -> jax.Array:
        self.require_inputs(grid)
        grid = jnp.asarray(grid)
        word, letters = grid[..., 0], grid[..., 1:]
        is_on = ((word != 0) & self._kept(word)).astype(jnp.float32)
        read = self._words(word, letters) * is_on[..., None]
        states = read + self.lstm(read)
        weight = jnp.exp(self.log_weight[...][word]) * is_on
        unit = l2_normalize(jnp.einsum("bt,bth->bh", weight, states))
        count = jnp.maximum(is_on.sum(axis=1), 1)
        mean = jnp.einsum("bt,bth->bh", is_on, states) / count[:, None]
        own = self.prior[...][word] + self.prior[...][letters].sum(axis=-1, where=letters != 0) / 3
        prior = (own * is_on).sum(axis=1) / jnp.sqrt(count)
        prior += mean @ self.readout[...] + self.bias[...]
        scaled = jnp.exp(self.log_scale[...] / 2) * unit
        embeddings = jnp.concatenate([scaled, prior[:, None]], axis=1)
        return unknown_as_nan(embeddings, grid, 2 * self.buckets)

    def _kept(self, like):
        return self.dropout(jnp.ones(like.shape)) > 0

    def _words(self, word, letters):
        """[batch, words, dim]: own vector plus the letters' sum over the root of their count."""
        is_on = ((letters != 0) & self._kept(letters)).astype(jnp.float32)
        spelt = jnp.einsum("btk,btkd->btd", is_on, self.vectors[...][letters])
        root = jnp.sqrt(jnp.maximum(is_on.sum(axis=-1), 1))[..., None]
        return self.vectors[...][word] * self._kept(word)[..., None] + spelt / root
