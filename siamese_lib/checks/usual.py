"""Slips that fit any exercise: a wrong sign, 1 minus the answer, per cent, a mean over all, ..."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from siamese_lib.checks.values import array_of

ROUNDED = "do not round: give the number as it is."
_ALL = "this is one number for all; one for each is asked for."


class Slip(NamedTuple):
    """A hint, and change(array) -> what the slip turns the array into, or None if it cannot."""

    hint: str
    change: Callable[[np.ndarray], Any]


def _numbers(change):
    """The change, for arrays of numbers but not of True and False."""
    return lambda x: None if x.dtype.kind == "b" else change(x.astype(float))


def _rows(change):
    """The change, for arrays but not for single numbers, nor for arrays of nothing."""
    return lambda x: change(x) if x.ndim and len(x) else None


USUAL = (
    Slip("the sign is turned round.", _numbers(np.negative)),
    Slip("this is 1 minus what is asked for.", _numbers(lambda x: 1 - x)),
    Slip("True and False are swapped.", lambda x: ~x if x.dtype.kind == "b" else None),
    Slip("give shares from 0 to 1, not per cent.", _numbers(lambda x: 100 * x)),
    Slip("rows and columns are swapped.", lambda x: x.T if x.ndim == 2 else None),
    Slip(_ALL, _rows(_numbers(np.mean))),
    Slip(_ALL, _rows(_numbers(np.sum))),
    Slip("this is the first one alone.", _rows(lambda x: x[0])),
    Slip("this is the last one alone.", _rows(lambda x: x[-1])),
    Slip("the order is turned round.", _rows(lambda x: x[::-1])),
    Slip("the sign is lost.", _numbers(np.abs)),
    Slip("this is the square of what is asked for; take the root.", _numbers(np.square)),
    Slip("there is a root too many.", _numbers(lambda x: np.sqrt(x) if (x >= 0).all() else None)),
    Slip("this is twice what is asked for.", _numbers(lambda x: 2 * x)),
    Slip("this is half of what is asked for.", _numbers(lambda x: x / 2)),
    *(Slip(ROUNDED, _numbers(lambda x, k=k: x.round(k))) for k in range(4)),
    Slip("you are off by one: count from 0.", lambda x: x + 1 if x.dtype.kind in "iu" else None),
    Slip("you are off by one.", lambda x: x - 1 if x.dtype.kind in "iu" else None),
)  # fmt: skip


def slipped(answers: list, slip: Slip, name: str | None = None) -> list | None:
    """The answers of all cases with the slip in them; None where it cannot be made.

    name: the entry that it is made in, where answers are dicts.
    """
    if name is not None:
        entries = [answer.get(name) if isinstance(answer, dict) else None for answer in answers]
        changed = [_changed(entry, slip) for entry in entries]
        return None if any(c is None for c in changed) else [{name: c} for c in changed]
    changed = [_changed(answer, slip) for answer in answers]
    return None if any(c is None for c in changed) else changed


def _changed(value, slip):
    if isinstance(value, list) and value:
        if slip.hint.startswith("the order"):
            return value[::-1]
        parts = [_changed(part, slip) for part in value]
        return None if any(part is None for part in parts) else parts
    array = array_of(value)
    return None if array is None else slip.change(array)
