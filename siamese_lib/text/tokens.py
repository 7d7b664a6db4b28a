"""What texts and token arrays must be: whole strings, and rows that are padded on the right."""

from collections.abc import Sequence

import jax
import numpy as np
from numpy.typing import ArrayLike

PAD = 0  # the token that fills up short rows


def require_texts(**columns: Sequence[str]) -> None:
    """Raise ValueError unless each named list holds one whole string or more."""
    for name, texts in columns.items():
        if isinstance(texts, str) or len(texts) == 0:
            said = repr(texts)[:60] + (", empty" if len(texts) == 0 else "")
            raise ValueError(f"{name} is {said}; give a list of one or more strings")
        for place, text in enumerate(texts):
            if not isinstance(text, str):
                raise ValueError(
                    f"{name}: text {place} is {text!r}, not a string; convert or drop it"
                )
            _require_whole_letters(name, place, text)


def _require_whole_letters(name, place, text):
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"{name}: text {place}, {text!r}, holds half a character at {error.start} (a lone "
            "surrogate); read the text with its true encoding, or drop the half with "
            'text.encode("utf-8", "ignore").decode()'
        ) from None


def require_questions(**columns: Sequence[str]) -> None:
    """Raise ValueError as require_texts does, and if a text holds only spaces."""
    require_texts(**columns)
    for name, texts in columns.items():
        for place, text in enumerate(texts):
            if not text.strip():
                raise ValueError(
                    f"{name}: text {place} is empty ({text!r}); drop that pair or write a question"
                )


def require_padded_right(
    tokens: ArrayLike, *, pad_token: int, what: str = "question"
) -> np.ndarray:
    """The number of tokens in each row, [n]. ValueError if padding stands before a token.

    tokens [n, length] are concrete integers, padded with pad_token.
    """
    tokens = np.asarray(tokens)
    is_real = tokens != pad_token
    is_odd_at = is_real[:, 1:] & ~is_real[:, :-1]
    is_odd = is_odd_at.any(axis=1)
    if is_odd.any():
        row = int(is_odd.argmax())
        shown = _around(tokens[row], int(is_odd_at[row].argmax()))
        raise ValueError(
            f"{what} {row} has padding ({pad_token}) before a token: {shown}; "
            "pad on the right, as encode_texts does (Keras: padding='post')"
        )
    return is_real.sum(axis=1)


def _around(row, place):
    """The numbers beside a place, with dots for those left out."""
    start, end = max(0, place - 3), place + 6
    said = ", ".join(map(str, row[start:end]))
    return f"[{'..., ' * (start > 0)}{said}{', ...' * (end < len(row))}]"


def require_known(tokens: ArrayLike, size: int) -> None:
    """Raise ValueError if concrete tokens are not whole numbers, or lie outside 0 to size - 1."""
    if isinstance(tokens, jax.core.Tracer):
        return
    tokens = np.asarray(tokens)
    if tokens.dtype.kind not in "iu":
        raise ValueError(f"tokens are {tokens.dtype}; give whole numbers, as encode_texts does")
    low, high = int(tokens.min()), int(tokens.max())
    if low < 0 or high >= size:
        raise ValueError(
            f"tokens run from {low} to {high}, but this encoder takes 0 to {size - 1}: its "
            f"vocabulary has {size}; encode the texts with the tokenizer (or the buckets) that it "
            "was made for"
        )
