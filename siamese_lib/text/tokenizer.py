"""A word-level tokenizer, and texts as rows of token numbers with padding."""

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from siamese_lib.text.tokens import PAD, require_padded_right, require_texts
from siamese_lib.validate import require_count, require_rank

UNKNOWN = 1


def build_tokenizer(texts, *, vocabulary_size=20_000, min_count=1):
    """Word-level tokenizer, lower case, punctuation apart, learned from texts.

    Accents are kept: "café" and "cafe" are two words, and the vowel signs of Hindi or Thai, which
    Unicode writes as accents, stay in their words. However an accent is stored, as one character
    or two, it is the same word.

    Shapes: texts is a list of strings -> tokenizers.Tokenizer; token 0 is padding, 1 an unknown
    word, the rest are words from frequent to rare. Build it from training texts only.
    Raises: ValueError where texts is one string or empty, a text is not a string or holds half a
    character, or vocabulary_size or min_count is no whole number (of 3 and 1 or more).
    """
    require_texts(texts=texts)
    require_count(vocabulary_size=vocabulary_size, least=3)  # padding, the unknown, one word
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


def encode_texts(tokenizer, texts, *, max_length=32):
    """Token numbers, cut at max_length and padded with 0 to the longest.

    Shapes: list of n strings -> [n, length] int32, length <= max_length.
    Raises: ValueError where a text is not a string, holds half a character, is empty, or has
    unknown words only: the encoder would answer with the same vector for all such texts.
    """
    require_texts(texts=texts)
    require_count(max_length=max_length)
    rows = [encoding.ids[:max_length] for encoding in tokenizer.encode_batch(list(texts))]
    # A text that spells out "[PAD]" has no padding in it.
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


def pad_length(tokens, *, multiple=8, pad_token=PAD):
    """Cut or fill padding so that the length is the smallest fitting multiple.

    Shapes: tokens [n, length] int, padded on the right -> [n, the multiple]. Few lengths mean few
    compilations; no real token is ever cut.
    Raises: ValueError on another rank, no rows, padding before a token, or a multiple below 1.
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
