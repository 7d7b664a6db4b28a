"""Pairs of questions that no learner has, drawn so that no single clue decides a pair.

A question has a value (a van), a thing about it (a rusty van, a second-hand one) and an aspect
(the price). Same pairs share all three in other words. Of the different ones few have another
value. Most speak of the same value and differ in the thing, in what is asked, or in both.
"""

import itertools
import random
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np

from siamese_lib.datasets import questions

FAMILIES = Path(__file__).with_name("families.toml")
PAIRS = 800  # half the same
SAME_CANDIDATES = 3  # the pair with the fewest words in common is taken
OTHER_CANDIDATES = 60  # the one that has about as many in common as the same pair before it
# What differs in 20 pairs in a row. Where the thing is the same, so is most of what a network sees.
DIFFERENT = ["value", "thing asked", "thing", "thing asked", "thing"] * 3
DIFFERENT += ["value", "thing", "thing asked", "thing", "asked"]


@cache
def hidden_questions():
    """Every hidden question: a list of siamese_lib's Question; its family is aspect.group.thing."""
    hidden, meanings = tomllib.loads(FAMILIES.read_text(encoding="utf-8")), itertools.count()
    data, known = questions._data() | {"aspects": hidden["aspects"]}, _known()
    found = []
    for number, group in enumerate(hidden["groups"]):
        for place, aspect in itertools.product(range(len(group["things"])), group["aspects"]):
            thing = group["things"][place]
            fields = thing if isinstance(thing, dict) else {"thing": thing}
            if not known & {(aspect, text) for texts in fields.values() for text in texts}:
                found += questions._expand(data, aspect, f"{number}.{place}", fields, meanings)
    return found


def hidden_pairs(rng):
    """(first, second): PAIRS pairs of hidden questions in random order, anew for each grading.

    No labels: the learner's kernel sees the case, and the judge knows the meanings. Same and
    different pairs have as many words in common, so that counting words tells nothing.
    """
    chance = random.Random(int(rng.integers(2**32)))
    pairs = []
    for _, differs in zip(range(PAIRS // 2), itertools.cycle(DIFFERENT), strict=False):
        same = min(_candidates("", SAME_CANDIDATES, chance), key=_shared)
        other = _candidates(differs, OTHER_CANDIDATES, chance)
        pairs += [same, min(other, key=lambda pair: abs(_shared(pair) - _shared(same)))]
    chance.shuffle(pairs)
    return [a.text for a, _ in pairs], [b.text for _, b in pairs]


def labels(first, second):
    """True where two hidden questions ask the same, [n] bool."""
    return np.array([_meaning()[a] == _meaning()[b] for a, b in zip(first, second, strict=True)])


def _known():
    """(aspect, words for a thing) that the learner's file has."""
    return {
        (aspect, text)
        for aspect, families in questions._data()["families"].items()
        for fields in families.values()
        for texts in fields.values()
        for text in ([texts] if isinstance(texts, str) else texts)
    }


def _candidates(differs, count, chance):
    """Up to count pairs of one question with others. differs: in what, "" for nothing."""
    while True:  # not every question has a partner of every kind
        question = chance.choice(chance.choice(list(_by(_group).values())))
        key = _way if differs == "value" else _subject
        near = _by(key)[key(question)]
        others = [other for other in near if _differ(question, other, differs)]
        if others:
            return [(question, other) for other in chance.sample(others, min(count, len(others)))]


def _differ(a, b, differs):
    return (
        a.text != b.text
        and (a.value != b.value) == (differs == "value")
        and (_thing(a) != _thing(b)) == ("thing" in differs)
        and (a.aspect != b.aspect) == ("asked" in differs)
    )


def _shared(pair):
    return questions.overlap(*(questions.word_set(question.text) for question in pair))


def _group(question):
    return question.family.split(".")[1]


def _thing(question):
    return question.family.split(".")[2]


def _way(question):
    return question.family


def _subject(question):
    return _group(question), question.value


@cache
def _by(key):
    groups = defaultdict(list)
    for question in hidden_questions():
        groups[key(question)].append(question)
    return groups


@cache
def _meaning():
    return {question.text: question.meaning for question in hidden_questions()}
