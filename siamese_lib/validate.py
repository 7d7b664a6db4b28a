"""What every public function asks of its inputs, in one place and one wording.

Shapes and options are known while jax traces, so those errors are raised under jit too. Values
are not: NaN is refused on concrete arrays only, and flows through a traced function as NaN.
"""

import math
import numbers

import jax
import numpy as np


def require_same_shape(**arrays):
    """ValueError where the named arrays' shapes differ."""
    shapes = {name: np.shape(array) for name, array in arrays.items()}
    if len(set(shapes.values())) > 1:
        said = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"shapes differ: {said}; give arrays of one shape")


def require_rank(rank, form, **arrays):
    """ValueError where a named array has another number of axes than the form, or an empty one."""
    for name, array in arrays.items():
        shape = np.shape(array)
        if len(shape) != rank:
            raise ValueError(f"{name} has shape {shape}; give {form}")
        if 0 in shape:
            raise ValueError(f"{name} is empty, shape {shape}; give at least one row and column")


def require_vectors(**arrays):
    """ValueError where a named array has no axis, or one of length 0."""
    for name, array in arrays.items():
        shape = np.shape(array)
        if not shape or 0 in shape:
            raise ValueError(f"{name} has shape {shape}; give one vector or more, [..., dim]")


def require_count(**values):
    """ValueError where a named value is not a whole number of 1 or more."""
    for name, value in values.items():
        is_whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        if not (is_whole and value >= 1):
            raise ValueError(f"{name} is {value!r}; give a whole number of 1 or more")


def require_finite(**arrays):
    """ValueError where a named concrete array holds NaN or infinity (a traced one is let by)."""
    for name, array in arrays.items():
        if isinstance(array, jax.core.Tracer):
            continue
        # With numpy: inside jit even jnp.isfinite of a constant would be traced.
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


def require_margin(margin):
    """ValueError where the margin is traced, negative or not finite."""
    require_not_negative(margin=margin)


def require_not_negative(**values):
    """ValueError where a named number is traced, negative or not finite."""
    for name, value in values.items():
        if not (_is_finite_number(name, value) and value >= 0):
            raise ValueError(f"{name} is {value!r}; give a finite number of 0 or more")


def require_positive(**values):
    """ValueError where a named number is traced, 0, negative or not finite."""
    for name, value in values.items():
        if not (_is_finite_number(name, value) and value > 0):
            raise ValueError(f"{name} is {value!r}; give a finite number above 0")


def _is_finite_number(name, value):
    if isinstance(value, jax.core.Tracer):
        raise ValueError(
            f"{name} is traced; it is static: use jax.jit(f, static_argnames={name!r}) "
            "or close over it"
        )
    is_number = isinstance(value, numbers.Real) or np.ndim(value) == 0 and hasattr(value, "dtype")
    return is_number and math.isfinite(value)


def require_option(name, value, options):
    """ValueError where an option word is none of those known."""
    if value not in options:
        said = ", ".join(repr(option) for option in options)
        raise ValueError(f"{name} is {value!r}; give one of {said}")


def require_binary(**arrays):
    """ValueError where a named concrete array holds anything but 0 and 1."""
    for name, array in arrays.items():
        if isinstance(array, jax.core.Tracer):
            continue
        array = np.asarray(array)
        is_odd = ~np.isin(array, (0, 1))
        if is_odd.any():
            raise ValueError(f"{name} holds {array[is_odd][0]!r}; give 1 for same, 0 for different")
