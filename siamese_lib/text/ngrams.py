"""From questions to hashed pieces: words, pairs of words, and runs of 3 and 4 letters.

A question never seen before consists mostly of pieces that were: "headphones" shares runs of
letters with "headphone". Hashing needs no vocabulary, so no word is unknown.
"""

import re
import unicodedata
import zlib
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siamese_lib.validate import require_count, require_rank

_RUNS = (3, 4)


@cache
def word_pattern() -> str:
    """The regular expression for a word or a punctuation mark.

    Python's \\w knows letters, but not the signs that follow a letter, such as the vowels of Hindi
    and Thai: on its own it would cut their words at each sign.
    """
    signs = [chr(code) for code in range(0x300, 0x20000) if _is_sign(chr(code))]
    signs += ["\u200c", "\u200d"]  # the joiners of Persian and Hindi
    # Signs are looked up only before a character beyond ASCII, so that English stays fast.
    return rf"\w+(?:(?=[^\x00-\x7f])[{_as_ranges(signs)}]+\w*)*|[^\w\s]"


def _is_sign(character):
    return unicodedata.category(character).startswith("M")


def _as_ranges(characters):
    """Write ["a", "b", "c", "x"] as "a-cx-x": a class of two thousand single characters is slow."""
    codes = np.array([ord(character) for character in sorted(characters)])
    runs = np.split(codes, np.flatnonzero(np.diff(codes) > 1) + 1)
    return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in runs)


def split_words(text: str) -> list[str]:
    """The words and punctuation marks of a text, in lower case and in order.

    Shapes: a string -> list of strings, empty if the text holds only spaces.
    """
    return re.findall(word_pattern(), unicodedata.normalize("NFKC", text).lower())


def word_pieces(words: Sequence[str]) -> list[str]:
    """Every word, then every two neighbours, with "^" before the first word and "$" after the last.

    Shapes: list of n strings -> list of 2 n + 1 strings. With n = 0 that is only the pair "^ $".
    """
    pairs = zip(["^", *words], [*words, "$"], strict=True)
    return ["w" + word for word in words] + [f"b{left} {right}" for left, right in pairs]


def letter_pieces(words: Sequence[str]) -> list[str]:
    """Runs of 3 and 4 letters of every word, with its ends marked: <word>.

    Punctuation marks have none.

    Shapes: list of strings -> list of strings.
    Source: Bojanowski et al. 2017, the subwords of fastText.
    """
    marked = [f"<{word}>" for word in words if word[0].isalnum()]
    return [
        "c" + word[start : start + size]
        for word in marked
        for size in _RUNS
        for start in range(max(1, len(word) - size + 1))
    ]


def hash_piece(piece: str, buckets: int) -> int:
    """A number from 1 to buckets - 1 for a piece, the same in every run of Python."""
    # Python's own hash() of a string differs from one run to the next.
    return zlib.crc32(piece.encode("utf-8", "surrogatepass")) % (buckets - 1) + 1


def ngram_tokens(
    texts: Sequence[str], *, buckets: int = 2**15, max_length: int = 192
) -> NDArray[np.int32]:
    """Token numbers of every text's pieces: each piece once, and at most max_length of them.

    Words and pairs of words get the numbers 1 to buckets - 1, runs of letters buckets + 1 to
    2 buckets - 1. Two pieces may share a number; with more buckets that happens less often.

    Shapes: list of n strings -> [n, length] int32, padded with 0 on the right to the longest.
    Raises: ValueError if texts is one string or empty, a text is not a string or holds only spaces,
    or a number is too small (buckets: below 2, max_length: below 1).
    Source: Weinberger et al. 2009, the hashing trick.
    """
    _require_buckets(buckets)
    require_count(max_length=max_length)
    _require_texts(texts)
    # Arrays, since half a million lists of Python numbers would take gigabytes.
    rows = [np.array(_row(text, buckets)[:max_length], np.int32) for text in texts]
    tokens = np.zeros((len(rows), max(map(len, rows))), np.int32)
    for place, row in enumerate(rows):
        tokens[place, : len(row)] = row
    return tokens


def _row(text, buckets):
    words = _words(text)
    first = [hash_piece(piece, buckets) for piece in word_pieces(words)]
    second = [buckets + hash_piece(piece, buckets) for piece in letter_pieces(words)]
    return list(dict.fromkeys(first + second))


