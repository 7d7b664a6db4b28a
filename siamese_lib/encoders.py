"""The towers: a network that turns one input into one unit vector, and the pair that shares it."""

import jax
import jax.numpy as jnp
from flax import nnx

from siamese_lib.energy import at_least_float32, l2_normalize
from siamese_lib.pictures import one_channel, require_pictures
from siamese_lib.recurrence import lstm_states
from siamese_lib.stairs import Stairs
from siamese_lib.tokens import PAD, require_known, require_padded_right
from siamese_lib.validate import require_count, require_finite, require_rank, require_same_shape


class LSTM(nnx.Module):
    """Long short-term memory over the time axis.

    Shapes: x [batch, time, in_dim] float -> [batch, time, hidden_dim], all hidden states.
    One product [x_t, h] @ kernel a step: hoisting x @ kernel out of the scan is slower here.
    Source: Hochreiter and Schmidhuber 1997, the forget gate Gers et al. 2000; gates in the order
    input, forget, cell, output.
    """

    def __init__(self, in_dim, hidden_dim, *, dtype=jnp.float32, rngs):
        self.dtype = dtype
        glorot, orthogonal = nnx.initializers.glorot_uniform(), nnx.initializers.orthogonal()
        halves = [glorot(rngs.params(), (in_dim, 4 * hidden_dim)),
                  orthogonal(rngs.params(), (hidden_dim, 4 * hidden_dim))]  # fmt: skip
        self.kernel = nnx.Param(jnp.concatenate(halves))
        # The forget gate starts open (bias 1), as in Jozefowicz et al. 2015.
        self.bias = nnx.Param(
            jnp.zeros(4 * hidden_dim, jnp.float32).at[hidden_dim : 2 * hidden_dim].set(1.0)
        )

    def __call__(self, x):
        start = jnp.zeros((x.shape[0], self.bias[...].shape[0] // 4), x.dtype)
        return self.go_on(x.swapaxes(0, 1), start, start)[0].swapaxes(0, 1)

    def go_on(self, x, hidden, cell):
        """From where it stopped: x [time, batch, in_dim] -> states [time, batch, ...], cell."""
        return lstm_states(x, self.kernel[...], self.bias[...], hidden, cell, self.dtype)


class QuestionEncoder(nnx.Module):
    """Embedding, LSTM, mean over real tokens, L2: a question becomes a unit vector.

    Shapes: tokens [batch, time] int, 0 = padding on the right, or the same as Stairs ->
    [batch, hidden_dim] float32.
    Padding never changes an embedding: the LSTM reads left to right, and the mean counts real
    tokens only. dtype: of the factors of matrix products, jnp.bfloat16 where speed counts more than
    the third digit; weights, sums and the vectors that come out are float32 all the same.
    Raises: ValueError on another rank, an empty batch, a token outside the vocabulary, a question
    of padding only or padding before a token (those three on concrete arrays; under jit a token
    outside the vocabulary gives NaN, and padding before a token counts as a word).
    Source: the DeepLearning.AI course's model, whose mean takes in the padding; at 36,224 words x
    128 both have 4,768,256 parameters.
    """

    pad_token = PAD

    def __init__(
        self, vocabulary_size, *, embedding_dim=128, hidden_dim=128, dtype=jnp.float32, rngs
    ):
        require_count(
            vocabulary_size=vocabulary_size, embedding_dim=embedding_dim, hidden_dim=hidden_dim
        )
        self.embedding = nnx.Embed(vocabulary_size, embedding_dim, rngs=rngs)
        self.lstm = LSTM(embedding_dim, hidden_dim, dtype=dtype, rngs=rngs)

    def __call__(self, tokens):
        if isinstance(tokens, Stairs):
            for block in tokens.blocks:
                require_known(block, self.embedding.num_embeddings)
            return l2_normalize(self._sums(tokens.blocks)[tokens.place])
        self.require_inputs(tokens)
        # The sum has the direction of the mean, and only the direction is kept.
        return l2_normalize(self._sums([jnp.asarray(tokens)]))

    def require_inputs(self, tokens):
        """ValueError where these are no tokens of this encoder; of traced ones by shape alone."""
        require_rank(2, "[batch, time] token numbers", tokens=tokens)
        if isinstance(tokens, jax.core.Tracer):
            return
        require_known(tokens, self.embedding.num_embeddings)
        lengths = require_padded_right(tokens, pad_token=self.pad_token)
        if lengths.min() == 0:
            raise ValueError(
                f"question {int(lengths.argmin())} is all padding; drop empty questions first"
            )

    def _sums(self, blocks):
        """Sum of the states over the real tokens of each row; from block to block rows end."""
        hidden = cell = total = jnp.zeros((blocks[0].shape[0], self.lstm.bias[...].shape[0] // 4))
        ended = []
        for block in blocks:
            if block is not blocks[0]:
                rows = block.shape[0]
                ended.append(total[rows:])
                hidden, cell, total = (part[:rows] for part in (hidden, cell, total))
            states, cell = self.lstm.go_on(self._vectors(block.T), hidden, cell)
            hidden = states[-1]
            is_real = (block.T != 0).astype(states.dtype)
            total += jnp.einsum("tbd,tb->bd", states, is_real, precision="highest")
        return jnp.concatenate([total, *reversed(ended)])

    def _vectors(self, tokens):
        """The rows of tokens; NaN past the last, and for a negative one, counted from there."""
        tokens = tokens.astype(jnp.int32)
        return self.embedding(jnp.where(tokens < 0, self.embedding.num_embeddings, tokens))


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


class SiameseNetwork(nnx.Module):
    """One encoder, used twice: both inputs pass through the same weights.

    Shapes: x1, x2 [batch, ...] as the encoder takes them -> two arrays [batch, dim].
    Source: Bromley et al. 1993.
    """

    def __init__(self, encoder):
        self.encoder = encoder

    def __call__(self, x1, x2):
        return self.encoder(x1), self.encoder(x2)


class SimilarityHead(nnx.Module):
    """|h1 - h2| -> dense -> one logit: how likely do both show the same, learnt from the data.

    Shapes: h1, h2 [batch, dim] float -> [batch] float32 logits; sigmoid makes them probabilities.
    The same for (h1, h2) as for (h2, h1).
    Raises: ValueError where the shapes differ (quoting both), on another rank, NaN or infinity.
    Source: Koch et al. 2015, section 3.1.
    """

    def __init__(self, dim, *, rngs):
        require_count(dim=dim)
        self.dense = nnx.Linear(dim, 1, rngs=rngs)

    def __call__(self, h1, h2):
        require_same_shape(h1=h1, h2=h2)
        require_rank(2, "[batch, dim]", h1=h1)
        require_finite(h1=h1, h2=h2)
        return self.dense(jnp.abs(at_least_float32(h1) - at_least_float32(h2)))[:, 0]


class SimilarityNetwork(nnx.Module):
    """One encoder used twice, and a head that compares: two inputs become one logit.

    Shapes: x1, x2 [batch, ...] as the encoder takes them -> [batch] logits.
    Source: Koch et al. 2015, section 3.1.
    """

    def __init__(self, encoder, head):
        self.encoder, self.head = encoder, head

    def __call__(self, x1, x2):
        return self.head(self.encoder(x1), self.encoder(x2))
