"""Exercises of notebook 00, the primer."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake

_rng = np.random.default_rng(0)
_VECTORS = tuple((_rng.normal(size=n).astype(np.float32),) for n in (3, 5, 1))
_BATCHES = tuple((_rng.normal(size=(n, 3)).astype(np.float32),) for n in (4, 1, 6))

EXERCISES = {
    "00.1": Exercise(
        "a gradient", lambda w: 4 * w**3, _VECTORS,
        (
            Mistake(lambda w: np.sum(w**4), "this is the function; its gradient is asked."),
            Mistake(lambda w: 4 * w, "the power is still missing: jax.grad does it for you."),
            Mistake(lambda w: np.sum(4 * w**3), "keep one partial derivative an entry."),
        ),
    ),
    "00.2": Exercise(
        "lengths of rows", lambda x: np.sqrt((x**2).sum(-1)), _BATCHES,
        (
            Mistake(lambda x: np.sqrt((x**2).sum()),
                    "this is one length for all rows; name the axis to get one a row."),
            Mistake(lambda x: np.sqrt((x**2).sum(0)),
                    "this goes down the columns; a row is axis -1."),
            Mistake(lambda x: (x**2).sum(-1), "these are squared lengths; take the root."),
        ),
    ),
}  # fmt: skip
