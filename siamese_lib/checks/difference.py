"""What is visibly wrong with an answer, said without giving the right value away."""

from typing import Any

import numpy as np

from siamese_lib.checks.values import array_of, same, shown


def difference(given: Any, expected: Any, tolerance: float) -> str:
    """A sentence on the first thing that is wrong; the expected shape is no secret."""
    if isinstance(expected, dict):
        if not isinstance(given, dict):
            return f"your answer is {kind(given)}; give {kind(expected)}."
        name = first_wrong(given, expected, tolerance)
        if is_fact(expected[name]) and is_fact(given.get(name)):
            return f"{name}: {shown(given[name])}."
        said = difference(given.get(name), expected[name], tolerance)
        return said.replace("your answer", name, 1)
    structure = _structure(given, expected)
    if structure:
        return structure
    if isinstance(expected, list):
        pairs = enumerate(zip(given, expected, strict=True))
        number, pair = next((n, pair) for n, pair in pairs if not same(*pair, tolerance))
        return difference(*pair, tolerance).replace("your answer", f"part [{number}]", 1)
    if isinstance(expected, str):
        return f"your answer is {shown(given)}."
    return _off(array_of(given), np.asarray(expected))


def is_fact(value: Any) -> bool:
    """True for a text and for True or False, which say all in the sentence on what is wrong."""
    return isinstance(value, str) or (np.ndim(value) == 0 and np.asarray(value).dtype.kind == "b")


def is_other_kind(given: Any, expected: Any) -> bool:
    """True where an answer lacks the parts that are asked for, or a part has another shape."""
    if isinstance(expected, dict):
        pairs = [(given.get(name), entry) for name, entry in expected.items() if name in given]
        return any(is_other_kind(*pair) for pair in pairs)
    if _structure(given, expected):
        return True
    if isinstance(expected, list):
        return any(is_other_kind(*pair) for pair in zip(given, expected, strict=True))
    return False


def first_wrong(given: dict, expected: dict, tolerance: float) -> str:
    """The name of the first wrong entry of a dict."""
    return next(
        n for n, e in expected.items() if n not in given or not same(given[n], e, tolerance)
    )


def _off(array, right):
    is_bool = right.dtype.kind == "b"
    if (array.dtype.kind == "b") != is_bool:
        return "your answer should be True or False." if is_bool else "your answer is no number."
    if is_bool and array.ndim == 0:
        return f"your answer is {bool(array)}."
    wrong = ~np.isclose(array.astype(float), right.astype(float), equal_nan=True)
    if not np.isfinite(array[wrong]).any():
        return "your answer holds NaN or infinity."
    off = np.argmax(np.where(np.isfinite(array), abs(array.astype(float) - right), -1))
    place = f" at {_place(off, array.shape)}" if array.ndim else ""
    return f"your answer {shown(array.flat[off])}{place} differs."


def _place(flat, shape):
    """As one writes it behind the array's name: [2, 0]."""
    return f"[{', '.join(map(str, np.unravel_index(flat, shape)))}]"


def _structure(given, expected):
    """A sentence where the answer is another kind of thing than is asked for; otherwise None."""
    if isinstance(expected, list):
        return _parts(given, expected)
    if isinstance(expected, str):
        return None if isinstance(given, str) else f"your answer is {kind(given)}, give a text."
    array, wanted = array_of(given), kind(expected)
    if isinstance(given, str):
        return f"your answer {shown(given)} is no number or array; give {wanted}."
    if array is None:
        return f"your answer is {kind(given)}; give {wanted}.{_spare(given, expected)}"
    if array.shape == np.shape(expected):
        return None
    if array.size == 1 == np.size(expected) and np.ndim(expected) == 0:
        return "your answer is an array of one entry; give the number itself, as in values[0]."
    if np.ndim(expected) == 0:
        return f"your answer is {kind(array)}; give {wanted}."
    said = f"your answer has shape {array.shape}, it should be {np.shape(expected)}"
    if array.size > 1 and np.squeeze(array).shape == np.shape(expected):
        return f"{said}: an axis of length 1 is left over (keepdims, or a [:, None])."
    return f"{said}."


def _parts(given, expected):
    wanted = f"{len(expected)} parts, {kind(expected)}, as in: return {_named(len(expected))}"
    if not isinstance(given, list):
        return f"your answer is {kind(given)}; give {wanted}."
    if len(given) == len(expected):
        return None
    if len(_leaves(given)) == len(_leaves(expected)):
        return (
            f"the parts of your answer are nested, {kind(given)}; take the inner ones out and "
            f"give them side by side, {kind(expected)}."
        )
    return f"your answer has {len(given)} parts, {kind(given)}; give {wanted}."


def _named(count):
    return ", ".join(("first", "second", "third", "fourth", "fifth")[:count])


def _spare(given, expected):
    """Names the part that is an array of one entry, if that is all that is wrong; otherwise ""."""
    leaves = _leaves(given)
    if len(leaves) != np.size(expected) or any(np.size(leaf) != 1 for leaf in leaves):
        return ""
    spare = next((k for k, leaf in enumerate(leaves) if np.ndim(leaf)), None)
    return (
        f" Part [{spare}] is an array of one entry: take the entry, as in values[0]."
        if spare is not None
        else ""
    )


def _leaves(value):
    if isinstance(value, list):
        return [leaf for part in value for leaf in _leaves(part)]
    return [value]


def kind(value: Any) -> str:
    """What a value is, in words: a number, an array of shape (4, 3), (a number, a text)."""
    if isinstance(value, str):
        return f"a text, {shown(value)}"
    if isinstance(value, dict):
        return f"a dict of {', '.join(map(str, value))}"
    if isinstance(value, list):
        inner = [kind(part) for part in value[:5]] + ["..."] * (len(value) > 5)
        return f"({', '.join(inner)})"
    array = array_of(value)
    if array is None:
        held = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
        if isinstance(held, np.ndarray):
            return "an array of other things than numbers"
        return f"a {type(held).__name__}" if held is not None else "nothing (None)"
    if array.ndim == 0:
        return "True or False" if array.dtype.kind == "b" else "a number"
    return f"an array of shape {array.shape}"
