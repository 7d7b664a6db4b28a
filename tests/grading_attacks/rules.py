"""Rules for exercise 5.5: what a learner can write in an evening who looks at the files and trains nothing.

Each scores two questions, higher for the same. Whoever uses one must choose from where on to say
"same"; here it is given the best place there is on the hidden pairs, which no learner knows. So what
a rule reaches here is above what it reaches in anybody's hands.
"""

import difflib
import re
from collections import Counter, defaultdict
from functools import cache
from itertools import product

import numpy as np

from siamese_lib.datasets import load_questions, questions

DATA = questions._data()
NAMES = {n.lower(): value for values in DATA["values"].values() for value in values for n in value.split("|")}  # fmt: skip
NAME = re.compile(rf"\b({'|'.join(map(re.escape, sorted(NAMES, key=len, reverse=True)))})s?\b")


@cache
def words(text):
    return frozenset(_in_order(text))


@cache
def name(text):
    """The longest name of the file that the text has, one for all its synonyms."""
    found = NAME.findall(text.lower())
    return NAMES[max(found, key=len)] if found else None


@cache
def rest(text):
    """The text without names."""
    return NAME.sub(" ", text.lower())


def _in_order(text):
    return re.findall(r"[\w'-]+", text.lower())


@cache
def _seen():
    """How many of the learner's questions have a word."""
    table = questions.question_table("all")
    return Counter(word for question in table for word in words(question.text)), len(table)


@cache
def _asking():
    """Words of the learner's phrasings: what is left of a question without them is its thing."""
    phrasings = [
        text for group in ("aspects", "words") for texts in DATA[group].values() for text in texts
    ]
    return frozenset(word for text in phrasings for word in words(text))


@cache
def thing(text):
    """Beginnings of the words that are neither names nor in a phrasing: "cleaning" is "clean"."""
    return frozenset(word[:4] for word in words(rest(text)) - _asking())


def rarity(word):
    seen, count = _seen()
    return np.log(count / (1 + seen[word]))


def shared(a, b):
    return len(a & b) / max(1, len(a | b))


def weighted(a, b):
    """The cosine of TF-IDF, of sets of words."""
    length = [sum(rarity(word) ** 2 for word in side) for side in (a, b)]
    return sum(rarity(word) ** 2 for word in a & b) / np.sqrt(max(1e-9, length[0] * length[1]))


def letters(text):
    return frozenset(text[place : place + 4].lower() for place in range(len(text) - 3))


def longest(a, b):
    return difflib.SequenceMatcher(None, a, b, autojunk=False).find_longest_match().size


@cache
def _pair_table():
    """(word, word) -> log of how much likelier they face each other in same pairs of the file."""
    counts = Counter(), Counter()
    for a, b, is_same in zip(*load_questions("train"), strict=True):
        counts[is_same].update(_facing(a, b))
    both = {pair for count in counts for pair in count}
    return {pair: np.log((counts[1][pair] + 1) / (counts[0][pair] + 1)) for pair in both}


def _facing(a, b):
    """Pairs of words that stand for each other, and those that both have."""
    a, b = words(a), words(b)
    return [*(tuple(sorted(pair)) for pair in product(a - b, b - a)), *((w, w) for w in a & b)]


def facing(a, b):
    return np.mean([_pair_table().get(pair, 0) for pair in _facing(a, b)] or [0])


@cache
def _aspect_table():
    """Word -> how likely it is under each aspect of the file, as shares."""
    aspects = {aspect: place for place, aspect in enumerate(DATA["aspects"])}
    table, many = defaultdict(lambda: np.zeros(len(aspects))), np.zeros(len(aspects))
    for question in questions.question_table("all"):
        if question.aspect in aspects:
            many[aspects[question.aspect]] += 1
            for word in words(rest(question.text)):
                table[word][aspects[question.aspect]] += 1
    return {word: found / many / (found / many).sum() for word, found in table.items()}


@cache
def _asked(text):
    table = _aspect_table()
    votes = sum(
        (table[word] for word in words(rest(text)) if word in table), np.zeros(len(DATA["aspects"]))
    )
    return votes / max(1e-9, np.linalg.norm(votes))


def asked(a, b):
    return float(_asked(a) @ _asked(b))


LOOKS = {
    "shared words": lambda a, b: shared(words(a), words(b)),
    "shared words by rarity": lambda a, b: weighted(words(a), words(b)),
    "shared letters": lambda a, b: shared(letters(a), letters(b)),
    "rarest shared word": lambda a, b: max(map(rarity, words(a) & words(b)), default=0),
    "longest shared run of words": lambda a, b: longest(_in_order(a), _in_order(b)),
    "longest shared run of letters": lambda a, b: longest(a.lower(), b.lower()),
    "shared words apart from names": lambda a, b: shared(words(rest(a)), words(rest(b))),
    "rarest words apart from names": lambda a, b: weighted(words(rest(a)), words(rest(b))),
    "shared words of the thing": lambda a, b: shared(thing(a), thing(b)),
    "number of words": lambda a, b: -abs(len(_in_order(a)) - len(_in_order(b))),
    "length": lambda a, b: len(a) + len(b),
    "last word": lambda a, b: float(_in_order(a)[-1] == _in_order(b)[-1]),
    "table of words that face each other": facing,
    "table of words for what is asked": asked,
}  # fmt: skip
# A look where both have one name; and one where the things have a word in common, too.
SCORES = {"shared name": lambda a, b: float(name(a) is not None and name(a) == name(b)), **LOOKS}
SCORES |= {f"shared name, {key}": (lambda a, b, look=look: look(a, b) if SCORES["shared name"](a, b) else None)
           for key, look in LOOKS.items()}  # fmt: skip
SCORES["shared name, thing and what is asked"] = lambda a, b: (
    asked(a, b) if SCORES["shared name"](a, b) and thing(a) & thing(b) else None
)


def reached(score, first, second, is_same):
    """The best accuracy on these pairs of "same from this score on", or of its opposite."""
    found = [score(a, b) for a, b in zip(first, second, strict=True)]
    last = 1 + max(abs(value) for value in found if value is not None)
    right = 0.0
    for sign in (1, -1):
        values = np.array([-last if value is None else sign * value for value in found])
        right = max(
            right, *(((values > at) == is_same).mean() for at in (-2 * last, *np.unique(values)))
        )
    return float(right)
