"""The question encoder: embedding, LSTM, and the mean over the real tokens."""

import jax
import jax.numpy as jnp
from flax import nnx
from jax.typing import ArrayLike, DTypeLike

from siamese_lib.encoders.recurrence import LSTM
from siamese_lib.energy import l2_normalize
from siamese_lib.text.stairs import Stairs
from siamese_lib.text.tokens import PAD, require_known, require_padded_right
from siamese_lib.validate import require_count, require_rank


class QuestionEncoder(nnx.Module):
    """Embedding, LSTM, mean over the real tokens, L2: a question becomes a unit vector.

    Padding never changes an embedding: the LSTM reads from left to right, and the mean counts only
    real tokens. dtype is the type of the factors of matrix products: jnp.bfloat16 if speed matters
    more than the third digit. Weights, sums and the resulting vectors are float32 all the same.

    Shapes: tokens [batch, time] int, 0 = padding on the right, or the same as Stairs ->
    [batch, hidden_dim] float32.
    Raises: ValueError if tokens is not [batch, time] or is empty, a token is outside the
    vocabulary, a question is all padding, or padding stands before a token. The last three are
    checked in concrete arrays only; under jit a token outside the vocabulary gives NaN, and padding
    before a token counts as a word.
    Source: the DeepLearning.AI course's model, whose mean includes the padding; with 36,224 words x
    128 both have 4,768,256 parameters.
    """

    pad_token = PAD

    def __init__(
        self,
        vocabulary_size: int,
        *,
        embedding_dim: int = 128,
        hidden_dim: int = 128,
        dtype: DTypeLike = jnp.float32,
        rngs: nnx.Rngs,
    ) -> None:
        require_count(
            vocabulary_size=vocabulary_size, embedding_dim=embedding_dim, hidden_dim=hidden_dim
        )
        self.embedding = nnx.Embed(vocabulary_size, embedding_dim, rngs=rngs)
        self.lstm = LSTM(embedding_dim, hidden_dim, dtype=dtype, rngs=rngs)

    def __call__(self, tokens: ArrayLike | Stairs) -> jax.Array:
        if isinstance(tokens, Stairs):
            for block in tokens.blocks:
                require_known(block, self.embedding.num_embeddings)
            return l2_normalize(self._sums(tokens.blocks)[tokens.place])
        self.require_inputs(tokens)
        # The sum has the direction of the mean, and only the direction is kept.
        return l2_normalize(self._sums([jnp.asarray(tokens)]))

    def require_inputs(self, tokens: ArrayLike) -> None:
        """Raise ValueError if these are not this encoder's tokens (if traced: by shape only)."""
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
        """Sum of the states over the real tokens of each row. From block to block some rows end."""
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
        """The vectors of the tokens, NaN for one outside the vocabulary.

        A negative token would be counted from the end of the table, so it is moved past the last
        row.
        """
        tokens = tokens.astype(jnp.int32)
        return self.embedding(jnp.where(tokens < 0, self.embedding.num_embeddings, tokens))
