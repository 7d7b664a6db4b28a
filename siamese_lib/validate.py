"""What public functions require of their inputs: one place, one wording.

jax knows shapes and options while it traces, so their errors are raised under jit too. It does
not know values: NaN is refused in concrete arrays only, and a traced function passes it on.
"""

import math
import numbers
from collections.abc import Collection

import jax
import numpy as np
from numpy.typing import ArrayLike


def require_same_shape(**arrays: ArrayLike) -> None:
    """Raise ValueError if the shapes of the named arrays differ."""
    shapes = {name: np.shape(array) for name, array in arrays.items()}
    if len(set(shapes.values())) > 1:
        said = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"shapes differ: {said}; give arrays of one shape")


def require_rank(rank: int, form: str, **arrays: ArrayLike) -> None:
    """Raise ValueError if a named array is empty, or its axes are not those that `form` shows."""
    for name, array in arrays.items():
        shape = np.shape(array)
        if len(shape) != rank:
            raise ValueError(f"{name} has shape {shape}; give {form}")
        if 0 in shape:
            raise ValueError(f"{name} is empty, shape {shape}; give at least one row and column")


def require_vectors(**arrays: ArrayLike) -> None:
    """Raise ValueError if a named array has no axis, or an axis of length 0."""
    for name, array in arrays.items():
        shape = np.shape(array)
        if not shape or 0 in shape:
            raise ValueError(f"{name} has shape {shape}; give one vector or more, [..., dim]")


def require_count(*, least: int = 1, **values: int) -> None:
    """Raise ValueError unless each named value is a whole number of `least` or more."""
    for name, value in values.items():
        is_whole = isinstance(value, numbers.Integral) and not isinstance(value, bool | np.bool_)
        if not (is_whole and value >= least):
            raise ValueError(f"{name} is {value!r}; give a whole number of {least} or more")


def require_finite(**arrays: ArrayLike) -> None:
    """Raise ValueError if a named array holds NaN or infinity; traced ones are not checked."""
    for name, array in arrays.items():
        if isinstance(array, jax.core.Tracer):
            continue
        # numpy, because inside jit even jnp.isfinite of a constant would be traced.
        array = np.asarray(array)
        if array.dtype.kind not in "fciub":  # bfloat16
            array = array.astype(np.float32)
        bad = ~np.isfinite(array)
        if bad.any():
            where = tuple(int(i) for i in np.argwhere(bad)[0])
            raise ValueError(
                f"{name} holds {array[where]} at {where}, {int(bad.sum())} "
                "such values in all; look for a division by zero or a high learning rate"
            )


def require_margin(margin: float) -> None:
    """Raise ValueError if the margin is traced, negative or not finite."""
    require_not_negative(margin=margin)


def require_not_negative(**values: float) -> None:
    """Raise ValueError if a named number is traced, negative or not finite."""
    for name, value in values.items():
        if not (_is_finite_number(name, value) and value >= 0):
            raise ValueError(f"{name} is {value!r}; give a finite number of 0 or more")


def require_positive(**values: float) -> None:
    """Raise ValueError if a named number is traced, 0, negative or not finite."""
    for name, value in values.items():
        if not (_is_finite_number(name, value) and value > 0):
            raise ValueError(f"{name} is {value!r}; give a finite number above 0")


def _is_finite_number(name, value):
    if isinstance(value, jax.core.Tracer):
        raise ValueError(
            f"{name} is traced but must be static: use jax.jit(f, static_argnames={name!r}) "
            "or close over it"
        )
    is_number = isinstance(value, numbers.Real) or np.ndim(value) == 0 and hasattr(value, "dtype")
    return is_number and math.isfinite(value)


def require_option(name: str, value: object, options: Collection[object]) -> None:
    """Raise ValueError if the value is none of the options."""
    if value not in options:
        said = ", ".join(repr(option) for option in options)
        raise ValueError(f"{name} is {value!r}; give one of {said}")


