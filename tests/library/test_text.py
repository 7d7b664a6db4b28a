"""Tokens, padding, groups of duplicates and batches that never call a duplicate a negative."""

import unicodedata

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siamese_lib.text import (
    build_tokenizer,
    duplicate_batches,
    duplicate_groups,
    encode_texts,
    pad_length,
    pair_batches,
    pair_rows,
)
from siamese_lib.text.ngrams import split_words

TEXTS = ["How old are you?", "What is your age?", "Where are you from?"]


def test_tokens_are_lower_case_words_and_punctuation():
    tokenizer = build_tokenizer(TEXTS)
    tokens = encode_texts(tokenizer, ["how OLD is  you ?", "age"])
    words = [[tokenizer.id_to_token(t) for t in row] for row in tokens]
    assert words == [["how", "old", "is", "you", "?"], ["age", *["[PAD]"] * 4]]
    assert tokens.dtype == np.int32
    assert tokenizer.token_to_id("[PAD]") == 0


def test_unknown_words_become_one_token_and_rare_ones_too():
    tokenizer = build_tokenizer([*TEXTS, "are you"], min_count=2)
    assert encode_texts(tokenizer, ["are dragons you"]).tolist()[0][1] == 1
    assert tokenizer.get_vocab_size() == 5  # the two special ones, "are", "you", "?"
    assert build_tokenizer(TEXTS, vocabulary_size=4).get_vocab_size() == 4


def test_a_vocabulary_is_the_same_each_time():
    assert build_tokenizer(TEXTS).get_vocab() == build_tokenizer(TEXTS).get_vocab()


def test_long_texts_are_cut():
    tokenizer = build_tokenizer(TEXTS)
    assert encode_texts(tokenizer, TEXTS, max_length=3).shape == (3, 3)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.integers(1, 9))
@settings(max_examples=50, deadline=None)
def test_pad_length_keeps_every_real_token(lengths, multiple):
    tokens = np.zeros((len(lengths), 10), np.int32)
    for row, length in zip(tokens, lengths, strict=True):
        row[:length] = np.arange(1, length + 1)
    padded = pad_length(tokens, multiple=multiple)
    assert padded.shape[1] % multiple == 0
    assert [row[row != 0].tolist() for row in padded] == [row[row != 0].tolist() for row in tokens]
    assert padded.shape[1] < max(lengths, default=0) + multiple or max(lengths) == 0


def test_groups_against_networkx():
    rng = np.random.default_rng(0)
    names = [f"q{i}" for i in range(60)]
    question1, question2 = rng.choice(names, (2, 70)).tolist()
    is_same = rng.integers(0, 2, 70)
    texts, group = duplicate_groups(question1, question2, is_same)
    graph = networkx.Graph()
    graph.add_nodes_from({*question1, *question2})
    graph.add_edges_from((a, b) for a, b, s in zip(question1, question2, is_same, strict=True) if s)
    expected = {frozenset(part) for part in networkx.connected_components(graph)}
    ours = {frozenset(np.array(texts)[group == g].tolist()) for g in np.unique(group)}
    assert ours == expected


def test_no_batch_holds_a_meaning_twice_and_every_group_is_used():
    rng = np.random.default_rng(1)
    group = rng.integers(0, 40, 300)
    tokens = np.arange(1, 301)[:, None]
    seen, rows = set(), 0
    for anchor, positive in duplicate_batches(tokens, group, batch_size=10, seed=5):
        a, p = group[anchor[:, 0] - 1], group[positive[:, 0] - 1]
        np.testing.assert_array_equal(a, p)
        assert len(set(a)) == 10
        assert (anchor[:, 0] != positive[:, 0]).all()
        seen |= set(anchor[:, 0]) | set(positive[:, 0])
        rows += 2 * len(a)
    assert rows == len(seen)  # no question twice in an epoch
    pairs = sum(np.bincount(group) // 2)
    assert pairs - 10 < rows / 2 <= pairs


def test_over_some_epochs_every_group_is_used():
    group = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5, 6])
    tokens = np.arange(1, 18)[:, None]
    seen = set()
    for seed in range(20):
        for anchor, _ in duplicate_batches(tokens, group, batch_size=3, seed=seed):
            assert len(set(group[anchor[:, 0] - 1])) == 3
            seen |= set(group[anchor[:, 0] - 1])
    assert seen == {0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    "sizes",
    [[300] + [2] * 100, [100] * 3 + [2] * 20, [3, 5, 7, 9, 100], [100] + [2] * 100, [4] * 9],
)
def test_unequal_groups_still_fill_batches(sizes):
    group = np.repeat(np.arange(len(sizes)), sizes)
    tokens = np.arange(1, len(group) + 1)[:, None]
    batches = list(duplicate_batches(tokens.tolist(), group.tolist(), batch_size=4, seed=0))
    # At best every batch takes one pair of each group that has some left.
    pairs = np.array(sizes) // 2
    best = max(b for b in range(1, 500) if np.minimum(pairs, b).sum() >= 4 * b)
    assert len(batches) == best
    for anchor, _ in batches:
        assert len(set(group[anchor[:, 0] - 1])) == 4


def test_batches_repeat_with_the_seed_and_change_with_it():
    group = np.repeat(np.arange(30), 4)
    tokens = np.arange(1, 121)[:, None]

    def epoch(seed):
        batches = duplicate_batches(tokens, group, batch_size=8, seed=seed)
        return [a.tolist() + p.tolist() for a, p in batches]

    assert epoch(1) == epoch(1) != epoch(2)


