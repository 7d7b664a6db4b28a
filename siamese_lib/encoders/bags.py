"""An encoder that few pairs can train: two bags of pieces for each question, and a prior.

Besides its vector, each question gets one number, the prior: how often questions of this kind
have a duplicate at all ("How do I lose weight?" often, a question with a street address never).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.typing import ArrayLike

from siamese_lib.energy import at_least_float32, l2_normalize
from siamese_lib.text.ngrams import inverse_frequency, latent_vectors
from siamese_lib.text.tokens import PAD, require_known
from siamese_lib.validate import require_count, require_finite, require_rank, require_same_shape

if TYPE_CHECKING:
    from siamese_lib.encoders.subwords import SubwordLSTM

Encoder = TypeVar("Encoder", "BagEncoder", "SubwordLSTM")


def pair_logits(h1: ArrayLike, h2: ArrayLike) -> jax.Array:
    """Dot product of the two vectors plus both priors: above 0 means "rather same".

    Shapes: h1, h2 [batch, dim + 1] float, the last column is the prior -> [batch] float.
    Raises: ValueError if the shapes differ (quoting both), an input is not [batch, dim + 1] with at
    least two columns, or on NaN or infinity.
    """
    require_same_shape(h1=h1, h2=h2)
    require_rank(2, "[batch, dim + 1]", h1=h1)
    if np.shape(h1)[1] < 2:
        raise ValueError(f"h1 has shape {np.shape(h1)}; give two columns or more, the last a prior")
    require_finite(h1=h1, h2=h2)
    h1, h2 = at_least_float32(h1), at_least_float32(h2)
    return jnp.sum(h1[:, :-1] * h2[:, :-1], axis=1) + h1[:, -1] + h2[:, -1]


class BagEncoder(nnx.Module):
    """Weighted sums of token vectors: a question becomes two scaled unit vectors and a prior.

    The words' vector and the letters' vector each have a learned length, so the dot product of two
    questions is a weighted sum of two cosines. Score pairs with pair_logits. During training each
    token is left out with probability drop_rate. Call start_from_texts before training.

    Shapes: tokens [batch, length] int from ngram_tokens with the same buckets, 0 = padding ->
    [batch, 2 dim + 1] float32. Neither padding nor the order of the tokens changes an embedding.
    Raises: ValueError if tokens is not [batch, length] or is empty, ngram_tokens cannot have made
    the tokens (in concrete arrays; under jit those give NaN), or a size makes no sense.
    Source: after Iyyer et al. 2015, who average embeddings and leave out whole words.
    """

    pad_token = PAD

    def __init__(
        self, *, buckets: int = 2**15, dim: int = 96, drop_rate: float = 0.5, rngs: nnx.Rngs
    ) -> None:
        require_count(buckets=buckets, dim=dim)
        require_share(drop_rate)
        self.buckets = buckets
        self.vectors = nnx.Param(jax.random.normal(rngs.params(), (2 * buckets, dim)) / dim**0.5)
        self.log_weight = nnx.Param(jnp.zeros(2 * buckets))
        self.prior = nnx.Param(jnp.zeros(2 * buckets))
        self.bias = nnx.Param(jnp.array(-1.0))
        # Two equal vectors start with a dot product of e^0.5. With larger ones the training pairs
        # are memorised; with smaller ones little is learned before the priors have explained the
        # labels.
        self.log_scale = nnx.Param(jnp.array([0.5, 0.5]))
        # Off until fit turns it on, so that loaded weights give the same answer each time.
        self.dropout = nnx.Dropout(drop_rate, deterministic=True, rngs=rngs)

    def require_inputs(self, tokens: ArrayLike) -> None:
        """Raise ValueError if ngram_tokens cannot have made these (if traced: by rank only)."""
        require_pieces(tokens, 2 * self.buckets)

    def __call__(self, tokens: ArrayLike) -> jax.Array:
        self.require_inputs(tokens)
        tokens = jnp.asarray(tokens)
        is_kept = (self.dropout(jnp.ones(tokens.shape)) > 0) & (tokens != 0)
        is_word = tokens < self.buckets
        weight = jnp.exp(self.log_weight[...][tokens])
        vectors, prior = self.vectors[...][tokens], self.prior[...][tokens]
        parts, total = [], self.bias[...]
        for is_in, log_scale in zip((is_word, ~is_word), self.log_scale[...], strict=True):
            is_on = (is_in & is_kept).astype(jnp.float32)
            unit = l2_normalize(jnp.einsum("bl,bld->bd", weight * is_on, vectors))
            parts.append(jnp.exp(log_scale / 2) * unit)
            # Divided by the root of the count, so that in long questions the priors neither
            # drown nor drown out the rest.
            root = jnp.sqrt(jnp.maximum(is_on.sum(axis=1), 1))
            total += (prior * is_on).sum(axis=1) / root
        embeddings = jnp.concatenate([*parts, total[:, None]], axis=1)
        return unknown_as_nan(embeddings, tokens, 2 * self.buckets)


def start_from_texts(encoder: Encoder, tokens: ArrayLike, *, latent_dim: int = 64) -> Encoder:
    """Set the weights of a new BagEncoder or SubwordLSTM from the training texts, and return it.

    A token's weight becomes its inverse frequency. The first latent_dim entries of its vector
    become its latent vector. The others stay random, so that different tokens stay apart. No label
    is used.

    Shapes: tokens [n, length] int, ngram_tokens of the training texts, each text once.
    Raises: ValueError if latent_dim is below 1 or above the encoder's dim, or the tokens are not
    those of this encoder.
    """
    size, dim = encoder.vectors[...].shape
    require_count(latent_dim=latent_dim)
    if latent_dim > dim:
        raise ValueError(f"latent_dim is {latent_dim}, the encoder has {dim}; give {dim} at most")
    require_pieces(tokens, size)
    tokens = np.asarray(tokens)
    latent = np.zeros((size, latent_dim), np.float32)
    for is_in in (tokens < encoder.buckets, tokens >= encoder.buckets):
        # One at a time: a singular value decomposition of both would be nearly all letters.
        latent += latent_vectors(np.where(is_in, tokens, 0), size, latent_dim)
    rest = encoder.vectors[...][:, latent_dim:] * (dim / max(1, dim - latent_dim)) ** 0.5
    encoder.vectors[...] = jnp.concatenate([jnp.asarray(latent), rest], axis=1)
    encoder.log_weight[...] = jnp.log(inverse_frequency(tokens, size))
    return encoder


class Committee(nnx.Module):
    """Encoders that were trained separately, read as one: their pair_logits are averaged.

    Shapes: x as the members take it -> [batch, sum of (members' columns - 1) + 1].
    Raises: ValueError if there are no members.
    Source: Hansen and Salamon 1990.
    """

    def __init__(self, encoders: Sequence["BagEncoder | SubwordLSTM"]) -> None:
        require_count(encoders=len(encoders))
        self.encoders = nnx.List(encoders)
        self.pad_token = getattr(encoders[0], "pad_token", None)

    def require_inputs(self, x: ArrayLike) -> None:
        """Raise ValueError if the first member does not take x; the others read the same input."""
        self.encoders[0].require_inputs(x)

    def __call__(self, x: ArrayLike) -> jax.Array:
        outputs = [encoder(x) for encoder in self.encoders]
        count = len(outputs)
        vectors = [h[:, :-1] / count**0.5 for h in outputs]
        prior = sum(h[:, -1:] for h in outputs) / count
        return jnp.concatenate([*vectors, prior], axis=1)


def require_share(drop_rate: float) -> None:
    """Raise ValueError if drop_rate is not a share below 1."""
    if not 0 <= drop_rate < 1:
        raise ValueError(f"drop_rate is {drop_rate!r}; give a share of 0 or more, below 1")


def require_pieces(tokens: ArrayLike, size: int, *, rank: int = 2) -> None:
    """Raise ValueError if the encoder does not take these tokens (if traced: by rank only)."""
    form = {2: "[batch, length] of ngram_tokens", 3: "[batch, words, pieces] of word_grid"}[rank]
    require_rank(rank, form, tokens=tokens)
    require_known(tokens, size)


def unknown_as_nan(embeddings: jax.Array, tokens: jax.Array, size: int) -> jax.Array:
    """NaN for each row with a token outside 0 to size - 1: jax would read another token's vector.

    Shapes: embeddings [batch, dim], tokens [batch, ...] -> [batch, dim].
    """
    is_known = ((tokens >= 0) & (tokens < size)).all(axis=tuple(range(1, tokens.ndim)))
    return jnp.where(is_known[:, None], embeddings, jnp.nan)
