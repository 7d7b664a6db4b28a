"""Exercises of the notebook on what Siamese networks are good and bad at."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.slips import slip

_rng = np.random.default_rng(7)


def _unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


_SUPPORTS = tuple((_unit(_rng.normal(size=shape)),) for shape in ((5, 3, 4), (8, 2, 6), (4, 5, 3)))


# Two have an empty bin, each has probabilities at both ends; the gaps have either sign.
_ANSWERS = tuple(
    (np.r_[0.0, 1.0, _rng.beta(0.4, 0.5, n)], np.r_[1.0, 0.0, _rng.integers(0, 2, n)])
    for n in (40, 25, 60)
) + (
    # The ends belong to the first and the last bin, whose gaps would cancel with theirs.
    (np.array([0.0, 0.05, 0.05, 0.05, 0.45, 0.55, 0.95, 0.95, 1.0]),
     np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0])),
)  # fmt: skip


def _ten(said, bins=10):
    return np.minimum((said * bins).astype(int), bins - 1)


def _gap(
    said, is_same, *, group=_ten, weight=lambda own: own.mean(), size=abs, put_together=np.dot,
    found=lambda said, is_same: is_same,
):  # fmt: skip
    """The calibration error; a gap is the mean said less the share found."""
    groups = group(said)
    owns = [groups == g for g in np.unique(groups)]
    gaps = [size(said[own].mean() - found(said, is_same)[own].mean()) for own in owns]
    return put_together([weight(own) for own in owns], gaps)


def _kept(said, is_same, keep):
    return keep.mean() * _gap(said[keep], is_same[keep])


def _from_the_middle(said, is_same):
    middle = (_ten(said) + 0.5) / 10
    return _gap(middle, is_same, group=_ten)


def _prototypes(support, *, mean=lambda s: s.mean(1), last=_unit):
    return last(mean(support))


EXERCISES = {
    "limits.1": Exercise(
        "prototypes", _prototypes, _SUPPORTS,
        (
            Mistake(slip(_prototypes, last=lambda m: m),
                    "the mean of unit vectors is shorter than 1; scale it."),
            Mistake(slip(_prototypes, mean=lambda s: s.mean(0)),
                    "this averages over the classes; each class keeps a vector of its own."),
            Mistake(slip(_prototypes, last=lambda m: m / np.linalg.norm(m)),
                    "you divided by the length of all classes together; each row has its own."),
            Mistake(slip(_prototypes, last=lambda m: m / np.linalg.norm(m, axis=0)),
                    "the lengths run down the classes; each row has its own, along axis -1."),
            Mistake(slip(_prototypes, mean=lambda s: s[:, 0]),
                    "this is the first shot alone; use all shots of a class."),
            Mistake(slip(_prototypes, mean=lambda s: s[:, -1]),
                    "this is the last shot alone; use all shots of a class."),
            Mistake(slip(_prototypes, mean=lambda s: np.median(s, axis=1)),
                    "this is the median of the shots; their mean is asked."),
            Mistake(slip(_prototypes, mean=lambda s: s.max(1)),
                    "this takes the largest of each number; the mean over the shots is asked."),
            Mistake(slip(_prototypes, last=lambda m: m / (m**2).sum(-1, keepdims=True)),
                    "divide by the length, not by its square."),
            Mistake(slip(_prototypes, last=lambda m: m / abs(m).sum(-1, keepdims=True)),
                    "this makes the sizes add up to 1; the length is the root of the squares."),
            Mistake(slip(_prototypes, last=lambda m: m * np.linalg.norm(m, axis=-1, keepdims=True)),
                    "divide by the length; you multiplied."),
            Mistake(slip(_prototypes, last=lambda m: m / m.max()),
                    "divide by the length of each row, not by the largest number."),
            Mistake(lambda s: s.mean(1) / s.shape[1],
                    "the mean is divided by the shots already; scale it to length 1."),
            Mistake(lambda s: s,
                    "these are the shots, scaled as they came; take their mean over axis 1."),
            Mistake(slip(_prototypes, mean=lambda s: s.sum(1), last=lambda m: m),
                    "this is the sum of the shots; its length is not 1 yet."),
            Mistake(slip(_prototypes, mean=lambda s: s.mean((0, 1))),
                    "this is one vector for all classes; keep one for each."),
            Mistake(slip(_prototypes, mean=lambda s: s.mean(-1)),
                    "this averages the numbers of a vector; average over the shots, axis 1."),
        ),
        meaning="A class is one vector now, however many shots it had; a query needs one "
        "comparison a class.",
    ),
    "limits.2": Exercise(
        "the gap", _gap, _ANSWERS,
        (
            Mistake(slip(_gap, size=lambda gap: gap),
                    "gaps of either sign cancel here, as over all pairs at once; take their size."),
            Mistake(slip(_gap, weight=lambda own: 1.0),
                    "this is the sum of the gaps; weigh each by its share of the pairs."),
            Mistake(slip(_gap, weight=lambda own: 0.1),
                    "every bin counts the same here; weigh each by its share of the pairs."),
            Mistake(slip(_gap, weight=lambda own: own.sum()),
                    "you weighed by the number of pairs; divide by all of them."),
            Mistake(slip(_gap, put_together=lambda weights, gaps: np.mean(gaps)),
                    "every bin counts the same here; weigh each by its share of the pairs."),
            Mistake(slip(_gap, put_together=lambda weights, gaps: np.max(gaps)),
                    "this is the largest gap; their weighted mean is asked."),
            Mistake(slip(_gap, put_together=lambda weights, gaps: np.array(gaps)),
                    "these are the gaps; add them up, each weighed by its share of the pairs."),
            Mistake(slip(_gap, size=np.square), "the gaps are squared; take their size."),
            Mistake(slip(_gap, size=np.square,
                         put_together=lambda weights, gaps: np.sqrt(np.dot(weights, gaps))),
                    "this is the root of the mean square; take the size of each gap."),
            Mistake(slip(_gap, group=lambda said: _ten(said, 5)),
                    "these are five bins; ten are asked."),
            Mistake(slip(_gap, group=lambda said: _ten(said, 20)),
                    "these are twenty bins; ten are asked."),
            Mistake(slip(_gap, group=lambda said: _ten(said, 100)),
                    "these are a hundred bins; ten are asked."),
            Mistake(slip(_gap, group=lambda said: (said * 10).astype(int)),
                    "a probability of 1 got a bin of its own; it belongs to the last."),
            Mistake(lambda said, is_same: _kept(said, is_same, said < 1),
                    "a probability of 1 falls out of all bins here; it belongs to the last."),
            Mistake(lambda said, is_same: _kept(said, is_same, (said > 0) & (said < 1)),
                    "probabilities of 0 and 1 fall out of all bins here; they belong to the first "
                    "and the last."),
            Mistake(slip(_gap, group=lambda said: np.ceil(said * 10)),
                    "a probability of 0 got a bin of its own; round down, and put 1 into the last "
                    "bin."),
            Mistake(slip(_gap, group=lambda said: np.round(said * 10)),
                    "rounding to the nearest makes eleven bins; round down."),
            Mistake(slip(_gap, group=lambda said: np.argsort(np.argsort(said)) * 10 // len(said)),
                    "these bins hold equally many pairs; bins of equal width are asked."),
            Mistake(_from_the_middle,
                    "this takes the middle of a bin for what was said; take the mean said in it."),
            Mistake(lambda said, is_same: ((said - is_same) ** 2).mean(),
                    "this is the Brier score, of single answers; the gaps are those of bins."),
            Mistake(lambda said, is_same: np.mean((said > 0.5) == is_same),
                    "this is the accuracy; how far are the probabilities off?"),
            Mistake(lambda said, is_same: np.mean((said > 0.5) != is_same),
                    "this is the share of errors; how far are the probabilities off?"),
            Mistake(slip(_gap, found=lambda said, is_same: (said > 0.5) == is_same),
                    "this compares with the share that is right; the share that is same is asked."),
            Mistake(lambda said, is_same: np.abs(said - is_same).mean(),
                    "this is the mean error of single answers; the gaps are those of bins."),
            Mistake(slip(_gap, gives=lambda error: 10 * error),
                    "this is ten times as much: the weights add up to 1."),
        ),
        guards=dict.fromkeys((2, 4), "a bin with no pair in it has no mean; leave it out."),
        meaning="Probabilities that are true on average in each bin have a gap near 0, however "
        "unsure they are.",
    ),
    "limits.3": Exercise(
        "how sure can it be",
        {"surest": 1 / (1 + 19 * np.exp(-2)), "scale": np.log(9 * 19) / 0.6, "classes": 404}, (),
        (
            Mistake({"surest": 1.0},
                    "surest: a cosine of 1 is not yet a share of 1. At s = 1 each of the nineteen "
                    "others keeps exp(-1)."),
            Mistake({"surest": 1 / (1 + np.exp(-2))},
                    "surest: this is against a single other class; there are nineteen."),
            Mistake({"surest": 1 / (1 + 20 * np.exp(-2))},
                    "surest: of twenty classes nineteen are others."),
            Mistake({"surest": 1 / (1 + 19 * np.exp(-1))},
                    "surest: the others have the cosine -1, not 0."),
            Mistake({"surest": np.log(1 + 19 * np.exp(-2))},
                    "surest: this is its cross-entropy; the share itself is asked."),
            Mistake({"surest": np.exp(2) / 19},
                    "surest: this is the ratio to the others; they all add up to 1."),
            Mistake({"surest": 0.05},
                    "surest: this is guessing; the right class does get more than the others."),
            Mistake({"surest": np.exp(2)},
                    "surest: this is the ratio to one other; all shares add up to 1."),
            Mistake({"surest": np.exp(1)},
                    "surest: this is what stands above the line; divide by the sum of all twenty."),
            Mistake({"scale": np.log(9) / 0.6},
                    "scale: this is against a single other class; there are nineteen."),
            Mistake({"scale": np.log(9 * 20) / 0.6},
                    "scale: of twenty classes nineteen are others."),
            Mistake({"scale": np.log(19) / 0.6},
                    "scale: here the right class gets one half; at 0.9 it has nine times as much "
                    "as all the others."),
            Mistake({"scale": np.log(0.9 * 19) / 0.6},
                    "scale: 0.9 is the share; its ratio to the rest is asked, 0.9 over 0.1."),
            Mistake({"scale": 10},
                    "scale: that is the notebook's own; which s gives just 0.9?"),
            Mistake({"scale": np.log(19 / 9) / 0.6}, "scale: the ratio is upside down."),
            Mistake({"scale": np.log(9 * 19) / 0.8},
                    "scale: the others have a cosine too; what counts is the lead."),
            Mistake({"scale": np.log(9 * 19)}, "scale: divide by the lead of the right cosine."),
            Mistake({"scale": 9 * 19 / 0.6}, "scale: an exponential takes a logarithm to undo."),
            Mistake({"scale": np.log10(9 * 19) / 0.6}, "scale: take the natural logarithm."),
            Mistake({"classes": 403}, "classes: the right class is one of them too."),
            Mistake({"classes": 405}, "classes: there it gets less than one half."),
            Mistake({"classes": 1 + np.exp(6)}, "classes: give a whole number."),
            Mistake({"classes": np.exp(6)}, "classes: give a whole number, the right class too."),
            Mistake({"classes": 2981},
                    "classes: the others have a cosine too; what counts is the lead."),
            Mistake({"classes": 2982},
                    "classes: the others have a cosine too; what counts is the lead."),
            Mistake({"classes": 2}, "classes: this is at s = 1; here it is 10."),
            Mistake({"classes": 20},
                    "classes: among 20 it still gets far more than one half; how many more can "
                    "there be?"),
            Mistake({"classes": np.inf},
                    "classes: each further class adds a little below the line, until it is half."),
            Mistake({"classes": 401},
                    "classes: do not round exp(6) on the way."),
            Mistake({"classes": 45},
                    "classes: that is where it gets 0.9; one half is asked."),
        ),
        tolerance=5e-4,
        meaning="Without a scale even a perfect network stays below one third. And where another "
        "cosine is as high no s helps: it says how sure, never which.",
        fallback="divide above and below the line by the right class's own exponential: its share "
        "is 1 / (1 + others x exp(-s x lead)).",
    ),
}  # fmt: skip
