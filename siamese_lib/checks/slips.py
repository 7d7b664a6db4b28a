"""Wrong answers made from the right one, so that two can be made at once."""

import itertools
from collections.abc import Callable
from typing import NamedTuple


class Slip(NamedTuple):
    """A function that is right but for its switches, other arguments, or another result."""

    right: Callable
    switches: dict
    given: tuple[Callable, ...] = ()
    gives: tuple[Callable, ...] = ()

    def __call__(self, *case, **options):
        for change in self.given:
            case = change(*case)
        value = self.right(*case, **options, **self.switches)
        for change in self.gives:
            value = change(value)
        return value


def slip(right, /, *, given=None, gives=None, **switches):
    """right with some of its switches turned, given(*case) for a case, gives(value) for a value."""
    return Slip(right, switches, (given,) * (given is not None), (gives,) * (gives is not None))


def both(first, second):
    """Two slips of one function made at once; None where they turn the same switch."""
    if first.switches.keys() & second.switches.keys():
        return None
    return Slip(
        first.right, first.switches | second.switches,
        first.given + second.given, first.gives + second.gives,
    )  # fmt: skip


def pairs_of(mistakes):
    """((hint, hint), both) for each two mistakes that can be made at once."""
    slips = [mistake for mistake in mistakes if isinstance(mistake.answer, Slip)]
    for a, b in itertools.combinations(slips, 2):
        made = a.answer.right is b.answer.right and both(a.answer, b.answer)
        if made:
            yield (a.hint, b.hint), made
