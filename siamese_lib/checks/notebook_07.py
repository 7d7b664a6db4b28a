"""Exercises of notebook 07, contrastive pairs."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake

_rng = np.random.default_rng(7)


def _distances(n, span):
    """Distances with labels of both kinds."""
    return _rng.uniform(0, span, n), _rng.permutation(np.arange(n) % 2)


_PAIRS = tuple(
    (*_distances(n, span), margin)
    for n, span, margin in ((9, 2.0, 1.0), (14, 1.5, 0.5), (6, 2.0, 1.6), (11, 1.0, 0.25))
)
# Unequal numbers of both kinds, so that a share of all pairs is no share of one kind.
_CUTS = tuple(
    (_rng.uniform(0, 2, n), (np.arange(n) % 5 == 0).astype(int), cut)
    for n, cut in ((40, 0.8), (25, 1.2), (60, 0.5))
)
# A pair of each kind exactly at the cut.
_CUTS += ((np.array([0.2, 0.5, 0.9, 0.5, 0.7]), np.array([1, 1, 1, 0, 0]), 0.5),)
_MIXES = ((0.08, 0.08, 0.5), (0.1, 0.2, 0.15), (0.01, 0.3, 0.02), (0.4, 0.05, 0.9))
_PEOPLE = tuple(
    (_rng.integers(0, people, n), _rng.integers(0, people, n), held_out)
    for n, people, held_out in ((30, 6, [4, 5]), (24, 8, [0, 3, 7]), (40, 5, [2]))
)


def _loss(d, y, m):
    return np.where(y == 1, d**2, np.maximum(m - d, 0) ** 2)


def _rates(d, y, cut):
    return np.mean(d[y == 0] < cut), np.mean(d[y == 1] >= cut)


def _precision(far, frr, p):
    return p * (1 - frr) / (p * (1 - frr) + (1 - p) * far)


def _allowed(a, b, held_out):
    return ~(np.isin(a, held_out) | np.isin(b, held_out))


EXERCISES = {
    "07.1": Exercise(
        "the contrastive loss", _loss, _PAIRS,
        (
            Mistake(lambda d, y, m: _loss(d, 1 - y, m),
                    "the polarity is reversed: here 1 means same, and a same pair pays d squared."),
            Mistake(lambda d, y, m: np.where(y == 1, d**2, (m - d) ** 2),
                    "an imposite pair beyond the margin costs nothing; cut off at 0 first."),
            Mistake(lambda d, y, m: np.where(y == 1, d**2, np.maximum(m - d**2, 0)),
                    "this takes the square inside the hinge; the hinge is squared, not d."),
            Mistake(lambda d, y, m: np.where(y == 1, d**2, np.maximum(m - d**2, 0) ** 2),
                    "the square of the distance went into the hinge: the hinge is m - d, squared "
                    "as a whole."),
            Mistake(lambda d, y, m: np.where(y == 1, d**2, np.maximum(m**2 - d**2, 0)),
                    "this is a difference of two squares; the difference m - d is squared."),
            Mistake(lambda d, y, m: np.where(y == 1, d**2, np.maximum(d - m, 0) ** 2),
                    "the hinge is turned: an imposite pair pays while it is nearer than m."),
            Mistake(lambda d, y, m: np.where(y == 1, d, np.maximum(m - d, 0)),
                    "both terms are squared."),
            Mistake(lambda d, y, m: _loss(d, y, m) / 2,
                    "some papers put 1/2 before both terms; the form above has none."),
            Mistake(lambda d, y, m: _loss(d, y, m).mean(),
                    "keep one loss a pair: no mean is asked."),
        ),
    ),
    "07.2": Exercise(
        "FAR and FRR", _rates, _CUTS,
        (
            Mistake(lambda d, y, cut: _rates(d, y, cut)[::-1],
                    "the two are swapped: FAR is about imposite pairs and comes first."),
            Mistake(lambda d, y, cut: (np.mean((d < cut) & (y == 0)),
                                       np.mean((d >= cut) & (y == 1))),
                    "each rate is a share of its own kind of pairs, not of all pairs."),
            Mistake(lambda d, y, cut: (np.mean(d[y == 0] >= cut), np.mean(d[y == 1] < cut)),
                    "these are the shares called right; the errors are asked."),
            Mistake(lambda d, y, cut: (np.mean(d[y == 1] < cut), np.mean(d[y == 0] >= cut)),
                    "accepted genuine pairs and rejected imposite ones are no errors."),
            Mistake(lambda d, y, cut: (np.sum(d[y == 0] < cut), np.sum(d[y == 1] >= cut)),
                    "these are counts; divide each by the pairs of its kind."),
            Mistake(lambda d, y, cut: (np.mean(y[d < cut] == 0), np.mean(y[d >= cut] == 1)),
                    "divide by the pairs of that kind, not by the accepted (or rejected) ones: "
                    "that is 1 - precision."),
            Mistake(lambda d, y, cut: (np.mean(d[y == 0] <= cut), np.mean(d[y == 1] > cut)),
                    "a pair exactly at cut is rejected: it is not below."),
        ),
    ),
    "07.3": Exercise(
        "precision at another mix", _precision, _MIXES,
        (
            Mistake(lambda far, frr, p: (1 - frr) / (1 - frr + far),
                    "this is the precision at equal numbers; weigh both kinds by their share."),
            Mistake(lambda far, frr, p: p * (1 - frr) + (1 - p) * (1 - far),
                    "this is the accuracy; precision looks at accepted pairs only."),
            Mistake(lambda far, frr, p: p * (1 - frr),
                    "this is the share of all pairs that are accepted and genuine; divide it by "
                    "the share that is accepted."),
            Mistake(lambda far, frr, p: p * frr / (p * frr + (1 - p) * far),
                    "FRR counts the genuine pairs that are rejected; 1 - FRR are accepted."),
            Mistake(lambda far, frr, p: _precision(frr, far, p),
                    "FAR belongs to the imposite pairs, FRR to the genuine."),
            Mistake(lambda far, frr, p: p * (1 - frr) + (1 - p) * far,
                    "this is the share accepted; what part of it is genuine?"),
            Mistake(lambda far, frr, p: 1 - frr, "this is the recall; look at accepted pairs."),
            Mistake(lambda far, frr, p: 1 - _precision(far, frr, p),
                    "this is the share of accepted pairs that are imposite."),
        ),
    ),
    "07.4": Exercise(
        "pairs to train on", _allowed, _PEOPLE,
        (
            Mistake(lambda a, b, held_out: ~np.isin(a, held_out),
                    "the second picture of a pair can show a held-out person too."),
            Mistake(lambda a, b, held_out: ~np.isin(b, held_out),
                    "the first picture of a pair can show a held-out person too."),
            Mistake(lambda a, b, held_out: ~(np.isin(a, held_out) & np.isin(b, held_out)),
                    "one held-out person in a pair is enough to leave it out."),
            Mistake(lambda a, b, held_out: ~_allowed(a, b, held_out),
                    "True and False are swapped: True means that the pair may be trained on."),
            Mistake(lambda a, b, held_out: np.flatnonzero(_allowed(a, b, held_out)),
                    "these are row numbers; give True or False for each pair."),
            Mistake(lambda a, b, held_out: _allowed(a, b, held_out) & (a != b),
                    "genuine pairs are needed too: two pictures of one person may be trained on."),
            Mistake(lambda a, b, held_out: _allowed(a, b, held_out) & (a == b),
                    "imposite pairs are needed too: two people who are both for training."),
            Mistake(lambda a, b, held_out: np.isin(a, held_out) == np.isin(b, held_out),
                    "a pair of two held-out people is the test itself."),
        ),
    ),
}  # fmt: skip
