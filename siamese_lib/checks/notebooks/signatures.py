"""Exercises of the notebook on signatures."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.notebooks.signatures_hard import HARD
from siamese_lib.checks.slips import slip

_rng = np.random.default_rng(15)

_CLAIMS = tuple(
    (_rng.normal(size=(k, dim)), _rng.normal(size=(n, dim)))
    for k, n, dim in ((3, 5, 4), (1, 4, 3), (5, 2, 6))
)
_drawn = np.random.default_rng(11)  # one with which no two mistakes end at the same thresholds
_PRICES = tuple(
    (_drawn.normal(0.5, 0.2, n), _drawn.normal(0.7, 0.2, m), reject, accept, share)
    for n, m, reject, accept, share in (
        (45, 60, 1.0, 3.0, 0.3), (60, 25, 5.0, 2.0, 0.6), (30, 70, 2.0, 12.0, 0.25),
    )
)  # fmt: skip
_TABLES = tuple((_rng.integers(1, 9, size).astype(float),) for size in ((3, 3), (4, 6), (5, 4)))


def _energy(
    enrolled, claims, *, apart=lambda d: np.sqrt((d**2).sum(axis=-1)),
    over=lambda e: e.mean(axis=1),
):  # fmt: skip
    return over(apart(claims[:, None] - enrolled[None]))


def _cost(
    genuine, forged, reject, accept, share, *, rates=np.mean, mix=lambda share: (1 - share, share),
    pick=lambda cuts, cost: cuts[cost.argmin()],
):  # fmt: skip
    cuts = np.concatenate([genuine, forged])
    frr = np.array([rates(genuine >= cut) for cut in cuts])
    far = np.array([rates(forged < cut) for cut in cuts])
    own, others = mix(share)
    return pick(cuts, own * frr * reject + others * far * accept)


def _warped(
    cost, *, step=lambda side, up, corner: min(side, up, corner), start=0.0, edge=np.inf,
    last=lambda table: table[-1, -1],
):  # fmt: skip
    n, m = cost.shape
    table = np.full((n + 1, m + 1), edge)
    table[0, 0] = start
    for i in range(n):
        for j in range(m):
            before = step(table[i + 1, j], table[i, j + 1], table[i, j])
            table[i + 1, j + 1] = cost[i, j] + before
    return last(table)


EXERCISES = {
    "signatures.1": Exercise(
        "the energy of a claim", _energy, _CLAIMS,
        (
            Mistake(slip(_energy, over=lambda e: e.min(axis=1)),
                    "this is the distance to the nearest one; the mean over all is asked."),
            Mistake(slip(_energy, over=lambda e: e.max(axis=1)),
                    "this is the distance to the farthest one; the mean over all is asked."),
            Mistake(slip(_energy, over=lambda e: e.sum(axis=1)),
                    "this is a sum, which grows with each signature enrolled; take the mean."),
            Mistake(slip(_energy, over=lambda e: e.mean(axis=0)),
                    "this has one number for each enrolled signature; one for each claim is "
                    "asked."),
            Mistake(slip(_energy, over=lambda e: e[:, 0]),
                    "this looks at the first enrolled signature alone."),
            Mistake(slip(_energy, apart=lambda d: (d**2).sum(axis=-1)),
                    "these are squared distances; take the root before the mean."),
            Mistake(slip(_energy, apart=lambda d: abs(d).sum(axis=-1)),
                    "this sums absolute differences; the straight line is asked."),
            Mistake(lambda e, c: np.sqrt(((c - e.mean(axis=0)) ** 2).sum(axis=-1)),
                    "this is the distance to the mean vector; the mean of the distances is asked "
                    "(the last exercise is about the difference)."),
            Mistake(slip(_energy, gives=np.mean),
                    "this is one number for all claims; each has an energy of its own."),
            Mistake(slip(_energy, over=lambda e: e),
                    "these are all distances; a claim has one energy, their mean."),
        ),
        fallback="take one claim: how far is it from each enrolled signature, and what is the "
        "mean of that?",
        meaning="One number a claim, whatever the number of enrolled signatures: it can meet the "
        "same threshold.",
    ),
    "signatures.2": Exercise(
        "the cheapest threshold", _cost, _PRICES,
        (
            Mistake(slip(_cost, mix=lambda share: (1, 1)),
                    "each rate counts as often as its kind comes: weigh them by 1 - share and "
                    "share."),
            Mistake(slip(_cost, mix=lambda share: (share, 1 - share)),
                    "share is that of forgeries; the weights are swapped."),
            Mistake(slip(_cost, given=lambda g, f, r, a, s: (g, f, a, r, s)),
                    "the two prices are swapped: accept_cost is paid for an accepted forgery."),
            Mistake(slip(_cost, given=lambda g, f, r, a, s: (g, f, 1.0, 1.0, s)),
                    "the prices are missing: a rate costs its price."),
            Mistake(slip(_cost, rates=np.sum),
                    "these are counts; their mix is that of your arrays, not of the world. Take "
                    "rates."),
            Mistake(slip(_cost, pick=lambda cuts, cost: cost.min()),
                    "this is the lowest cost; which threshold has it?"),
            Mistake(slip(_cost, pick=lambda cuts, cost: cost.argmin()),
                    "this is a place in the list of thresholds; the threshold is asked."),
            Mistake(slip(_cost, pick=lambda cuts, cost: cuts[cost.argmax()]),
                    "this is the dearest threshold: a claim is accepted where its energy is below "
                    "it, and the lowest cost is asked."),
        ),
        fallback="write FRR, FAR and the cost of one threshold on paper, then do so for each "
        "energy as threshold.",
        meaning="The threshold follows from two prices and a mix; the equal error rate knows "
        "neither.",
    ),
    "signatures.3": Exercise(
        "time warping", _warped, _TABLES,
        (
            Mistake(slip(_warped, step=lambda side, up, corner: min(side, up)),
                    "into the first entry leads the corner alone, table[i, j]; take the least of "
                    "all three, min and not max."),
            Mistake(slip(_warped, step=lambda side, up, corner: corner),
                    "this walks along the diagonal only; waiting in one of the two is allowed."),
            Mistake(slip(_warped, step=lambda side, up, corner: min(up, corner)),
                    "the step in the second signature alone, from table[i + 1, j], is missing."),
            Mistake(slip(_warped, step=lambda side, up, corner: min(side, corner)),
                    "the step in the first signature alone, from table[i, j + 1], is missing."),
            Mistake(slip(_warped, edge=0.0),
                    "the border is free here, so a path may start anywhere; it starts in the "
                    "corner: the border is infinite but for table[0, 0]."),
            Mistake(slip(_warped, last=lambda t: t[-1].min()),
                    "both signatures must be walked to their ends: the last entry."),
            Mistake(slip(_warped, last=lambda t: t[1:, 1:]),
                    "this is the whole table; its last entry is the cost of the whole path."),
            Mistake(slip(_warped, last=lambda t: t[-1, -1] / sum(np.subtract(t.shape, 1))),
                    "this is divided by the lengths; the cost itself is asked."),
            Mistake(lambda cost: np.trace(cost[: min(cost.shape), : min(cost.shape)]),
                    "this is the diagonal: no warping at all."),
            Mistake(lambda cost: cost.min(axis=1).sum(),
                    "each step takes its best partner, even one from the past; a path never turns "
                    "back."),
        ),
        fallback="fill in a table of 2 x 2 by hand: into each entry leads the cheapest of three.",
        meaning="Dynamic programming: each entry needs three others only, so the cheapest of all "
        "paths costs n times m steps.",
    ),
    "signatures.4": HARD,
}  # fmt: skip