def test_bad_input_is_quoted():
    tokenizer = build_tokenizer(TEXTS)
    with pytest.raises(ValueError, match="'How old are you.*list of one or more strings"):
        encode_texts(tokenizer, TEXTS[0])
    with pytest.raises(ValueError, match=r"\[\]"):
        build_tokenizer([])
    with pytest.raises(ValueError, match="text 1 is None"):
        encode_texts(tokenizer, ["age", None])
    for empty in ("", "   "):
        with pytest.raises(ValueError, match=f"text '{empty}' is empty"):
            encode_texts(tokenizer, ["age", empty])
    with pytest.raises(ValueError, match="no word of 'xyzzy plugh' is in the vocabulary"):
        encode_texts(tokenizer, ["xyzzy plugh"])
    with pytest.raises(ValueError, match="max_length is 0"):
        encode_texts(tokenizer, TEXTS, max_length=0)
    with pytest.raises(ValueError, match="no word of .*[PAD].* is in the vocabulary"):
        encode_texts(tokenizer, ["[PAD]"])
    assert 0 not in encode_texts(tokenizer, ["[PAD] age"])
    for label in ("1", 2, float("nan")):
        with pytest.raises(ValueError, match="is_same holds"):
            duplicate_groups(["a"], ["b"], [label])
    for size in (0, -1, 2.0):
        with pytest.raises(ValueError, match="batch_size is"):
            next(duplicate_batches(np.ones((2, 3), int), np.ones(2), batch_size=size, seed=0))
    with pytest.raises(ValueError, match="question1 2, question2 1, is_same 2"):
        duplicate_groups(["a", "b"], ["c"], [1, 0])
    with pytest.raises(ValueError, match="2 questions but 1 groups"):
        next(duplicate_batches(np.ones((2, 3), int), np.array([1]), batch_size=2, seed=0))
    with pytest.raises(ValueError, match="groups have two questions or more, but a batch needs 2"):
        next(duplicate_batches(np.ones((3, 3), int), np.array([1, 1, 2]), batch_size=2, seed=0))


def test_pair_rows_point_at_each_pair_s_texts():
    question1, question2 = ["a", "b", "a"], ["b", "c", "a"]
    texts, first, second = pair_rows(question1, question2)
    assert sorted(texts) == ["a", "b", "c"]
    assert [texts[i] for i in first] == question1
    assert [texts[i] for i in second] == question2
    with pytest.raises(ValueError, match="question1 has 2 texts and question2 1"):
        pair_rows(["a", "b"], ["c"])


def test_pair_batches_give_each_pair_once_with_its_label():
    tokens, rng = np.arange(1, 21)[:, None], np.random.default_rng(0)
    first, second, is_same = rng.integers(0, 20, (3, 11))
    given = list(zip(first + 1, second + 1, is_same, strict=True))
    seen = []
    for x1, x2, same in pair_batches(tokens, first, second, is_same, batch_size=4, seed=3):
        assert x1.shape == x2.shape == (4, 1)
        seen += list(zip(x1[:, 0], x2[:, 0], same, strict=True))
    assert len(seen) == 8
    assert all(seen.count(pair) <= given.count(pair) for pair in seen)
    with pytest.raises(ValueError, match="first 11, second 11, is_same 10"):
        next(pair_batches(tokens, first, second, is_same[1:], batch_size=4, seed=0))
    with pytest.raises(ValueError, match="11 pairs, but a batch needs 12"):
        next(pair_batches(tokens, first, second, is_same, batch_size=12, seed=0))
    with pytest.raises(ValueError, match="batch_size is 0"):
        next(pair_batches(tokens, first, second, is_same, batch_size=0, seed=0))


def test_words_of_every_script_stay_whole_and_apart():
    for words in (
        "का की के को कि कु",  # Hindi: vowels are signs after the letter
        "กา กี กู เก โก ไก",  # Thai
        "أَب أُب أِب",  # Arabic with its vowels
        "שָׁלוֹם שִׁלּוּם",  # Hebrew with points
        "café cafe caff\u00e8",
        "தமிழ் தமழ தமிழ",  # Tamil
    ):
        words = words.split()
        tokenizer = build_tokenizer([" ".join(words)])
        assert tokenizer.get_vocab_size() == 2 + len(words)
        assert len(set(tokenizer.encode(" ".join(words)).ids)) == len(words)
        assert split_words(" ".join(words)) == [
            unicodedata.normalize("NFKC", word).lower() for word in words
        ]


def test_an_accent_is_kept_however_it_is_stored():
    tokenizer = build_tokenizer(["Where is the caf\u00e9"])
    assert tokenizer.encode("CAFE\u0301").tokens == ["caf\u00e9"]
    assert tokenizer.encode("cafe").tokens == ["[UNK]"]


HALF = "half \ud83d a face"


@pytest.mark.parametrize(
    "take",
    [
        lambda texts: build_tokenizer(texts),
        lambda texts: encode_texts(build_tokenizer(["half a face"]), texts),
        lambda texts: duplicate_groups(texts, ["b"] * len(texts), [0] * len(texts)),
        lambda texts: pair_rows(["b"] * len(texts), texts),
    ],
)
def test_half_a_character_is_named_with_its_row(take):
    with pytest.raises(
        ValueError, match=r"text 1, 'half \\ud83d a face', holds half a character a"
    ):
        take(["whole", HALF])


@pytest.mark.parametrize("nothing", ["", "  ", "\n\t", None, float("nan"), 7])
def test_an_empty_or_missing_question_joins_nobody(nothing):
    sides = ["How do I cook rice?", "Who is the king?"], ["What is rice?", nothing]
    for first, second in (sides, sides[::-1]):
        name = "question2" if second is sides[1] else "question1"
        for take in (lambda a, b: duplicate_groups(a, b, [1, 1]), pair_rows):
            with pytest.raises(ValueError, match=rf"{name}: text 1 is .*(empty .*|not a string); "):
                take(first, second)
