"""The written questions: counts, splits, labels, near-misses, and how hard they are."""

import re
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

import siamese_lib
from siamese_lib.datasets import load_question_meanings, load_questions
from siamese_lib.datasets.questions import question_table

PARTS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def pairs():
    return {split: load_questions(split) for split in (*PARTS, "all")}


@pytest.fixture(scope="module")
def table():
    return {split: question_table(split) for split in (*PARTS, "all")}


def question_phrasings():
    """The phrasings of each family as they are in the data file, with their slots unfilled."""
    data = tomllib.loads((Path(siamese_lib.__file__).parent / "data/questions.toml").read_text())
    return {
        f"{aspect}.{name}": data["aspects"].get(aspect, []) + fields.get("own", [])
        for aspect, families in data["families"].items()
        for name, fields in families.items()
    }


def jaccard(text1, text2):
    """Words shared over words in either: letters and digits, with - and ' inside a word."""
    words1, words2 = (set(re.findall(r"\w+(?:['-]\w+)*", t.lower())) for t in (text1, text2))
    return len(words1 & words2) / len(words1 | words2)


def test_counts(table):
    questions = table["all"]
    phrasings = question_phrasings()
    assert len(phrasings) >= 120
    assert min(map(len, phrasings.values())) >= 8
    assert len({q.text for q in questions}) >= 20_000
    assert min(Counter(q.meaning for q in questions).values()) >= 8
    assert len({q.family for q in table["test"]}) >= 25


def test_a_question_has_one_meaning_and_reads_as_a_sentence(table):
    meanings = defaultdict(set)
    for q in table["all"]:
        meanings[q.text].add(q.meaning)
        assert not re.search(r"[<>{}|]|  | [?.,]|\b[Aa] (?!used|uniform)[aeiouAEIOU]", q.text), (
            q.text
        )
        assert re.fullmatch(r"[A-Z].*[?.]", q.text), q.text
    assert max(map(len, meanings.values())) == 1


def test_phrasings_of_a_family_differ_in_their_words():
    def bare(phrasing):  # slots and word groups go, inline choices stay
        return re.sub(r"[<>|]", " ", re.sub(r"<\w+>|{\w+}", " ", phrasing))

    for family, phrasings in question_phrasings().items():
        for i, first in enumerate(phrasings):
            for second in phrasings[:i]:
                assert jaccard(bare(first), bare(second)) <= 0.8, (family, first, second)


def test_splits_share_no_family_and_no_question(table):
    for i, split in enumerate(PARTS):
        for other in PARTS[:i]:
            for field in ("family", "text", "meaning"):
                ours, theirs = ({getattr(q, field) for q in table[s]} for s in (split, other))
                assert not ours & theirs
    assert sum(len(table[s]) for s in PARTS) == len(table["all"])


def test_test_split_holds_aspects_that_training_never_sees(table):
    train = {q.aspect for q in table["train"]}
    assert {"sell", "end_time"} <= {q.aspect for q in table["test"]} - train


def test_most_words_of_held_out_questions_occur_in_training(table):
    known = {w for q in table["train"] for w in re.findall(r"\w+", q.text.lower())}
    for split in ("validation", "test"):
        words = [w for q in table[split] for w in re.findall(r"\w+", q.text.lower())]
        assert np.mean([w not in known for w in words]) < 0.05


@pytest.mark.parametrize("split", [*PARTS, "all"])
def test_half_same_and_half_of_the_different_ones_near_misses(pairs, table, split):
    question1, question2, is_same = pairs[split]
    family = {q.text: q.family for q in table[split]}
    meaning = {q.text: q.meaning for q in table[split]}
    kinds, seen = Counter(), set()
    for first, second, same in zip(question1, question2, is_same, strict=True):
        assert first != second and frozenset((first, second)) not in seen
        seen.add(frozenset((first, second)))
        assert same == (meaning[first] == meaning[second])
        if not same and family[first] == family[second]:
            kinds["same family"] += 1
        elif not same:
            kinds["close" if jaccard(first, second) >= 0.4 else "far"] += 1
    near, far = kinds["same family"] + kinds["close"], kinds["far"]
    assert is_same.sum() * 2 == len(is_same)
    assert abs(near - far) <= 1 and abs(kinds["same family"] - kinds["close"]) <= 1


@pytest.mark.parametrize("split", PARTS)
def test_joining_every_same_pair_gives_the_meanings_back(pairs, split):
    neighbours = defaultdict(set)
    for first, second, same in zip(*pairs[split], strict=True):
        if same:
            neighbours[first].add(second)
            neighbours[second].add(first)
    texts, label = load_question_meanings(split)
    members = defaultdict(set)
    for text, number in zip(texts, label, strict=True):
        members[number].add(text)
        assert len(neighbours[text]) == 2  # a ring: each question stands in two same pairs
    for meaning in members.values():
        reached, edge = set(), {next(iter(meaning))}
        while edge:
            reached |= edge
            edge = set().union(*(neighbours[t] for t in edge)) - reached
        assert reached == meaning


def test_the_seed_decides_the_pairs_and_nothing_else(pairs):
    again, other = load_questions("test"), load_questions("test", seed=1)
    for ours, theirs in zip(pairs["test"], again, strict=True):
        assert list(ours) == list(theirs)
    assert other.question1 != pairs["test"].question1
    assert set(other.question1 + other.question2) <= set(load_question_meanings("test").text)


def test_meanings_keep_their_number_in_every_split():
    whole = dict(zip(*load_question_meanings("all"), strict=True))
    texts, label = load_question_meanings("test")
    assert label.dtype == np.int32 and load_questions("test").is_same.dtype == np.int8
    assert [whole[text] for text in texts] == label.tolist()


@pytest.mark.parametrize("load", [load_questions, load_question_meanings])
def test_unknown_split_names_the_choices(load):
    with pytest.raises(ValueError, match="'dev'.*train, validation, test, all"):
        load("dev")


@pytest.mark.parametrize(
    "settings",
    [{"ngram_range": (1, 2)}, {"analyzer": "char_wb", "ngram_range": (2, 5)}],
    ids=["words", "characters"],
)
def test_tfidf_stays_below_85_percent_at_its_best_threshold(pairs, settings):
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(**settings).fit(load_question_meanings("train").text)
    texts, _ = load_question_meanings("all")
    row = {text: i for i, text in enumerate(texts)}
    vectors = vectoriser.transform(texts)
    for split in ("test", "all"):
        question1, question2, is_same = pairs[split]
        left, right = ([row[t] for t in column] for column in (question1, question2))
        similarity = np.asarray(vectors[left].multiply(vectors[right]).sum(axis=1)).ravel()
        assert _best_accuracy(similarity, is_same) < 0.85


def _best_accuracy(similarity, is_same):
    """The share right when the k most similar pairs are called same, at the best k."""
    same = is_same[np.argsort(-similarity)].astype(int)
    right = np.cumsum(same) - np.cumsum(1 - same) + (1 - same).sum()
    return max(right.max(), (1 - same).sum()) / len(same)
