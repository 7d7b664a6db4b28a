"""Questions written for teaching, made from the families of phrasings in one data file."""

import itertools
import random
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from siamese_lib.datasets.types import LabelledTexts, QuestionPairs

SPLITS = ("train", "validation", "test", "all")
# Of every 20 families, in file order, 3 go to test and 3 to validation, spread over the aspects.
TEST_PLACES = frozenset({2, 9, 15})
VALIDATION_PLACES = frozenset({5, 11, 17})
NEAR_MISS_OVERLAP = 0.4
CANDIDATES = 12  # questions compared for one near-miss; with more, all share nearly every word


class Question(NamedTuple):
    """One question: its aspect, family, slot value ("" where there is none) and meaning."""

    text: str
    aspect: str
    family: str
    value: str
    meaning: int


def load_questions(split: str, *, seed: int = 0) -> QuestionPairs:
    """Pairs of questions, written for teaching: half of them ask the same thing, half do not.

    A meaning is a family ("what a train ticket to {city} costs") with one slot value ("Rome").
    Families of "validation" and "test" never occur in "train", and some of them ask for aspects (in
    "test": selling, end times, lifespans, equipment) that training never sees at all. The same
    pairs of a meaning form a ring over its questions, so joining the pairs gives the meaning back.
    Half of the different pairs are near-misses: two questions of one family with different
    slot values, or of two families with at least 0.4 of their words in common (words shared
    over words in either). The others are drawn at random from pairs that are not near-misses.

    The labels follow from how the questions were written; nobody else has checked them. Learn
    with them, and report results on data such as Quora's.

    Shapes: three columns of equal length; is_same [n] int8.
    Units: is_same is 1 where both ask the same thing, else 0.
    Raises: ValueError where split is not "train", "validation", "test" or "all".
    Source: written for this collection (siamese_lib/data/questions.toml), no download.
    """
    questions = question_table(split)
    rng = random.Random(f"{split} {seed}")
    same = _same_pairs(questions, rng)
    words = [word_set(question.text) for question in questions]
    near = _near_misses(questions, words, len(same) // 2, rng)
    far = _random_pairs(questions, words, len(same) - len(near), rng)
    rows = [(pair, 1) for pair in same] + [(pair, 0) for pair in near + far]
    rng.shuffle(rows)
    return QuestionPairs(
        question1=[questions[i].text for (i, _), _ in rows],
        question2=[questions[j].text for (_, j), _ in rows],
        is_same=np.array([label for _, label in rows], np.int8),
    )


def load_question_meanings(split: str) -> LabelledTexts:
    """Every distinct question of a split, with the number of its meaning; written for teaching.

    Shapes: text of length n, label [n] int32. A meaning has the same number in every split.
    Raises: ValueError where split is not "train", "validation", "test" or "all".
    Source: written for this collection (siamese_lib/data/questions.toml), no download.
    """
    questions = question_table(split)
    label = np.array([question.meaning for question in questions], np.int32)
    return LabelledTexts([question.text for question in questions], label)


def question_table(split: str) -> list[Question]:
    """Every question of a split with its aspect, family, slot value and meaning, in file order."""
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}: choose one of {', '.join(SPLITS)}")
    return [q for name, q in _all_questions() if split in ("all", name)]


