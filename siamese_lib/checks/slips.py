"""Wrong answers made from the right one, in such a way that two slips can be combined."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from siamese_lib.checks.exercise import Mistake


class Slip(NamedTuple):
    """The right function with wrong switches, changed arguments or a changed result.

    given: functions that change the arguments. gives: functions that change the result.
    """

    right: Callable
    switches: dict
    given: tuple[Callable, ...] = ()
    gives: tuple[Callable, ...] = ()

    def __call__(self, *case: Any, **options: Any) -> Any:
        for change in self.given:
            case = change(*case)
        value = self.right(*case, **options, **self.switches)
        for change in self.gives:
            value = change(value)
        return value


def slip(
    right: Callable, /, *, given: Callable | None = None, gives: Callable | None = None,
    **switches: Any,
) -> Slip:  # fmt: skip
    """The right function with one slip: other switches, given(*case) as arguments, or gives(value).

    switches: keyword arguments of right, set to what the mistake makes of them.
    """
    return Slip(right, switches, (given,) if given else (), (gives,) if gives else ())


def both(first: Slip, second: Slip) -> Slip | None:
    """Two slips of one function at once; None where both set the same switch."""
    if first.switches.keys() & second.switches.keys():
        return None
    return Slip(
        first.right, first.switches | second.switches,
        first.given + second.given, first.gives + second.gives,
    )  # fmt: skip


def pairs_of(mistakes: Sequence["Mistake"]) -> Iterator[tuple[tuple[str, str], Slip]]:
    """((hint, hint), the Slip with both) for every two mistakes that can be made at once."""
    slips = [mistake for mistake in mistakes if isinstance(mistake.answer, Slip)]
    for a, b in itertools.combinations(slips, 2):
        made = a.answer.right is b.answer.right and both(a.answer, b.answer)
        if made:
            yield (a.hint, b.hint), made
