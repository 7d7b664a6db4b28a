"""Which mistake explains a learner's answers: one of those listed, or two of them at once.

A first attempt often has a mistake and no guard for the odd input (a vector of zeros, nothing to
average). The guard is a matter of few cases, the mistake of all, so those with no need of a guard
are asked first, and what is not finite is passed over.
"""

from typing import NamedTuple

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
        return not self._all(self.expected, cases, finite_only) and self._all(
            answers, cases, finite_only
        )

    def wrong(self):
        """Numbers of the wrong cases."""
        pairs = zip(self.given, self.expected, strict=True)
        return [k for k, (g, e) in enumerate(pairs) if not same(g, e, self.tolerance)]

    def _all(self, answers, cases, finite_only):
        return all(
            same(self.given[k], answers[k], self.tolerance, finite_only=finite_only) for k in cases
        )


def hint(asked, mistakes, pairs):
    """The hint of the mistake, or of the two, that explain the answers; "" where none does.

    mistakes: list of Known; pairs: function of no argument that gives those made of two, and is
    asked only where no single one fits.
    """
    everywhere = list(range(len(asked.given)))
    plain = [k for k in everywhere if k not in asked.guarded]
    wrong = asked.wrong()
    first = [k for k in wrong if k in plain][:1] or wrong[:1]
    strong = ((everywhere, False), (plain, True), (everywhere, True))
    weak = ((wrong, True), (first, True))
    name, is_vague = _entry(asked, first[0]), _is_vague(asked, plain)
    usual = _usual(asked.expected, name)
    tries = (
        (lambda: mistakes, strong),
        (lambda: usual, strong),
        (lambda: [] if is_vague else pairs(), strong[:2]),
        (lambda: [] if is_vague else _twice(mistakes, name), strong[:2]),
        (lambda: mistakes, weak),
        (lambda: usual, weak),
    )
    return next((said for known, scopes in tries if (said := _first(asked, known(), scopes))), "")


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
    return f"there are two things. {first[0].upper()}{first[1:]} And {second}"


def _is_vague(asked, cases):
    """True where answers hold so few numbers that two mistakes may be met by chance."""
    return len({round(x, 6) for k in cases for x in _numbers(asked.given[k])}) < 3


def _numbers(value):
    if isinstance(value, dict | list):
        entries = value.values() if isinstance(value, dict) else value
        return [number for entry in entries for number in _numbers(entry)]
    array = array_of(value)
    return [] if array is None or array.dtype.kind == "b" else array.astype(float).ravel().tolist()