@cache
def _data() -> dict:
    text = files("siamese_lib").joinpath("data/questions.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _phrasings(data: dict, aspect: str, fields: dict) -> list[str]:
    return data["aspects"].get(aspect, []) + fields.get("own", [])


@cache
def _all_questions() -> tuple[tuple[str, Question], ...]:
    """(split, question) for every question; made once per process, never written to disk."""
    data, rows, meanings, place = _data(), [], itertools.count(), 0
    for aspect, families in data["families"].items():
        for name, fields in families.items():
            split = _split_of(data, aspect, place)
            for question in _expand(data, aspect, name, fields, meanings):
                rows.append((split, question))
            place += 1
    return tuple(rows)


def _split_of(data: dict, aspect: str, place: int) -> str:
    for split, aspects in data["splits"].items():
        if aspect in aspects:
            return split
    if place % 20 in TEST_PLACES:
        return "test"
    return "validation" if place % 20 in VALIDATION_PLACES else "train"


def _expand(
    data: dict, aspect: str, name: str, fields: dict, meanings: Iterator[int]
) -> list[Question]:
    """One question for each value of the family's slot and each phrasing."""
    phrasings = _phrasings(data, aspect, fields)
    slot = _slot_of(data, phrasings, fields)
    rng = random.Random(
        f"{aspect}.{name}"
    )  # a family has the same texts under every split and seed
    questions = []
    for value in data["values"].get(slot, [""]):
        meaning = next(meanings)
        filler = {**data["words"], **fields, slot: value.split("|")}
        texts = dict.fromkeys(_fill(phrasing, filler, rng) for phrasing in phrasings)
        questions += [Question(t, aspect, f"{aspect}.{name}", value, meaning) for t in texts]
    return questions


def _slot_of(data: dict, phrasings: list[str], fields: dict) -> str:
    """The slot that the family's texts use and the data file has values for, or ""."""
    names = set(re.findall(r"{(\w+)}", str([phrasings, fields])))
    return next((slot for slot in data["values"] if slot in names), "")


def _fill(phrasing: str, filler: dict, rng: random.Random) -> str:
    """Fill every <group> and {slot} with one of its choices, then correct articles and capitals."""

    def choose(match):
        inner = match[1] or match[2]
        choices = inner.split("|") if "|" in inner else filler[inner]
        return choices if isinstance(choices, str) else rng.choice(choices)

    while re.search("[<{]", phrasing):
        phrasing = re.sub(r"<([^>]+)>|{(\w+)}", choose, phrasing)
    phrasing = re.sub(r"\b([Aa]) (?=[aeiouAEIOU])(?!used|uniform)", r"\1n ", phrasing)
    return phrasing[0].upper() + phrasing[1:]


def _same_pairs(questions: list[Question], rng: random.Random) -> list[tuple[int, int]]:
    """The pairs of neighbours in a ring through the questions of each meaning, in random order."""
    pairs = []
    for ring in _groups(range(len(questions)), lambda i: questions[i].meaning).values():
        rng.shuffle(ring)
        pairs += list(zip(ring, ring[1:], strict=False))
        if len(ring) > 2:
            pairs.append((ring[-1], ring[0]))
    return pairs


def _groups(items: Iterable[int], key: Callable[[int], Any]) -> dict[Any, list[int]]:
    groups: dict[Any, list[int]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def _near_misses(questions: list[Question], words: list, count: int, rng: random.Random) -> list:
    """Alternately two values of one family and two families, chosen for the words they share."""
    numbers = list(range(len(questions)))
    by_family = _groups(numbers, lambda i: questions[i].family)
    by_value = _groups(numbers, lambda i: questions[i].value)
    by_aspect = _groups(numbers, lambda i: questions[i].aspect)
    pairs: dict[frozenset[int], tuple[int, int]] = {}
    for i in _endless(numbers, rng):
        if len(pairs) == count:
            break
        q, within = questions[i], len(pairs) % 2 == 0
        pool = by_family[q.family] if within else by_value[q.value] + by_aspect[q.aspect]
        pool = [
            j
            for j in rng.choices(pool, k=CANDIDATES)
            if questions[j].meaning != q.meaning and (questions[j].family == q.family) == within
        ]
        j = max(pool, key=lambda j: overlap(words[i], words[j]), default=i)
        if j != i and (within or overlap(words[i], words[j]) >= NEAR_MISS_OVERLAP):
            pairs.setdefault(frozenset((i, j)), (i, j))
    return list(pairs.values())


def _endless(numbers: list[int], rng: random.Random) -> Iterator[int]:
    while True:
        yield from rng.sample(numbers, len(numbers))


def _random_pairs(questions: list[Question], words: list, count: int, rng: random.Random) -> list:
    """Random pairs that are neither same nor near-misses."""
    pairs: dict[frozenset[int], tuple[int, int]] = {}
    while len(pairs) < count:
        i, j = rng.randrange(len(questions)), rng.randrange(len(questions))
        different = questions[i].family != questions[j].family
        if different and overlap(words[i], words[j]) < NEAR_MISS_OVERLAP:
            pairs.setdefault(frozenset((i, j)), (i, j))
    return list(pairs.values())


def word_set(text: str) -> frozenset[str]:
    """The distinct lower-case words of a text."""
    return frozenset(re.findall(r"\w+(?:['-]\w+)*", text.lower()))


def overlap(words1: frozenset[str], words2: frozenset[str]) -> float:
    """The number of words shared over the number of words in either (Jaccard)."""
    shared = len(words1 & words2)
    return shared / (len(words1) + len(words2) - shared)
