"""A word-level tokenizer, and texts as rows of token numbers with padding."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from siamese_lib.text.tokens import PAD, require_padded_right, require_texts
from siamese_lib.validate import require_count, require_rank

UNKNOWN = 1


def build_tokenizer(
    texts: Sequence[str], *, vocabulary_size: int = 20_000, min_count: int = 1
) -> Tokenizer:
    """A word-level tokenizer, learned from texts: lower case, punctuation apart from words.

    Accents are kept: "café" and "cafe" are two words, and the vowel signs of Hindi or Thai, which
    Unicode writes as accents, stay in their words. An accent may be stored as one character or two;
    the word is the same.

    Shapes: texts is a list of strings -> tokenizers.Tokenizer. Token 0 is padding, 1 an unknown
    word, and the rest are words from frequent to rare. Build it from training texts only.
    Raises: ValueError if texts is one string or empty, a text is not a string or holds half a
    character, or vocabulary_size or min_count is not a whole number (of 3 and 1 or more).
    """
    require_texts(texts=texts)
    require_count(vocabulary_size=vocabulary_size, least=3)  # padding, unknown, one word
    require_count(min_count=min_count)
    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator(
        texts,
        trainers.WordLevelTrainer(
            vocab_size=vocabulary_size, min_frequency=min_count, show_progress=False,
            special_tokens=["[PAD]", "[UNK]"],
        ),
    )  # fmt: skip
    return tokenizer


def encode_texts(
    tokenizer: Tokenizer, texts: Sequence[str], *, max_length: int = 32
) -> NDArray[np.int32]:
    """Token numbers, cut at max_length and padded with 0 to the longest row.

    Shapes: list of n strings -> [n, length] int32, length <= max_length.
    Raises: ValueError if a text is not a string, holds half a character, is empty, or has only
    unknown words: the encoder would give the same vector to all such texts.
    """
    require_texts(texts=texts)
    require_count(max_length=max_length)
    rows = [encoding.ids[:max_length] for encoding in tokenizer.encode_batch(list(texts))]
    # "[PAD]" spelt out in a text is a word, not padding.
    rows = [[UNKNOWN if token == PAD else token for token in row] for row in rows]
    for text, row in zip(texts, rows, strict=True):
        if not row:
            raise ValueError(f"the text {text!r} is empty; drop it or write a question")
        if all(token == UNKNOWN for token in row):
            part = f" (its first {max_length} words)" if len(row) == max_length else ""
            raise ValueError(
                f"no word of {text!r}{part} is in the vocabulary; reword it, or train on texts "
                "like it"
            )
    tokens = np.zeros((len(rows), max(map(len, rows))), np.int32)
    for place, row in enumerate(rows):
        tokens[place, : len(row)] = row
    return tokens


def pad_length(tokens: ArrayLike, *, multiple: int = 8, pad_token: int = PAD) -> np.ndarray:
    """Shorten or extend the padding to the smallest multiple that holds every token.

    Few different lengths mean few compilations. No real token is ever cut.

    Shapes: tokens [n, length] int, padded on the right -> [n, the multiple].
    Raises: ValueError if tokens is not [n, length] or has no rows, a token stands after padding, or
    multiple is below 1.
    """
    tokens = np.asarray(tokens)
    require_rank(2, "[n, length] token numbers", tokens=tokens)
    require_count(multiple=multiple)
    longest = int(require_padded_right(tokens, pad_token=pad_token).max())
    length = -(-max(longest, 1) // multiple) * multiple
    if tokens.shape[1] >= length:
        return tokens[:, :length]
    spare = ((0, 0), (0, length - tokens.shape[1]))
    return np.pad(tokens, spare, constant_values=pad_token)