def require_binary(**arrays: ArrayLike) -> None:
    """Raise ValueError if a named array holds anything but 0 and 1; traced ones are not checked."""
    for name, array in arrays.items():
        if isinstance(array, jax.core.Tracer):
            continue
        array = np.asarray(array)
        is_odd = ~np.isin(array, (0, 1))
        if is_odd.any():
            raise ValueError(f"{name} holds {array[is_odd][0]!r}; give 1 for same, 0 for different")


def require_array(name: str, value: ArrayLike) -> np.ndarray:
    """value as a numpy array. ValueError if its rows differ in shape or do not hold numbers."""
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.empty(0, object)
    if array.dtype.kind in "biufcV":  # V: bfloat16 and similar types
        return array
    if array.dtype.kind in "US":
        raise ValueError(f"{name} are texts; encode them to numbers first, as encode_texts does")
    shapes = list(dict.fromkeys(np.shape(row) for row in value)) if np.iterable(value) else []
    said = ", ".join(map(str, shapes[:3])) or repr(value)[:60]
    raise ValueError(
        f"{name} do not make one array of numbers (shapes: {said}); give all of them one shape"
    )


def require_labels(name: str, values: ArrayLike) -> np.ndarray | jax.Array:
    """values as an array [n], in which equal entries mean the same class.

    One rule holds for labels everywhere: whole numbers of any size, words, or any other numbers,
    but all of one kind. Traced labels are returned as they are.

    Raises: ValueError if there are no labels, if they do not form one axis, if kinds are mixed, or
    if a label is missing (None, NaN).
    """
    form = "one class per row, [n], all numbers or all words"
    if isinstance(values, jax.core.Tracer):
        require_rank(1, form, **{name: values})
        return values
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} cannot become an array ({error}); give {form}") from error
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{name} has shape {array.shape}; give {form}")
    if not hasattr(values, "dtype") or array.dtype.kind == "O":
        array = _of_one_kind(name, array, values, form)
    if array.dtype.kind in "fc" and np.isnan(array).any():
        raise ValueError(f"{name} holds NaN at {int(np.isnan(array).argmax())}; give {form}")
    return array


def _of_one_kind(name, array, values, form):
    """The labels of a list, unchanged: numpy would turn a 1 beside words into "1".

    Large whole numbers beside others would become floats, which cannot hold all their digits.
    """
    values = list(values)
    kinds = [_kind(value) for value in values]
    odd = next((k for k, kind in enumerate(kinds) if kind != kinds[0] or kind is None), None)
    if odd is not None:
        said = f"holds {values[odd]!r} at {odd}"
        if odd and None not in (kinds[0], kinds[odd]):
            said = f"mixes kinds of entries, {values[0]!r} and {values[odd]!r} at {odd}"
        raise ValueError(f"{name} {said}; give {form}")
    if array.dtype.kind == "O":
        return array if kinds[0] == "number" else array.astype(kinds[0])
    is_cut = array.dtype.kind == "f" and any(isinstance(value, int) for value in values)
    return np.array(values, object) if is_cut else array


def _kind(value):
    """What a label is: "number", "str" or "bytes"; None if it is missing or has no order."""
    if isinstance(value, str | bytes):
        return "str" if isinstance(value, str) else "bytes"
    is_number = isinstance(value, numbers.Real | np.bool_) and value == value
    return "number" if is_number else None


def class_numbers(name: str, values: ArrayLike) -> np.ndarray | jax.Array:
    """Labels as numbers 0, 1, ... [n] int32, equal where the labels are equal.

    jax cuts numbers to 32 bits and holds no words, but it can hold these. Traced labels are
    returned as they are.

    Raises: as require_labels.
    """
    labels = require_labels(name, values)
    if isinstance(labels, jax.core.Tracer):
        return labels
    return np.unique(labels, return_inverse=True)[1].astype(np.int32)
