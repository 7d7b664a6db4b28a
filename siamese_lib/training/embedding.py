"""Embeddings of many inputs, computed by a trained model."""

import numpy as np
from flax import nnx
from numpy.typing import ArrayLike, NDArray

from siamese_lib.text.tokenizer import pad_length
from siamese_lib.text.tokens import require_padded_right
from siamese_lib.validate import require_array, require_count, require_finite, require_rank


@nnx.jit
def _embed(model, inputs):
    return model(inputs)


def encode(
    model: nnx.Module, inputs: ArrayLike, *, pad_token: int | None = None, batch_size: int = 256
) -> NDArray[np.float32]:
    """Embeddings of many inputs, computed batch by batch.

    pad_token says that the inputs are tokens [n, length] whose rows are padded with pad_token on
    the right. They are then sorted by length first, so that short questions are not read through
    long padding. By default it is the model's own `pad_token`, as in QuestionEncoder and
    BagEncoder. Inputs of models without one are passed on as they are, even whole numbers. A model
    with a method `require_inputs` can refuse the inputs before anything is computed.

    Shapes: inputs [n, ...] array -> [n, dim] numpy float32, in the order given.
    Raises: ValueError where inputs is empty or not finite or its rows differ in shape, batch_size
    is below 1, a question is all padding or has padding before a token, or the inputs are not meant
    for this encoder.
    """
    inputs = require_array("inputs", inputs)
    require_count(inputs=len(inputs) if inputs.ndim else 0, batch_size=batch_size)
    pad_token = getattr(model, "pad_token", None) if pad_token is None else pad_token
    if hasattr(model, "require_inputs"):
        model.require_inputs(inputs)
    elif inputs.dtype.kind == "f":
        require_finite(inputs=inputs)
    order = np.arange(len(inputs)) if pad_token is None else _by_length(inputs, pad_token)
    rows_at_once = batch_rows(len(inputs), batch_size)
    parts = []
    for start in range(0, len(inputs), rows_at_once):
        rows = order[start : start + rows_at_once]
        batch = inputs[np.resize(rows, rows_at_once)]  # filled up to one shape: one compilation
        if pad_token is not None:
            batch = pad_length(batch, pad_token=pad_token)
        parts.append(np.asarray(_embed(model, batch))[: len(rows)])
    embeddings = np.concatenate(parts)
    if pad_token is not None and not np.isfinite(embeddings).all():
        raise ValueError(
            f"tokens go up to {inputs.max()}, past this encoder's vocabulary, or its weights are "
            "not finite; encode the texts with the tokenizer the encoder was made for"
        )
    result = np.empty_like(embeddings)
    result[order] = embeddings
    return result


def batch_rows(n: int, batch_size: int) -> int:
    """How many rows `encode` passes through the model at a time: one, sixteen or batch_size.

    There are few sizes because each is compiled separately, and small ones so that a single
    question does not cost as much as hundreds.
    """
    return next((size for size in (1, 16) if n <= size < batch_size), batch_size)


def _by_length(tokens, pad_token):
    require_rank(2, "[n, length] token numbers", inputs=tokens)
    lengths = require_padded_right(tokens, pad_token=pad_token)
    if lengths.min() == 0:
        raise ValueError(f"question {int(lengths.argmin())} is all padding; drop it first")
    return np.argsort(lengths, kind="stable")
