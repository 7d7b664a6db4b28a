"""Exercises of notebook 11, scaling out."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake

_MODELS = ((60_448, 4), (4_768_256, 8), (1_000, 2), (500, 1))
_BATCHES = ((256, 6), (96, 64), (7, 4), (128, 8), (90, 16))
_ROWS = ((70, 256, 4), (0, 8, 2), (5, 6, 1), (11, 12, 3))


def _received(parameters, devices):
    return 2 * (devices - 1) / devices * parameters * 4


def _fitting(rows, available):
    return next(d for d in range(min(rows, available), 0, -1) if rows % d == 0)


def _negatives(row, batch, devices, leave_out=True):
    own = batch // devices
    first = row // own * own
    return np.array([j for j in range(first, first + own) if j != row or not leave_out])


EXERCISES = {
    "11.1": Exercise(
        "bytes of an all-reduce", _received, _MODELS,
        (
            Mistake(lambda n, d: _received(n, d) / 2,
                    "this is one way round the ring; the finished sums must travel as well."),
            Mistake(lambda n, d: _received(n, d) / 4, "a float32 takes 4 bytes."),
            Mistake(lambda n, d: _received(n, d) * d, "this is all devices together; ask for one."),
            Mistake(lambda n, d: 2 * n * 4, "a device need not receive its own part."),
            Mistake(lambda n, d: (d - 1) * n * 4,
                    "this sends every gradient to everybody; in a ring each part is summed on the "
                    "way."),
            Mistake(lambda n, d: n * 4, "this is the size of the gradient; count what arrives."),
        ),
    ),
    "11.2": Exercise(
        "how many devices", _fitting, _BATCHES,
        (
            Mistake(lambda rows, d: min(rows, d), "the rows must divide with none left over."),
            Mistake(lambda rows, d: d, "the rows must divide with none left over."),
            Mistake(lambda rows, d: int(np.gcd(rows, d)),
                    "this divides the number of devices too; some devices may stay idle."),
            Mistake(lambda rows, d: rows // d, "this is the rows of one device."),
            Mistake(lambda rows, d: 2 ** int(np.log2(_fitting(rows, d))),
                    "it need not be a power of two."),
            Mistake(lambda rows, d: next(k for k in range(min(rows, d), 0, -1)
                                         if rows % k == 0 and (k < d or d == 1)),
                    "all of the available devices are allowed too."),
        ),
    ),
    "11.3": Exercise(
        "negatives of one device", _negatives, _ROWS,
        (
            Mistake(lambda row, batch, d: _negatives(row, batch, d, leave_out=False),
                    "the row itself is the positive, not a negative."),
            Mistake(lambda row, batch, d: _negatives(row, batch, 1),
                    "these are the negatives of the whole batch."),
            Mistake(lambda row, batch, d: len(_negatives(row, batch, d)),
                    "this counts them; give their numbers."),
            Mistake(lambda row, batch, d: _negatives(row % (batch // d), batch, d),
                    "these lie on the first device; start at the row's own one."),
            Mistake(lambda row, batch, d: np.array([j for j in range(batch)
                                                    if j % d == row % d and j != row]),
                    "a device holds neighbouring rows, not every so many."),
        ),
    ),
}  # fmt: skip
