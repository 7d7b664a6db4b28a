"""An encoder for questions that few pairs can train: two bags of pieces, and a prior.

Besides its vector each question gets one number, the prior: how often questions of this kind have
a duplicate at all ("How do I lose weight?" often, a question with a street address never).
"""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from siamese_lib.energy import at_least_float32, l2_normalize
from siamese_lib.text.ngrams import inverse_frequency, latent_vectors
from siamese_lib.text.tokens import PAD, require_known
from siamese_lib.validate import require_count, require_finite, require_rank, require_same_shape


def pair_logits(h1, h2):
    """Dot product of two vectors plus both priors: above 0 means "rather same".

    Shapes: h1, h2 [batch, dim + 1] float, the last column the prior -> [batch] float.
    Raises: ValueError where the shapes differ (quoting both), on another rank, a single column,
    NaN or infinity.
    """
    require_same_shape(h1=h1, h2=h2)
    require_rank(2, "[batch, dim + 1]", h1=h1)
    if np.shape(h1)[1] < 2:
        raise ValueError(f"h1 has shape {np.shape(h1)}; give vectors and a prior in two columns up")
    require_finite(h1=h1, h2=h2)
    h1, h2 = at_least_float32(h1), at_least_float32(h2)
    return jnp.sum(h1[:, :-1] * h2[:, :-1], axis=1) + h1[:, -1] + h2[:, -1]


class BagEncoder(nnx.Module):
    """Weighted sums of token vectors: a question becomes two scaled unit vectors and a prior.

    The words' vector and the letters' vector each have a learned length, so the dot product of
    two questions is a weighted sum of two cosines; score pairs with pair_logits. While training,
    each token is left out with probability drop_rate. Call start_from_texts before training.

    Shapes: tokens [batch, length] int of ngram_tokens with the same buckets, 0 = padding ->
    [batch, 2 dim + 1] float32. Neither padding nor the order of the tokens changes an embedding.
    Raises: ValueError on another rank, an empty batch, tokens that ngram_tokens cannot have made
    (on concrete arrays; under jit those give NaN), or sizes that make no sense.
    Source: after Iyyer et al. 2015, who average embeddings and leave out whole words.
    """

    pad_token = PAD

    def __init__(self, *, buckets=2**15, dim=96, drop_rate=0.5, rngs):
        require_count(buckets=buckets, dim=dim)
        require_share(drop_rate)
        self.buckets = buckets
        self.vectors = nnx.Param(jax.random.normal(rngs.params(), (2 * buckets, dim)) / dim**0.5)
        self.log_weight = nnx.Param(jnp.zeros(2 * buckets))
        self.prior = nnx.Param(jnp.zeros(2 * buckets))
        self.bias = nnx.Param(jnp.array(-1.0))
        # A dot product of e^0.5 for two equal vectors: larger ones learn the training pairs by
        # heart, smaller ones learn little before the priors have explained the labels.
        self.log_scale = nnx.Param(jnp.array([0.5, 0.5]))
        # Off until fit turns it on, so that loaded weights answer the same each time.
        self.dropout = nnx.Dropout(drop_rate, deterministic=True, rngs=rngs)

    def require_inputs(self, tokens):
        """ValueError where ngram_tokens cannot have made these; of traced ones by rank alone."""
        require_pieces(tokens, 2 * self.buckets)

    def __call__(self, tokens):
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
            # Over the root of the count: long questions neither drown in nor drown their priors.
            root = jnp.sqrt(jnp.maximum(is_on.sum(axis=1), 1))
            total += (prior * is_on).sum(axis=1) / root
        embeddings = jnp.concatenate([*parts, total[:, None]], axis=1)
        return unknown_as_nan(embeddings, tokens, 2 * self.buckets)


def start_from_texts(encoder, tokens, *, latent_dim=64):
    """Set a new BagEncoder's or SubwordLSTM's weights by the training texts alone, and return it.

    A token's weight becomes its inverse frequency. The first latent_dim entries of its vector
    become its latent vector, and the rest stay random, so that different tokens stay apart.

    Shapes: tokens [n, length] int, ngram_tokens of the training texts, each text once.
    Raises: ValueError where latent_dim is below 1 or above the encoder's dim, or the tokens are
    not this encoder's.
    """
    size, dim = encoder.vectors[...].shape
    require_count(latent_dim=latent_dim)
    if latent_dim > dim:
        raise ValueError(f"latent_dim is {latent_dim}, the encoder has {dim}; give at most that")
    require_pieces(tokens, size)
    tokens = np.asarray(tokens)
    latent = np.zeros((size, latent_dim), np.float32)
    for is_in in (tokens < encoder.buckets, tokens >= encoder.buckets):
        # Apart, since one singular value decomposition of both would be nearly all letters.
        latent += latent_vectors(np.where(is_in, tokens, 0), size, latent_dim)
    rest = encoder.vectors[...][:, latent_dim:] * (dim / max(1, dim - latent_dim)) ** 0.5
    encoder.vectors[...] = jnp.concatenate([jnp.asarray(latent), rest], axis=1)
    encoder.log_weight[...] = jnp.log(inverse_frequency(tokens, size))
    return encoder


class Committee(nnx.Module):
    """Encoders trained apart, read as one: their pair_logits become the mean of the members'.

    Shapes: x as the members take it -> [batch, sum of (members' columns - 1) + 1].
    Raises: ValueError where there are no members.
    Source: Hansen and Salamon 1990.
    """

    def __init__(self, encoders):
        require_count(encoders=len(encoders))
        self.encoders = nnx.List(encoders)
        self.pad_token = getattr(encoders[0], "pad_token", None)

    def require_inputs(self, x):
        """ValueError where the first member does not take x; the others read the same."""
        self.encoders[0].require_inputs(x)

    def __call__(self, x):
        outputs = [encoder(x) for encoder in self.encoders]
        count = len(outputs)
        vectors = [h[:, :-1] / count**0.5 for h in outputs]
        prior = sum(h[:, -1:] for h in outputs) / count
        return jnp.concatenate([*vectors, prior], axis=1)


def require_share(drop_rate):
    """ValueError where drop_rate is not a share below 1."""
    if not 0 <= drop_rate < 1:
        raise ValueError(f"drop_rate is {drop_rate!r}; give a share of 0 or more, below 1")


def require_pieces(tokens, size, *, rank=2):
    """ValueError where tokens are not those the encoder takes; of traced ones by rank alone."""
    form = {2: "[batch, length] of ngram_tokens", 3: "[batch, words, pieces] of word_grid"}[rank]
    require_rank(rank, form, tokens=tokens)
    require_known(tokens, size)


def unknown_as_nan(embeddings, tokens, size):
    """NaN for each row that has a token outside 0 to size - 1: jax would read another's vector.

    Shapes: embeddings [batch, dim], tokens [batch, ...] -> [batch, dim].
    """
    is_known = ((tokens >= 0) & (tokens < size)).all(axis=tuple(range(1, tokens.ndim)))
    return jnp.where(is_known[:, None], embeddings, jnp.nan)
