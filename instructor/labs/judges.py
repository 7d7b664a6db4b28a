"""Judges of answers: equal to what a reference gives, within a tolerance.

Answers come from learners' kernels, so nothing here trusts their types, sizes or values.
"""

from numbers import Number

import numpy as np


def close(right, tolerance=1e-4):
    """Judge from a reference function: 1.0 where the answer equals right(*case), else 0.0.

    Equal: same shape, finite, within tolerance (relative and absolute); lists and dicts entry by
    entry; strings and bools exactly, and a bool is no number.
    """

    def judge(case, answer):
        return float(same(right(*case), answer, tolerance))

    return judge


def same(right, answer, tolerance=1e-4):
    """True where an answer has right's structure and values. Never raises for an answer."""
    if isinstance(right, dict):
        return (
            isinstance(answer, dict)
            and answer.keys() == right.keys()
            and all(same(right[key], answer[key], tolerance) for key in right)
        )
    if isinstance(right, list | tuple) and not _is_numbers(right):
        return (
            isinstance(answer, list | tuple)
            and len(answer) == len(right)
            and all(same(r, a, tolerance) for r, a in zip(right, answer, strict=True))
        )
    if right is None or isinstance(right, str):
        return type(answer) is type(right) and answer == right
    return _same_numbers(right, answer, tolerance)


def _is_numbers(values):
    return bool(values) and all(isinstance(v, Number) for v in values)


def _same_numbers(right, answer, tolerance):
    right, answer = np.asarray(right), numbers(answer)
    if answer is None or answer.shape != right.shape:
        return False
    if (answer.dtype.kind == "b") != (right.dtype.kind == "b"):
        return False
    answer = answer.astype(float)
    return bool(
        np.isfinite(answer).all() and np.allclose(answer, right, rtol=tolerance, atol=tolerance)
    )


def numbers(answer):
    """An answer, or a part of it, as an array of numbers or bools; None for anything else.

    Judges take every array through here: np.asarray would blow up a list of texts.
    """
    if not _holds_numbers(answer):
        return None
    try:
        array = np.asarray(answer)
    except (ValueError, OverflowError):  # ragged, or nested deeper than an array can be
        return None
    return array if array.dtype.kind in "biuf" else None


def _holds_numbers(answer):
    if isinstance(answer, list | tuple):
        return all(map(_holds_numbers, answer))
    is_object = isinstance(answer, np.ndarray) and answer.dtype.kind == "O"
    return isinstance(answer, Number | np.ndarray) and not is_object
