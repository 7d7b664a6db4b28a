"""Exercises of the notebook on the cosine cost."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.slips import slip

_rng = np.random.default_rng(2)
_TRIPLETS = tuple(tuple(_rng.normal(size=(3, n, dim))) for n, dim in ((4, 2), (7, 5), (1, 3)))
_PAIRS = tuple(case[:2] for case in _TRIPLETS)
_TIED = tuple(np.array(_TRIPLETS[1]))
_TIED[2][:3] = _TIED[1][:3]  # negatives that are the positives: a cost of exactly 0


def _cosines(x, y, *, axis=-1, first=True, second=True, root=np.sqrt):
    def length(v):
        return root((v**2).sum(axis))

    return (x * y).sum(-1) / ((length(x) if first else 1) * (length(y) if second else 1))


def _dots(x, y):
    return (x * y).sum(-1)


def _costs(a, p, n, *, cosine=_cosines, couples=lambda a, p, n: ((a, p), (a, n)), signs=(-1, 1)):
    near, far = couples(a, p, n)
    return signs[0] * cosine(*near) + signs[1] * cosine(*far)


def _share(a, p, n, *, costs=_costs, solved=lambda c: c <= 0, count=np.mean):
    return count(solved(costs(a, p, n)))


def _whole_batch(x, y):
    return _cosines(x, y, axis=None)


_SIGN = "the signs are swapped: a near positive must make the cost fall."
_AXIS = "you divided by the length of the whole batch; each row has its own, so name the axis."
_NO_AXIS = "this is one number for the whole batch: both the sum and the lengths need axis=-1."

EXERCISES = {
    "cost.1": Exercise(
        "cosine of rows", _cosines, _PAIRS,
        (
            Mistake(slip(_cosines, axis=None), _AXIS),
            Mistake(lambda x, y: (x * y).sum() / (np.linalg.norm(x) * np.linalg.norm(y)), _NO_AXIS),
            Mistake(lambda x, y: (x * y).sum(), _NO_AXIS),
            Mistake(lambda x, y: (x * y).sum() / (np.linalg.norm(x, axis=-1)
                                                  * np.linalg.norm(y, axis=-1)),
                    "the product on top is summed over the whole batch; name the axis there too."),
            Mistake(lambda x, y: (x * y).sum(0) / (np.linalg.norm(x, axis=0)
                                                   * np.linalg.norm(y, axis=0)),
                    "this goes down the batch, axis 0; the numbers of a row lie along axis -1."),
            Mistake(slip(_cosines, first=False, second=False),
                    "this is the dot product; divide by both lengths."),
            Mistake(slip(_cosines, gives=lambda c: 1 - c),
                    "this is a distance; the cosine itself is asked."),
            Mistake(slip(_cosines, second=False),
                    "you divided by one length; both vectors have one."),
            Mistake(slip(_cosines, first=False),
                    "you divided by one length; both vectors have one."),
            Mistake(slip(_cosines, root=lambda s: s),
                    "these are squared lengths; a length is the root of the sum of squares."),
            Mistake(lambda x, y: (x * y).sum(-1) / np.linalg.norm(x * y, axis=-1),
                    "below the line stands the product of the two lengths, not the length of the "
                    "product."),
            Mistake(lambda x, y: (x @ y.T) / np.outer(np.linalg.norm(x, axis=-1),
                                                      np.linalg.norm(y, axis=-1)),
                    "these are all pairs of rows; only row i with row i is asked."),
            Mistake(slip(_cosines, gives=np.mean), "keep one cosine a row: no mean is asked."),
        ),
        meaning="Each row has an angle of its own now, whatever its length: axis=-1 decided that.",
    ),
    "cost.2": Exercise(
        "the cost", _costs, _TRIPLETS,
        (
            Mistake(slip(_costs, signs=(1, -1)), _SIGN),
            Mistake(slip(_costs, signs=(1, 1)),
                    "both terms have the same sign; they should pull in opposite directions."),
            Mistake(slip(_costs, signs=(-1, -1)),
                    "both terms have the same sign; they should pull in opposite directions."),
            Mistake(slip(_costs, couples=lambda a, p, n: ((a, p), (p, n))),
                    "the negative is compared with the positive; compare it with the anchor."),
            Mistake(slip(_costs, couples=lambda a, p, n: ((a, n), (a, p))), _SIGN),
            Mistake(slip(_costs, cosine=_dots),
                    "these are dot products; the cost is made of cosines."),
            Mistake(slip(_costs, cosine=_whole_batch), _AXIS),
            Mistake(slip(_costs, gives=lambda c: np.maximum(c, 0)),
                    "no floor yet: the cost may be negative (the hinge comes in 03)."),
            Mistake(slip(_costs, gives=np.mean), "keep one cost a row: no mean is asked."),
            Mistake(slip(_costs, gives=lambda c: c + 0.25),
                    "no margin yet: it comes in 03."),
            Mistake(slip(_costs, signs=(-1, 0)), "the negative's term is missing."),
            Mistake(slip(_costs, signs=(0, 1)), "the positive's term is missing."),
        ),
        meaning="Down where the positive is near, up where the negative is: one number says what a "
        "good embedding is.",
    ),
    "cost.3": Exercise(
        "how many are solved", _share, (*_TRIPLETS, _TIED),
        (
            Mistake(slip(_share, solved=lambda c: c < 0),
                    "a cost of exactly 0 is solved too: at most 0 is <= and not <."),
            Mistake(slip(_share, solved=lambda c: c > 0),
                    "this is the share not solved; solved means a cost of at most 0."),
            Mistake(slip(_share, solved=lambda c: c >= 0),
                    "this is the share not solved; solved means a cost of at most 0."),
            Mistake(slip(_share, count=np.sum),
                    "this is a count; a share divides it by the number of triplets."),
            Mistake(slip(_share, gives=lambda share: 100 * share),
                    "this is per cent; a share lies between 0 and 1."),
            Mistake(slip(_share, count=lambda solved: solved),
                    "one answer a triplet; the share is one number for all."),
            Mistake(slip(_share, solved=lambda c: c),
                    "this is the mean cost; count how many are at most 0."),
            Mistake(slip(_share, solved=lambda c: c < -0.25),
                    "no margin here: solved is a cost of at most 0."),
            Mistake(slip(_share, costs=slip(_costs, cosine=_dots)),
                    "these are dot products; the cost is made of cosines."),
            Mistake(slip(_share, count=np.all), "this says whether all are solved; the share is "
                    "asked."),
        ),
        meaning="A mean cost can fall while no further triplet is solved; the share tells.",
    ),
    "cost.4": Exercise(
        "by hand", 0.4, (),
        (
            Mistake(-0.4, _SIGN),
            Mistake(0.8, "both terms were added; the positive's cosine is subtracted."),
            Mistake(-0.8, "both terms were subtracted; the negative's cosine is added."),
            Mistake(0.12, "the cosines were multiplied; the cost is a difference."),
            Mistake(0.65, "no margin yet: it comes in 03."),
            Mistake(0.0, "the cost has no floor, and here it is above 0."),
        ),
        meaning="Above 0: the negative is nearer than the positive, so this triplet is not solved.",
    ),
}  # fmt: skip
