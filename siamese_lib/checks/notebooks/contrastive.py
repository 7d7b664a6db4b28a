"""Exercises of the notebook on contrastive pairs."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.notebooks.contrastive_hard import HARD
from siamese_lib.checks.slips import slip

_rng = np.random.default_rng(7)


def _distances(n, span):
    """Distances with labels of both kinds."""
    return _rng.uniform(0, span, n), _rng.permutation(np.arange(n) % 2)


_PAIRS = tuple(
    (*_distances(n, span), margin)
    for n, span, margin in ((9, 2.0, 1.0), (14, 1.5, 0.5), (6, 2.0, 1.6), (11, 1.0, 0.25))
)
# The two kinds differ in number, so that a share of all pairs is not the share of one kind.
_CUTS = tuple(
    (_rng.uniform(0, 2, n), (np.arange(n) % 5 == 0).astype(int), cut)
    for n, cut in ((40, 0.8), (25, 1.2), (60, 0.5))
)
# One pair of each kind is exactly at the cut.
_CUTS += ((np.array([0.2, 0.5, 0.9, 0.5, 0.7]), np.array([1, 1, 1, 0, 0]), 0.5),)
_MIXES = ((0.08, 0.08, 0.5), (0.1, 0.2, 0.15), (0.01, 0.3, 0.02), (0.4, 0.05, 0.9))
_PEOPLE = tuple(
    (_rng.integers(0, people, n), _rng.integers(0, people, n), held_out)
    for n, people, held_out in ((30, 6, [4, 5]), (24, 8, [0, 3, 7]), (40, 5, [2]), (9, 4, []))
)


def _loss(
    d, y, m, *, near=np.square, far=lambda d, m: np.maximum(m - d, 0) ** 2, polarity=1, factor=1
):
    return factor * np.where(y == polarity, near(d), far(d, m))


def _kinds(d, y, cut):
    return d[y == 0], d[y == 1]


def _rates(
    d, y, cut, *, accepted=lambda d, cut: d < cut, rejected=lambda d, cut: d >= cut, share=np.mean
):
    impostor, genuine = _kinds(d, y, cut)
    return share(accepted(impostor, cut)), share(rejected(genuine, cut))


def _precision(
    far, frr, p, *, hits=lambda frr, p: p * (1 - frr), alarms=lambda far, p: (1 - p) * far,
    of=lambda hits, alarms: hits / (hits + alarms),
):  # fmt: skip
    return of(hits(frr, p), alarms(far, p))


def _allowed(a, b, held_out):
    return ~(np.isin(a, held_out) | np.isin(b, held_out))


EXERCISES = {
    "contrastive.1": Exercise(
        "the contrastive loss", _loss, _PAIRS,
        (
            Mistake(slip(_loss, polarity=0),
                    "the polarity is reversed: here 1 means same, and a same pair pays d squared."),
            Mistake(slip(_loss, far=lambda d, m: (m - d) ** 2),
                    "an impostor pair beyond the margin costs nothing; cut off at 0 first."),
            Mistake(slip(_loss, far=lambda d, m: np.maximum(m - d**2, 0)),
                    "this takes the square inside the hinge; the hinge is squared, not d."),
            Mistake(slip(_loss, far=lambda d, m: np.maximum(m - d**2, 0) ** 2),
                    "the square of the distance went into the hinge: the hinge is m - d, squared "
                    "as a whole."),
            Mistake(slip(_loss, far=lambda d, m: np.maximum(m**2 - d**2, 0)),
                    "this is a difference of two squares; the difference m - d is squared."),
            Mistake(slip(_loss, far=lambda d, m: np.maximum(d - m, 0) ** 2),
                    "the hinge is turned: an impostor pair pays while it is nearer than m."),
            Mistake(slip(_loss, near=lambda d: d, far=lambda d, m: np.maximum(m - d, 0)),
                    "both terms are squared."),
            Mistake(slip(_loss, far=lambda d, m: np.maximum(m - d, 0)),
                    "the hinge of an impostor pair is squared too."),
            Mistake(slip(_loss, near=lambda d: d), "a genuine pair pays d squared."),
            Mistake(slip(_loss, factor=0.5),
                    "some papers put 1/2 before both terms; the form above has none."),
            Mistake(slip(_loss, given=lambda d, y, m: (d, y, 1.0)),
                    "the margin is fixed at 1; take the one that is given."),
            Mistake(slip(_loss, far=lambda d, m: 0 * d),
                    "impostor pairs pay too, while they are nearer than m."),
            Mistake(slip(_loss, near=lambda d: 0 * d), "genuine pairs pay too: d squared."),
            Mistake(slip(_loss, gives=np.mean), "keep one loss a pair: no mean is asked."),
            Mistake(slip(_loss, gives=np.sum), "keep one loss a pair: no sum is asked."),
            Mistake(slip(_loss, far=lambda d, m: np.max(m - d) ** 2),
                    "np.max finds the largest number of all; np.maximum(m - d, 0) goes entry by "
                    "entry."),
            Mistake(slip(_loss, far=lambda d, m: np.where(d < m, d**2, 0)),
                    "nearer than m an impostor pair pays what it lacks to m, squared: (m - d)^2."),
            Mistake(slip(_loss, far=lambda d, m: (m + d) ** 2),
                    "the sign is wrong: the nearer an impostor pair, the more it pays, m - d."),
            Mistake(slip(_loss, near=lambda d: np.maximum(d - 1, 0) ** 2),
                    "a genuine pair pays for every distance above 0; the margin is for impostors."),
            Mistake(lambda d, y, m: d**2 + np.maximum(m - d, 0) ** 2,
                    "each pair pays one of the two terms: y and 1 - y choose which."),
            Mistake(lambda d, y, m: y * d**2 - (1 - y) * np.maximum(m - d, 0) ** 2,
                    "the second term is added: a loss of impostor pairs is no reward."),
            Mistake(lambda d, y, m: y * (d**2 + np.maximum(m - d, 0) ** 2),
                    "the second term is that of impostor pairs: 1 - y stands before it."),
        ),
        meaning="Genuine pairs pull together for ever, impostor ones push only while they are "
        "nearer than m.",
        fallback="do two pairs by hand, a genuine one and an impostor, and print d, y and m.",
    ),
    "contrastive.2": Exercise(
        "FAR and FRR", _rates, _CUTS,
        (
            Mistake(slip(_rates, gives=lambda rates: rates[::-1]),
                    "the two are swapped: FAR is about impostor pairs and comes first."),
            Mistake(slip(_rates, given=lambda d, y, cut: (d, 1 - y, cut)),
                    "accepted genuine pairs and rejected impostor ones are no errors."),
            Mistake(lambda d, y, cut: (np.mean((d < cut) & (y == 0)),
                                       np.mean((d >= cut) & (y == 1))),
                    "each rate is a share of its own kind of pairs, not of all pairs."),
            Mistake(lambda d, y, cut: (np.mean(d[y == 0] >= cut), np.mean(d[y == 1] < cut)),
                    "these are the shares called right; the errors are asked."),
            Mistake(slip(_rates, accepted=lambda d, cut: d > cut, rejected=lambda d, cut: d <= cut),
                    "a small distance means accepted: below cut, not above it."),
            Mistake(slip(_rates, share=np.sum),
                    "these are counts; divide each by the pairs of its kind."),
            Mistake(slip(_rates, gives=lambda rates: tuple(100 * r for r in rates)),
                    "give shares from 0 to 1, not per cent."),
            Mistake(lambda d, y, cut: (np.mean(y[d < cut] == 0), np.mean(y[d >= cut] == 1)),
                    "divide by the pairs of that kind, not by the accepted (or rejected) ones: "
                    "that is 1 - precision."),
            Mistake(slip(_rates, accepted=lambda d, cut: d <= cut, rejected=lambda d, cut: d > cut),
                    "a pair exactly at cut is rejected: it is not below."),
            Mistake(slip(_rates, accepted=lambda d, cut: d <= cut),
                    "an impostor pair exactly at cut is rejected: it is not below."),
            Mistake(slip(_rates, rejected=lambda d, cut: d > cut),
                    "a genuine pair exactly at cut is rejected: it is not below."),
            Mistake(lambda d, y, cut: (np.mean(d < cut), np.mean(d >= cut)),
                    "the labels are not used: FAR looks at impostor pairs only, FRR at genuine."),
            Mistake(slip(_rates, rejected=lambda d, cut: d < cut),
                    "the second is the share of genuine pairs accepted; FRR counts the rejected."),
            Mistake(slip(_rates, accepted=lambda d, cut: d >= cut),
                    "the first is the share of impostor pairs rejected; FAR counts the accepted."),
            Mistake(slip(_rates, given=lambda d, y, cut: (d, y, 0.5)),
                    "0.5 is fixed in your code; take cut."),
            Mistake(lambda d, y, cut: (np.mean((d < cut) & (y == 0)) / np.mean(y == 1),
                                       np.mean((d >= cut) & (y == 1)) / np.mean(y == 0)),
                    "each count is divided by the number of the other kind."),
            Mistake(lambda d, y, cut: np.mean((d < cut) != y),
                    "this is the share of all pairs called wrong; give (FAR, FRR)."),
            Mistake(lambda d, y, cut: np.mean(d[y == 0] < cut),
                    "this is FAR alone; give (FAR, FRR)."),
        ),
        meaning="Each rate has its own kind below the line, so neither changes with the mix of "
        "pairs; the price of each error sets the cut.",
        fallback="take the impostor pairs alone: which share of them is below cut? Then the "
        "genuine ones.",
    ),
    "contrastive.3": Exercise(
        "precision at another mix", _precision, _MIXES,
        (
            Mistake(slip(_precision, given=lambda far, frr, p: (far, frr, 0.5)),
                    "this is the precision at equal numbers; weigh both kinds by their share."),
            Mistake(lambda far, frr, p: p * (1 - frr) + (1 - p) * (1 - far),
                    "this is the accuracy; precision looks at accepted pairs only."),
            Mistake(slip(_precision, of=lambda hits, alarms: hits),
                    "this is the share of all pairs that are accepted and genuine; divide it by "
                    "the share that is accepted."),
            Mistake(slip(_precision, hits=lambda frr, p: p * frr),
                    "FRR counts the genuine pairs that are rejected; 1 - FRR are accepted."),
            Mistake(slip(_precision, alarms=lambda far, p: (1 - p) * (1 - far)),
                    "FAR counts the impostor pairs that are accepted; 1 - FAR are rejected."),
            Mistake(slip(_precision, given=lambda far, frr, p: (frr, far, p)),
                    "FAR belongs to the impostor pairs, FRR to the genuine."),
            Mistake(slip(_precision, of=lambda hits, alarms: hits + alarms),
                    "this is the share accepted; what part of it is genuine?"),
            Mistake(slip(_precision, alarms=lambda far, p: far),
                    "the false alarms come from the impostor pairs alone: times 1 - p."),
            Mistake(slip(_precision, hits=lambda frr, p: 1 - frr),
                    "the hits come from the genuine pairs alone: times p."),
            Mistake(lambda far, frr, p: 1 - frr, "this is the recall; look at accepted pairs."),
            Mistake(lambda far, frr, p: 1 - far, "this is the share of impostor pairs that are "
                    "rejected; look at accepted pairs."),
            Mistake(slip(_precision, gives=lambda x: 1 - x),
                    "this is the share of accepted pairs that are impostor."),
            Mistake(slip(_precision, given=lambda far, frr, p: (far, frr, 1 - p)),
                    "p is the share of genuine pairs; yours weighs the kinds the other way round."),
            Mistake(slip(_precision, of=lambda hits, alarms: hits / alarms),
                    "these are odds, hits for each alarm; divide by all that are accepted."),
            Mistake(slip(_precision, hits=lambda frr, p: p),
                    "not every genuine pair is accepted: 1 - FRR of them are."),
            Mistake(slip(_precision, of=lambda hits, alarms: hits - alarms),
                    "a difference is no share; divide the hits by all that are accepted."),
            Mistake(lambda far, frr, p: p, "p is the share before anybody looks; what is it among "
                    "the accepted?"),
            Mistake(lambda far, frr, p: 1 - (1 - p) * far,
                    "this takes the false alarms off all pairs; look at accepted pairs only."),
        ),
        meaning="The same two rates, another precision: where genuine pairs are rare, most "
        "accepted ones may be wrong.",
        fallback="imagine a thousand pairs, p of them genuine: how many of each kind are accepted?",
    ),
    "contrastive.4": Exercise(
        "pairs to train on", _allowed, _PEOPLE,
        (
            Mistake(lambda a, b, held_out: ~np.isin(a, held_out),
                    "the second picture of a pair can show a held-out person too."),
            Mistake(lambda a, b, held_out: ~np.isin(b, held_out),
                    "the first picture of a pair can show a held-out person too."),
            Mistake(lambda a, b, held_out: ~(np.isin(a, held_out) & np.isin(b, held_out)),
                    "one held-out person in a pair is enough to leave it out."),
            Mistake(slip(_allowed, gives=np.logical_not),
                    "True and False are swapped: True means that the pair may be trained on."),
            Mistake(slip(_allowed, gives=np.flatnonzero),
                    "these are row numbers; give True or False for each pair."),
            Mistake(slip(_allowed, gives=lambda x: x.astype(int)),
                    "these are 1 and 0; give True or False for each pair."),
            Mistake(lambda a, b, held_out: _allowed(a, b, held_out) & (a != b),
                    "genuine pairs are needed too: two pictures of one person may be trained on."),
            Mistake(lambda a, b, held_out: _allowed(a, b, held_out) & (a == b),
                    "impostor pairs are needed too: two people who are both for training."),
            Mistake(lambda a, b, held_out: np.isin(a, held_out) == np.isin(b, held_out),
                    "a pair of two held-out people is the test itself."),
            Mistake(slip(_allowed, given=lambda a, b, held_out: (a, b, held_out[:1])),
                    "only the first person of held_out is kept back; all of them are."),
            Mistake(slip(_allowed, gives=np.all), "give True or False for each pair, not one "
                    "answer for all."),
            Mistake(lambda a, b, held_out: np.isin(a, held_out) & np.isin(b, held_out),
                    "these are the pairs of two held-out people, the test itself."),
            Mistake(lambda a, b, held_out: np.isin(a, held_out) != np.isin(b, held_out),
                    "these are the pairs of one held-out person and one other; they tell about the "
                    "first too."),
            Mistake(lambda a, b, held_out: a != b,
                    "this asks whether two people are shown; who is held out?"),
            Mistake(lambda a, b, held_out: a == b,
                    "this asks whether one person is shown; who is held out?"),
            Mistake(lambda a, b, held_out: np.isin(held_out, a) | np.isin(held_out, b),
                    "np.isin asks of each entry of its first argument; yours asks of the people "
                    "held out, not of the pairs."),
        ),
        meaning="Nothing about a held-out person reaches the training, not even that they are "
        "somebody else.",
        fallback="go through the first case pair by pair: is one of the two in held_out?",
    ),
    "contrastive.5": HARD,
}  # fmt: skip
