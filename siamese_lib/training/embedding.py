"""Embeddings of many inputs, by a model that is trained."""

import numpy as np
from flax import nnx

from siamese_lib.text.tokenizer import pad_length
from siamese_lib.text.tokens import require_padded_right
from siamese_lib.validate import require_array, require_count, require_finite, require_rank


@nnx.jit
def _embed(model, inputs):
    return model(inputs)


def encode(model, inputs, *, pad_token=None, batch_size=256):
    """Embeddings of many inputs, a batch at a time.

    pad_token says that the inputs are tokens [n, length], rows filled up with it on the right: then
    they are sorted by length first, so that short questions are not read through long padding.
    Where none is given it is the model's own `pad_token`, as QuestionEncoder and BagEncoder have
    it; other models' inputs are passed on as they are, whole numbers too. A model that has
    `require_inputs` is asked before anything is computed.

    Shapes: inputs [n, ...] array -> [n, dim] numpy float32, in the order given.
    Raises: ValueError where inputs is empty or not finite or its rows differ in shape, batch_size
    is below 1, a question is all padding or has padding before a token, or they are not this
    encoder's.
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
        batch = inputs[np.resize(rows, rows_at_once)]  # one shape, one compilation
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


def batch_rows(n, batch_size):
    """How many rows `encode` passes at a time: one, sixteen or batch_size.

    Few sizes, since each is compiled anew; and one question need not pay for hundreds.
    """
    return next((size for size in (1, 16) if n <= size < batch_size), batch_size)


def _by_length(tokens, pad_token):
    require_rank(2, "[n, length] token numbers", inputs=tokens)
    lengths = require_padded_right(tokens, pad_token=pad_token)
    if lengths.min() == 0:
        raise ValueError(f"question {int(lengths.argmin())} is all padding; drop it first")
    return np.argsort(lengths, kind="stable")
