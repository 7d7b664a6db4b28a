"""Pieces of words, their numbers, and what the texts alone say about them."""

import math
import subprocess
import sys
import zlib

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfTransformer

from siamese_lib.text import inverse_frequency, latent_vectors, ngram_tokens, word_grid
from siamese_lib.text.ngrams import hash_piece, letter_pieces, split_words, word_pieces

TEXTS = [
    "How old are you?",
    "How do I cook rice",
    "rice, rice and RICE",
    "a",
    "?!",
    "Ünïcode 東京 ½",
]


def slow_tokens(text, buckets):
    """The definition, letter by letter."""
    words, found = split_words(text), []
    for word in words:
        found.append(zlib.crc32(f"w{word}".encode()) % (buckets - 1) + 1)
    padded = ["^", *words, "$"]
    for i in range(len(padded) - 1):
        pair = f"b{padded[i]} {padded[i + 1]}"
        found.append(zlib.crc32(pair.encode()) % (buckets - 1) + 1)
    for word in words:
        if not word[0].isalnum():
            continue
        for size in (3, 4):
            starts = [i for i in range(len(word) + 2) if i + size <= len(word) + 2] or [0]
            for i in starts:
                piece = "c" + ("<" + word + ">")[i : i + size]
                found.append(buckets + zlib.crc32(piece.encode()) % (buckets - 1) + 1)
    return [token for i, token in enumerate(found) if token not in found[:i]]


def test_the_pieces_of_a_text():
    words = split_words("Why's  it HOT?")
    assert words == ["why", "'", "s", "it", "hot", "?"]
    assert word_pieces(["it", "hot"]) == ["wit", "whot", "b^ it", "bit hot", "bhot $"]
    assert letter_pieces(["it", "?"]) == ["c<it", "cit>", "c<it>"]
    assert letter_pieces(["a"]) == ["c<a>", "c<a>"]
    assert split_words("  ") == []


@pytest.mark.parametrize("buckets", [7, 2**15])
def test_tokens_against_the_definition(buckets):
    tokens = ngram_tokens(TEXTS, buckets=buckets)
    assert tokens.dtype == np.int32
    for text, row in zip(TEXTS, tokens, strict=True):
        expected = slow_tokens(text, buckets)
        assert row.tolist() == expected + [0] * (tokens.shape[1] - len(expected))
    assert tokens.max() < 2 * buckets and not (tokens == buckets).any()


def test_long_texts_are_cut_and_case_and_width_do_not_matter():
    assert ngram_tokens(TEXTS, max_length=5).shape == (6, 5)
    same = ngram_tokens(["FULL width", "ｆｕｌｌ WIDTH"])
    np.testing.assert_array_equal(same[0], same[1])
    assert ngram_tokens(["\ud800 half a pair"]).shape[0] == 1


def test_numbers_are_the_same_in_another_process():
    code = "from siamese_lib.text.ngrams import hash_piece; print(hash_piece('wrice', 32768))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(said.stdout) == hash_piece("wrice", 32768) == 28829


def test_the_grid_holds_each_word_and_its_letters():
    grid = word_grid(TEXTS, buckets=50, max_words=4, max_pieces=3)
    assert grid.shape == (6, 4, 4)
    for text, rows in zip(TEXTS, grid, strict=True):
        words = split_words(text)[:4]
        assert not rows[len(words) :].any()
        for word, row in zip(words, rows, strict=False):
            runs = dict.fromkeys(50 + hash_piece(run, 50) for run in letter_pieces([word]))
            expected = [hash_piece("w" + word, 50), *runs][:4]
            assert row.tolist() == expected + [0] * (4 - len(expected))


def test_inverse_frequency_is_scikit_learn_s():
    tokens = ngram_tokens(TEXTS, buckets=40)
    weight = inverse_frequency(tokens, 80)
    counts = np.array([[token in row for token in range(80)] for row in tokens])
    counts[:, 0] = 0
    expected = TfidfTransformer().fit(counts).idf_
    np.testing.assert_allclose(weight, expected, rtol=1e-6)
    assert weight[0] == pytest.approx(1 + math.log(7))  # padding is in no text


def test_latent_vectors_against_a_full_decomposition():
    tokens = ngram_tokens(TEXTS, buckets=40)
    weight = inverse_frequency(tokens, 80)
    rows = np.zeros((6, 80))
    for row, tokens_of_row in zip(rows, tokens, strict=True):
        for token in tokens_of_row[tokens_of_row > 0]:
            row[token] = weight[token]
        row /= np.linalg.norm(row)
    _, singular, right = np.linalg.svd(rows)
    expected = right[:3].T * np.sqrt(singular[:3])
    used = np.abs(rows).sum(axis=0) > 0
    expected[used] /= np.linalg.norm(expected[used], axis=1, keepdims=True)
    found = latent_vectors(tokens, 80, 3)
    # Each column's sign is free; the products of tokens are not.
    np.testing.assert_allclose(found @ found.T, (expected * used[:, None]) @ expected.T, atol=1e-3)
    assert not found[~used].any()
    assert latent_vectors(tokens, 80, 9)[:, 6:].any() == False  # noqa: E712


def test_bad_input_is_quoted():
    for make in (ngram_tokens, word_grid):
        with pytest.raises(ValueError, match="'one text'; give a list"):
            make("one text")
        with pytest.raises(ValueError, match=r"\[\]; give a list"):
            make([])
        with pytest.raises(ValueError, match="a text is None, not a string"):
            make(["a", None])
        with pytest.raises(ValueError, match="'  ' is empty; drop it"):
            make(["a", "  "])
        with pytest.raises(ValueError, match="buckets is 1; give 2"):
            make(["a"], buckets=1)
    with pytest.raises(ValueError, match="max_length is 0"):
        ngram_tokens(["a"], max_length=0)
    with pytest.raises(ValueError, match="max_words is 0"):
        word_grid(["a"], max_words=0)
    with pytest.raises(ValueError, match="max_pieces is 0"):
        word_grid(["a"], max_pieces=0)
    with pytest.raises(ValueError, match="run from 3 to 9, but size is 9"):
        inverse_frequency(np.array([[3, 9]]), 9)
    with pytest.raises(ValueError, match="run from -1"):
        latent_vectors(np.array([[-1, 2]]), 9, 2)
    with pytest.raises(ValueError, match=r"\(2,\); give \[n, length\]"):
        inverse_frequency(np.array([1, 2]), 9)
    with pytest.raises(ValueError, match="dim is 0"):
        latent_vectors(np.array([[1, 2]]), 9, 0)
