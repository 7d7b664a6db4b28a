"""Exercises of the notebook on scaling out."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.notebooks.scaling_hard import HARD
from siamese_lib.checks.slips import slip

_MODELS = ((60_448, 4), (4_768_256, 8), (1_000, 2), (500, 1))
_BATCHES = ((256, 6), (96, 64), (7, 4), (128, 8), (90, 16))
_ROWS = ((70, 256, 4), (0, 8, 2), (5, 6, 1), (11, 12, 3))


def _received(parameters, devices, *, rounds=2, size=4, part=lambda d: (d - 1) / d):
    return rounds * part(devices) * parameters * size


def _fitting(rows, available):
    return next(d for d in range(min(rows, available), 0, -1) if rows % d == 0)


def _negatives(row, batch, devices, *, leave_out=True):
    own = batch // devices
    first = row // own * own
    return np.array([j for j in range(first, first + own) if j != row or not leave_out])


EXERCISES = {
    "scaling.1": Exercise(
        "bytes of an all-reduce", _received, _MODELS,
        (
            Mistake(slip(_received, rounds=1),
                    "this is one way round the ring; the finished sums must travel as well."),
            Mistake(slip(_received, size=1), "a float32 takes 4 bytes."),
            Mistake(slip(_received, size=8), "a float32 takes 4 bytes, not 8."),
            Mistake(slip(_received, size=32), "a float32 has 32 bits; bytes are asked."),
            Mistake(slip(_received, part=lambda d: d - 1),
                    "this is all devices together; ask for one."),
            Mistake(slip(_received, part=lambda d: 1), "a device need not receive its own part."),
            Mistake(slip(_received, part=lambda d: 1 / d),
                    "this is one part; d - 1 of them arrive in each round."),
            Mistake(lambda n, d: (d - 1) * n * 4,
                    "this sends every gradient to everybody; in a ring each part is summed on the "
                    "way."),
            Mistake(lambda n, d: n * 4, "this is the size of the gradient; count what arrives."),
            Mistake(lambda n, d: n * 4 * d, "all together hold this; what does one receive?"),
            Mistake(slip(_received, part=lambda d: d),
                    "a ring passes parts of one gradient, not whole gradients."),
            Mistake(slip(_received, gives=lambda b: b / 1e6), "these are megabytes; give bytes."),
            Mistake(slip(_received, gives=lambda b: b / 1024), "these are kilobytes; give bytes."),
        ),
        fallback="two devices: each sends the other one half, is sent a half, and then once more.",
        meaning="However many devices there are, each receives less than twice its gradient: that "
        "is why a ring scales.",
    ),
    "scaling.2": Exercise(
        "how many devices", _fitting, _BATCHES,
        (
            Mistake(lambda rows, d: min(rows, d), "the rows must divide with none left over."),
            Mistake(lambda rows, d: d, "the rows must divide with none left over."),
            Mistake(lambda rows, d: int(np.gcd(rows, d)),
                    "this divides the number of devices too; some devices may stay idle."),
            Mistake(lambda rows, d: rows // d, "this is the rows of one device."),
            Mistake(lambda rows, d: rows // _fitting(rows, d),
                    "this is the rows of one device; their number of devices is asked."),
            Mistake(lambda rows, d: rows % d, "this is the rest; find the largest number that "
                    "leaves none."),
            Mistake(lambda rows, d: 2 ** int(np.log2(_fitting(rows, d))),
                    "it need not be a power of two."),
            Mistake(lambda rows, d: next(k for k in range(min(rows, d), 0, -1)
                                         if rows % k == 0 and (k < d or d == 1)),
                    "all of the available devices are allowed too."),
            Mistake(lambda rows, d: next((k for k in range(2, min(rows, d) + 1) if rows % k == 0),
                                         1),
                    "this is the smallest number that fits; the largest is asked."),
            Mistake(lambda rows, d: rows, "so many are not available."),
            Mistake(lambda rows, d: d if rows % d == 0 else 1,
                    "if not all of them fit, fewer may: try each number below."),
            Mistake(lambda rows, d: d if rows % d == 0 else d - 1,
                    "one less need not fit either: try on."),
            Mistake(lambda rows, d: d if rows % d == 0 else d - rows % d,
                    "the rest of the rows says nothing about devices: try each number below."),
            Mistake(lambda rows, d: rows / d, "these are the rows of one device, if they divide."),
            Mistake(lambda rows, d: rows % d == 0,
                    "this says whether all can be used; how many can?"),
            Mistake(lambda rows, d: [k for k in range(1, d + 1) if rows % k == 0],
                    "these are all that fit; give the largest."),
            Mistake(lambda rows, d: sum(rows % k == 0 for k in range(1, d + 1)),
                    "this counts the numbers that fit; give the largest of them."),
            Mistake(lambda rows, d: max([k for k in range(2, d + 1, 2) if rows % k == 0] or [1]),
                    "it need not be even."),
        ),
        fallback="go down from available: the first number that divides the rows is it.",
        meaning="A batch whose size has many divisors leaves few devices idle, which is one reason "
        "for powers of two.",
    ),
    "scaling.3": Exercise(
        "negatives of one device", _negatives, _ROWS,
        (
            Mistake(slip(_negatives, leave_out=False),
                    "the row itself is the positive, not a negative."),
            Mistake(slip(_negatives, given=lambda row, batch, d: (row, batch, 1)),
                    "these are the negatives of the whole batch."),
            Mistake(lambda row, batch, d: batch // d - 1, "this counts them; give their numbers."),
            Mistake(slip(_negatives, given=lambda row, b, d: (row % (b // d), b, d)),
                    "these lie on the first device; start at the row's own one."),
            Mistake(lambda row, batch, d: np.array([j for j in range(batch)
                                                    if j % d == row % d and j != row]),
                    "a device holds neighbouring rows, not every so many."),
            Mistake(lambda row, batch, d: np.array([j for j in range(batch)
                                                    if j // (batch // d) != row // (batch // d)]),
                    "these lie on the other devices, and nothing is gathered."),
            Mistake(slip(_negatives, gives=lambda x: np.sort(x) - np.min(x, initial=256)),
                    "rows are numbered in the whole batch, not on their device."),
            Mistake(slip(_negatives, gives=lambda x: x[::-1]), "give them in order."),
            Mistake(lambda row, batch, d: np.array([j for j in range(batch)
                                                    if j // d == row // d and j != row]),
                    "a device holds batch // devices rows, not devices rows."),
            Mistake(lambda row, batch, d: np.arange(d)[np.arange(d) != row],
                    "these are numbers of devices; give numbers of rows."),
            Mistake(lambda row, batch, d: np.split(np.arange(batch), d),
                    "these are the rows of all devices; take the block that row lies in."),
            Mistake(lambda row, batch, d: row // (batch // d),
                    "this is the device; which rows does it hold?"),
            Mistake(slip(_negatives, gives=lambda x: x + 1), "rows are counted from 0."),
            Mistake(lambda row, batch, d: np.arange(row + 1, row // (batch // d) * (batch // d)
                                                    + batch // d),
                    "rows before it on its device are negatives too."),
            Mistake(lambda row, batch, d: np.arange(row + 1, row + batch // d),
                    "the block starts at a multiple of its size, not at the row."),
        ),
        fallback="eight rows on two devices: 0 to 3 and 4 to 7. Who is with row 5?",
        meaning="Without a gather more devices mean fewer negatives: the loss is another one, not "
        "only a faster one.",
    ),
    "scaling.4": HARD,
}  # fmt: skip
