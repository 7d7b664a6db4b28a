"""Which mistake explains a learner's answers: one of those listed, or two of them at once.

A first attempt often has a mistake and also lacks a guard for odd inputs (a vector of zeros,
nothing to average). The guard shows in few cases, the mistake in all. So the cases that need no
guard are looked at first, and numbers that are not finite are ignored.
"""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from siamese_lib.checks.difference import first_wrong
from siamese_lib.checks.usual import ROUNDED, USUAL, slipped
from siamese_lib.checks.values import array_of, same

CONSTANT = "your answer is the same in every case; compute it from the arguments."


class Known(NamedTuple):
    """A known mistake: its hint, and the answer that it gives in each case."""

    hint: str
    answers: list


class Asked(NamedTuple):
    """What a learner's code gave and what is expected, case by case.

    guarded: the numbers, from 0, of the cases that need a guard.
    """

    given: list
    expected: list
    guarded: frozenset
    tolerance: float

    def fits(self, answers: list, cases: Iterable[int], *, finite_only: bool) -> bool:
        """True where the learner gave these answers in all of the cases, and one is wrong."""
        seen = [_like(e, a) for e, a in zip(self.expected, answers, strict=True)]
        return self._all(answers, cases, finite_only) and not self._all(seen, cases, finite_only)

    def wrong(self) -> list[int]:
        """The numbers of the wrong cases."""
        pairs = zip(self.given, self.expected, strict=True)
        return [k for k, (g, e) in enumerate(pairs) if not same(g, e, self.tolerance)]

    def plain_and_first(self) -> tuple[list[int], int]:
        """The cases that need no guard, and the first wrong case: of these, or else of all."""
        plain = [k for k in range(len(self.given)) if k not in self.guarded]
        wrong = self.wrong()
        return plain, next((k for k in wrong if k in plain), wrong[0])

    def is_constant(self) -> bool:
        """True where the answer is the same in all cases, although different ones are expected."""
        everywhere = range(len(self.given))
        return self._all([self.given[0]] * len(self.given), everywhere, False) and not all(
            same(e, self.expected[0], self.tolerance) for e in self.expected
        )

    def is_yes_or_no(self) -> bool:
        """True where True or False is asked: a wrong answer is the other one, and tells no more."""
        arrays = map(array_of, self.expected)
        return all(array is not None and array.dtype.kind == "b" for array in arrays)

    def is_rounded(self) -> bool:
        """True where no number of the answers has more than three decimals."""
        numbers = np.array([number for value in self.given for number in _numbers(value)])
        return bool(np.allclose(numbers, numbers.round(3), rtol=1e-6, atol=1e-6))

    def _all(self, answers, cases, finite_only):
        def is_odd(k):  # elsewhere infinity is no missing guard: a mistake may hold it on purpose
            return finite_only and (k in self.guarded or not self.guarded)

        return all(
            same(self.given[k], answers[k], self.tolerance, finite_only=is_odd(k)) for k in cases
        )


def _like(expected, answer):
    """expected, but of a dict only the entries that the answer to a mistake has."""
    if not isinstance(expected, dict) or not isinstance(answer, dict):
        return expected
    return {name: entry for name, entry in expected.items() if name in answer}


def hint(
    asked: Asked, mistakes: list[Known], pairs: Callable[[], list[Known]], guard: str = ""
) -> str:
    """The hint of the mistake, or of the two mistakes, that explain the answers; "" if none does.

    pairs: a function without arguments that returns the mistakes made of two; it is called only if
    no single mistake fits. guard: the hint if nothing fits and only cases that need a guard are
    wrong.
    """
    found = strong(asked, mistakes, pairs) or guard
    if found:
        return found
    if asked.is_constant():
        return CONSTANT
    if asked.is_yes_or_no():
        return ""
    _, first = asked.plain_and_first()
    scopes = [(asked.wrong(), True)] + [([first], True)] * (_bits(asked, [first]) >= 8)
    usual = _usual(asked, asked.expected, _entry(asked, first))
    return _first(asked, mistakes, scopes) or _first(asked, usual, scopes)


def strong(asked: Asked, mistakes: list[Known], pairs: Callable[[], list[Known]]) -> str:
    """The hint of what explains the answers in all cases, or in all that need no guard."""
    everywhere = range(len(asked.given))
    plain, first = asked.plain_and_first()
    name = _entry(asked, first)
    is_vague = asked.is_constant() or _bits(asked, plain) < 5
    sources = (
        lambda: mistakes,
        lambda: _usual(asked, asked.expected, name),
        lambda: [] if is_vague else pairs(),
        lambda: [] if is_vague else _twice(asked, mistakes, name),
    )
    for cases in (everywhere, plain):
        scopes = ((cases, False), (cases, True))
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
    """The name of the wrong entry in this case if answers are dicts; otherwise None."""
    expected, given = asked.expected[case], asked.given[case]
    if not isinstance(expected, dict) or not isinstance(given, dict):
        return None
    return first_wrong(given, expected, asked.tolerance)


def _usual(asked, answers, name, before=""):
    """What each of the usual slips turns the answers into, as Known."""
    slips = [slip for slip in USUAL if slip.hint != ROUNDED or asked.is_rounded()]
    made = ((slip, slipped(answers, slip, name)) for slip in slips)
    return [Known(two(before, slip.hint) if before else slip.hint, changed)
            for slip, changed in made if changed is not None]  # fmt: skip


def _twice(asked, mistakes, name):
    return [known for m in mistakes for known in _usual(asked, m.answers, name, m.hint)]


def two(first: str, second: str) -> str:
    """The hint for two mistakes made at once."""
    return f"two things: (1) {first} (2) {second}"


def _bits(asked, cases):
    """How much the answers to these cases tell; if it is little, a mistake may fit by chance."""
    numbers = [number for k in cases for number in _numbers(asked.given[k])]
    return sum(8 if n != int(n) else math.log2(1 + abs(n)) for n in numbers)


def _numbers(value):
    if isinstance(value, dict | list):
        entries = value.values() if isinstance(value, dict) else value
        return [number for entry in entries for number in _numbers(entry)]
    array = array_of(value)
    if array is None:
        return []
    if array.dtype.kind == "b":  # True or False: one bit each
        return [1.0] * array.size
    return array[np.isfinite(array)].astype(float).ravel().tolist()