def _require_buckets(buckets):
    require_count(buckets=buckets)
    if buckets < 2:
        raise ValueError(f"buckets is {buckets}; give 2 or more, since number 0 is padding")


def _require_texts(texts):
    if isinstance(texts, str) or len(texts) == 0:
        raise ValueError(f"texts is {texts!r}; give a list of one or more strings")


def _words(text):
    if not isinstance(text, str):
        raise ValueError(f"a text is {text!r}, not a string; convert or drop it")
    words = split_words(text)
    if not words:
        raise ValueError(f"the text {text!r} is empty; drop it or write a question")
    return words


def word_grid(
    texts: Sequence[str], *, buckets: int = 2**15, max_words: int = 24, max_pieces: int = 14
) -> NDArray[np.int32]:
    """Token numbers word by word: the word's own number, then those of its runs of letters.

    The numbers are those of ngram_tokens with the same buckets. Words beyond max_words are cut, and
    so are the runs of letters of a word beyond max_pieces.

    Shapes: list of n strings -> [n, max_words, 1 + max_pieces] int32, 0 = padding.
    Raises: as ngram_tokens; max_words and max_pieces must be 1 or more.
    """
    _require_buckets(buckets)
    require_count(max_words=max_words, max_pieces=max_pieces)
    _require_texts(texts)
    grid = np.zeros((len(texts), max_words, 1 + max_pieces), np.int32)
    known: dict[str, list[int]] = {}  # questions share most of their words
    for place, text in enumerate(texts):
        for position, word in enumerate(_words(text)[:max_words]):
            if word not in known:
                runs = [buckets + hash_piece(run, buckets) for run in letter_pieces([word])]
                row = [hash_piece("w" + word, buckets), *dict.fromkeys(runs)]
                known[word] = row[: 1 + max_pieces]
            grid[place, position, : len(known[word])] = known[word]
    return grid


def inverse_frequency(tokens: ArrayLike, size: int) -> NDArray[np.float32]:
    """1 + ln((1 + n) / (1 + count)): large for a piece that occurs in few texts.

    Shapes: tokens [n, length] int, each at most once per row, 0 = padding -> [size] float32.
    Raises: ValueError if tokens is not [n, length], or a token is negative or not below size.
    Source: Spärck Jones 1972; smoothed as in scikit-learn.
    """
    _require_below(tokens, size)
    count = np.bincount(np.asarray(tokens).ravel(), minlength=size)
    count[0] = 0  # padding is not a piece
    return (1 + np.log((1 + np.shape(tokens)[0]) / (1 + count))).astype(np.float32)


def latent_vectors(tokens: ArrayLike, size: int, dim: int) -> NDArray[np.float32]:
    """A unit vector for each token; tokens that occur in the same texts point the same way.

    These are the first dim right singular vectors of the texts' unit TF-IDF rows, each times the
    square root of its singular value, scaled to length 1 per token. No label is used.

    Shapes: tokens [n, length] int, 0 = padding -> [size, dim] float32. A token that occurs in no
    text has a zero row. If dim exceeds the smaller side of the matrix, the columns beyond it are 0.
    Raises: ValueError if tokens is not [n, length], a token is negative or not below size, or dim
    is below 1.
    Source: Deerwester et al. 1990, latent semantic analysis.
    """
    from scipy.sparse import csr_array
    from sklearn.utils.extmath import randomized_svd

    _require_below(tokens, size)
    require_count(dim=dim)
    tokens = np.asarray(tokens)
    weight = inverse_frequency(tokens, size)
    row, column = np.nonzero(tokens)
    token = tokens[row, column]
    length = np.sqrt(np.bincount(row, weight[token] ** 2, minlength=len(tokens)))
    values = (weight[token] / length[row]).astype(np.float32)
    texts = csr_array((values, (row, token)), shape=(len(tokens), size))
    _, singular, right = randomized_svd(texts, min(dim, *texts.shape), n_iter=2, random_state=0)
    vectors = np.zeros((size, dim), np.float32)
    vectors[:, : len(singular)] = right.T * np.sqrt(singular)
    vectors[np.bincount(token, minlength=size) == 0] = 0  # they are 0 already, but for rounding
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def _require_below(tokens, size):
    require_rank(2, "[n, length] token numbers", tokens=tokens)
    if np.min(tokens) < 0 or np.max(tokens) >= size:
        raise ValueError(
            f"tokens run from {np.min(tokens)} to {np.max(tokens)}, but size is {size}; give the "
            "size that they were made for"
        )
