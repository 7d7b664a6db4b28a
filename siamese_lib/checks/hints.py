"""Which mistake explains a learner's answers: one of those listed, or two of them at once.

A first attempt often has a mistake and no guard for the odd input (a vector of zeros, nothing to
average). The guard is a matter of few cases, the mistake of all, so those with no need of a guard
are asked first, and what is not finite is passed over.
"""

import math
from typing import NamedTuple

import numpy as np

from siamese_lib.checks.difference import first_wrong
from siamese_lib.checks.usual import USUAL, slipped
from siamese_lib.checks.values import array_of, same

CONSTANT = "your answer is the same in every case; compute it from the arguments."


class Known(NamedTuple):
    """A mistake as a check sees it: what it gives in each case, and the hint."""

    hint: str
    answers: list


class Asked(NamedTuple):
    """given and expected, case by case; guarded: numbers of cases, from 0, that need a guard."""

    given: list
    expected: list
    guarded: frozenset
    tolerance: float

    def fits(self, answers, cases, *, finite_only):
        """True where these answers are those given in all of the cases, and wrong in one."""
        seen = [_like(e, a) for e, a in zip(self.expected, answers, strict=True)]
        return self._all(answers, cases, finite_only) and not self._all(seen, cases, finite_only)

    def wrong(self):
        """Numbers of the wrong cases."""
        pairs = zip(self.given, self.expected, strict=True)
        return [k for k, (g, e) in enumerate(pairs) if not same(g, e, self.tolerance)]

    def plain_and_first(self):
        """Numbers of the cases that need no guard, and of the first wrong one."""
        plain = [k for k in range(len(self.given)) if k not in self.guarded]
        wrong = self.wrong()
        return plain, next((k for k in wrong if k in plain), wrong[0])

    def is_constant(self):
        """True where the answer is the same in cases that ask for different ones."""
        everywhere = range(len(self.given))
        return self._all([self.given[0]] * len(self.given), everywhere, False) and not all(
            same(e, self.expected[0], self.tolerance) for e in self.expected
        )

    def _all(self, answers, cases, finite_only):
        return all(
            same(self.given[k], answers[k], self.tolerance, finite_only=finite_only) for k in cases
        )


def _like(expected, answer):
    """expected with the entries alone that the answer to a mistake has."""
    if not isinstance(expected, dict) or not isinstance(answer, dict):
        return expected
    return {name: entry for name, entry in expected.items() if name in answer}


def hint(asked, mistakes, pairs, guard=""):
    """The hint of the mistake, or of the two, that explain the answers; "" where none does.

    mistakes: list of Known; pairs: function of no argument that gives those made of two, and is
    asked only where no single one fits. guard: what is said where only cases that need a guard are
    wrong and nothing fits.
    """
    found = strong(asked, mistakes, pairs) or guard
    if found:
        return found
    if asked.is_constant():
        return CONSTANT
    _, first = asked.plain_and_first()
    scopes = [(asked.wrong(), True)] + [([first], True)] * (_bits(asked, [first]) >= 8)
    usual = _usual(asked.expected, _entry(asked, first))
    return _first(asked, mistakes, scopes) or _first(asked, usual, scopes)


def strong(asked, mistakes, pairs):
    """The hint where the answers are explained in all cases, or in all that need no guard."""
    everywhere = range(len(asked.given))
    plain, first = asked.plain_and_first()
    name, is_vague = _entry(asked, first), _bits(asked, plain) < 5
    sources = (
        lambda: mistakes,
        lambda: _usual(asked.expected, name),
        lambda: [] if is_vague else pairs(),
        lambda: [] if is_vague else _twice(mistakes, name),
    )
    for scopes in (((everywhere, False), (everywhere, True)), ((plain, True),)):
        for known in sources:
            if found := _first(asked, known(), scopes):
                return found
    return ""


def _first(asked, known, scopes):
    for cases, finite_only in scopes:
        for mistake in known:
            if asked.fits(mistake.answers, cases, finite_only=finite_only):
                return mistake.hint
    return ""


def _entry(asked, case):
    """Where answers are dicts: the entry that is wrong in this case."""
    expected, given = asked.expected[case], asked.given[case]
    if not isinstance(expected, dict) or not isinstance(given, dict):
        return None
    return first_wrong(given, expected, asked.tolerance)


def _usual(answers, name, before=""):
    """What the usual slips make of answers, each as a Known."""
    made = ((slip, slipped(answers, slip, name)) for slip in USUAL)
    return [Known(two(before, slip.hint) if before else slip.hint, changed)
            for slip, changed in made if changed is not None]  # fmt: skip


def _twice(mistakes, name):
    return [known for m in mistakes for known in _usual(m.answers, name, m.hint)]


def two(first, second):
    """The hint where two mistakes were made at once."""
    return f"two things: (1) {first} (2) {second}"


def _bits(asked, cases):
    """How much the answers to these cases say: little, and mistakes may be met by chance."""
    numbers = [number for k in cases for number in _numbers(asked.given[k])]
    return sum(8 if n != int(n) else math.log2(1 + abs(n)) for n in numbers)


def _numbers(value):
    if isinstance(value, dict | list):
        entries = value.values() if isinstance(value, dict) else value
        return [number for entry in entries for number in _numbers(entry)]
    array = array_of(value)
    return [] if array is None else array[np.isfinite(array)].astype(float).ravel().tolist()
