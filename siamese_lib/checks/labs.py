"""Instant checks of the labs: tables of numbers, so that no solution lies in the learner's folder.

A table holds visible cases, what a right answer gives for them, and what each likely mistake
gives, with its hint. Grading asks about other inputs, which no table holds.
"""

import ast
import copy
import os

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from siamese_lib.checks.exercise import _difference
from siamese_lib.checks.progress import exercises, remember

NOT_YET = "not yet. Replace the dots with your answer and run the cell again."
RAISED = {
    "TracerArrayConversionError": "JAX looks through jnp functions only; write jnp in place of np.",
    "ConcretizationTypeError": "JAX takes no if or loop bound from an array; use jnp.where.",
    "TracerBoolConversionError": "JAX takes no if from an array; use jnp.where.",
    "NonConcreteBooleanIndexError": "JAX cannot index with a mask; use jnp.where.",
}


def check(name, answer):
    """Compare answer with exercise `name` ("lab2.1"), print the verdict, remember a pass.

    Raises: ValueError on a name that no lab has; AssertionError on a wrong answer while nbgrader
    validates, since its Validate button sees nothing else.
    """
    known = exercises(name.split(".")[0])
    if name not in known:
        raise ValueError(f"there is no exercise {name!r}; give one of {', '.join(known) or 'none'}")
    is_right, message = verdict(known[name], answer)
    if not is_right and os.environ.get("NBGRADER_VALIDATING"):
        raise AssertionError(f"{name} {known[name]['title']}: {message}")
    print(f"{name} {known[name]['title']}: {message}")
    if is_right:
        remember(name)


def verdict(exercise, answer):
    """(is_right, one or two sentences for the learner). Never raises for what a learner wrote."""
    given = []
    for number, stored in enumerate(exercise["cases"], 1):
        case = decode(stored)
        before = copy.deepcopy(case)
        try:
            given.append(plain(evaluate(exercise["ask"], answer, case)))
        except Exception as error:  # whatever a learner's code raises is a finding, not a crash
            return False, _raised(number, error)
        if _is_unfilled(given[-1]):
            return False, NOT_YET
        if not same(case, before, 0):
            return False, f"case {number}: your code changed its arguments; work on a copy of them."
    return _compared(exercise, given)


def _compared(exercise, given):
    expected, tolerance = decode(exercise["right"]), exercise["tolerance"]
    pairs = list(zip(given, expected, strict=True))
    wrong = [i for i, pair in enumerate(pairs) if not same(*pair, tolerance)]
    if not wrong:
        return True, f"right, {len(given)} of {len(given)} cases."
    return False, (
        f"{len(given) - len(wrong)} of {len(given)} cases right. "
        f"Case {wrong[0] + 1}: {difference(*pairs[wrong[0]], tolerance)} "
        f"Hint: {_hint(exercise, given, expected)}"
    )


def _hint(exercise, given, expected):
    """Of the mistake that gives these answers, else of one that explains every wrong case."""
    tolerance = exercise["tolerance"]
    wrong = [not same(g, e, tolerance) for g, e in zip(given, expected, strict=True)]
    for counts in ([True] * len(given), wrong):
        for mistake in exercise["mistakes"]:
            triples = zip(counts, given, decode(mistake["answers"]), strict=True)
            if all(same(g, m, tolerance) for is_in, g, m in triples if is_in):
                return mistake["hint"]
    is_constant = all(same(g, given[0], tolerance) for g in given)
    if is_constant and not all(same(e, expected[0], tolerance) for e in expected):
        return "your answer is the same in every case; compute it from the arguments."
    return exercise["fallback"]


def _raised(number, error):
    kind = type(error).__name__
    if kind == "NotImplementedError":
        return NOT_YET
    hint = f" Hint: {RAISED[kind]}" if kind in RAISED else ""
    first_line = (str(error).strip().splitlines() or [""])[0]
    return f"case {number} raised {kind}: {first_line[:200]}{hint}"


def evaluate(ask, answer, case):
    """The value of the last expression of the program `ask`, which sees answer and case."""
    space = {"np": np, "jax": jax, "jnp": jnp, "nnx": nnx, "answer": answer, "case": case}
    *statements, last = ast.parse(ask).body
    exec(compile(ast.Module(statements, []), "check", "exec"), space)
    return eval(compile(ast.Expression(last.value), "check", "eval"), space)


def plain(value):
    """Whatever a learner's code gives as numpy arrays in lists and dicts; dots become None."""
    if isinstance(value, dict):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if value is None or value is Ellipsis:
        return None
    return value if isinstance(value, str) else np.asarray(value)


def _is_unfilled(value):
    entries = value.values() if isinstance(value, dict) else value
    is_group = isinstance(value, dict | list) and len(value)
    return value is None or (is_group and any(entry is None for entry in entries))


def decode(stored):
    """What a table holds, with its arrays as numpy arrays."""
    if isinstance(stored, list):
        return [decode(entry) for entry in stored]
    if not isinstance(stored, dict):
        return stored
    if stored.keys() == {"array", "dtype", "shape"}:
        return np.array(stored["array"], stored["dtype"]).reshape(stored["shape"])
    return {name: decode(entry) for name, entry in stored.items()}


def same(given, expected, tolerance):
    """True where given has expected's values; of a dict, those entries that expected names."""
    if isinstance(expected, dict):
        return isinstance(given, dict) and all(
            name in given and same(given[name], entry, tolerance)
            for name, entry in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(given, list)
            and len(given) == len(expected)
            and all(same(g, e, tolerance) for g, e in zip(given, expected, strict=True))
        )
    if expected is None or isinstance(expected, str):
        return type(given) is type(expected) and given == expected
    given, expected = _array(given), np.asarray(expected)
    if given is None or given.shape != expected.shape:
        return False
    if (given.dtype.kind == "b") != (expected.dtype.kind == "b"):
        return False
    given, expected = given.astype(float), expected.astype(float)
    return np.allclose(given, expected, rtol=tolerance, atol=tolerance, equal_nan=True)


def _array(value):
    """value as an array of numbers or bools, or None where it is no such thing."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        return None
    return array if array.dtype.kind in "biuf" else None


def difference(given, expected, tolerance):
    """What is visibly off in the first wrong entry, without the expected value."""
    if isinstance(expected, dict):
        if not isinstance(given, dict):
            return f"your answer is {type(given).__name__}, it should be a dict."
        name = next(n for n, e in expected.items() if n not in given
                    or not same(given[n], e, tolerance))  # fmt: skip
        said = difference(given.get(name), expected[name], tolerance)
        return f"{name}: {said.removeprefix('your answer ')}"
    if isinstance(expected, list):
        if not isinstance(given, list) or len(given) != len(expected):
            return f"your answer should have {len(expected)} parts."
        pairs = enumerate(zip(given, expected, strict=True), 1)
        number, pair = next((n, pair) for n, pair in pairs if not same(*pair, tolerance))
        return f"part {number}: {difference(*pair, tolerance)}"
    array = _array(given)
    if array is None:
        return f"your answer {given!r:.60} is no number or array."
    is_bool = np.asarray(expected).dtype.kind == "b"
    if array.shape == np.shape(expected) and (array.dtype.kind == "b") != is_bool:
        return "your answer should be True or False." if is_bool else "your answer is no number."
    if is_bool and array.shape == ():
        return f"your answer is {bool(array)}."
    return _difference(array.astype(float), np.asarray(expected).astype(float))
