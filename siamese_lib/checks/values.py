"""The values that learners' code returns: made plain, compared, and shown in a few lines."""

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

WHOLE = 64  # an array of up to so many entries is shown whole
TEXT = 60  # so many letters of a text are shown


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Silence numpy's warnings, since the check says in words where there is a NaN."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def plain(value: Any) -> Any:
    """Whatever a learner's code returns, as numpy arrays in lists and dicts; dots become None."""
    if isinstance(value, dict):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if value is None or value is Ellipsis:
        return None
    return value if isinstance(value, str) else np.asarray(value)


def same(given: Any, expected: Any, tolerance: float, *, finite_only: bool = False) -> bool:
    """True where given has the values of expected; of a dict only the entries in expected count.

    finite_only ignores entries where given is NaN or infinite, as a missing guard makes them.
    """
    if isinstance(expected, dict):
        return isinstance(given, dict) and all(
            name in given and same(given[name], entry, tolerance, finite_only=finite_only)
            for name, entry in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(given, list)
            and len(given) == len(expected)
            and all(same(g, e, tolerance, finite_only=finite_only)
                    for g, e in zip(given, expected, strict=True))
        )  # fmt: skip
    if expected is None or isinstance(expected, str):
        return isinstance(given, type(expected)) and given == expected
    return _same_numbers(array_of(given), np.asarray(expected), tolerance, finite_only)


def _same_numbers(given, expected, tolerance, finite_only):
    if given is None or given.shape != expected.shape:
        return False
    if (given.dtype.kind == "b") != (expected.dtype.kind == "b"):
        return False
    given, expected = given.astype(float), expected.astype(float)
    if finite_only:
        given, expected = given[np.isfinite(given)], expected[np.isfinite(given)]
    return np.allclose(given, expected, rtol=tolerance, atol=tolerance, equal_nan=True)


def array_of(value: Any) -> np.ndarray | None:
    """value as an array of numbers or bools; None where it is not one."""
    if value is None or isinstance(value, str | dict):
        return None
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        return None
    return array if array.dtype.kind in "biuf" else None


def shown(value: Any) -> str:
    """A value as text: small arrays whole, large ones as their shape and their first entries."""
    if isinstance(value, str):
        return repr(value if len(value) <= TEXT else f"{value[:TEXT]}...")
    if isinstance(value, dict):
        return "\n".join(named(name, entry) for name, entry in value.items())
    if isinstance(value, list | tuple):
        return _shown_list(value)
    array = array_of(value)
    if array is None:
        return f"{value!r:.{TEXT}}"
    if array.ndim == 0:
        return f"{array:.5g}" if array.dtype.kind == "f" else str(array)
    if array.size > WHOLE:
        begin = _text(array.ravel()[:6]).removesuffix("]")
        return f"an array of shape {array.shape}, its first entries {begin} ...]"
    return _text(array)


def _text(array):
    return np.array2string(array, precision=4, suppress_small=True, max_line_width=72)


def _shown_list(values):
    if len(values) > 3 and all(isinstance(value, str) for value in values):
        return f"{len(values)} texts, the first {shown(values[0])}"
    if len(values) > 8:
        return f"{len(values)} parts, the first {shown(values[0])}"
    parts = [shown(value) for value in values]
    in_a_line = f"({', '.join(parts)})"
    if len(in_a_line) <= TEXT and "\n" not in in_a_line:
        return in_a_line
    return "\n".join(named(f"[{k}]", value) for k, value in enumerate(values))


def named(name: str, value: Any) -> str:
    """The text "name = value", with the further lines of an array aligned below the first."""
    first, *others = shown(value).split("\n")
    if isinstance(value, dict | list | tuple) and others:
        return "\n".join([f"{name} =", *("  " + line for line in (first, *others))])
    indent = " " * len(f"{name} = ")
    return "\n".join([f"{name} = {first}", *(indent + line for line in others)])
