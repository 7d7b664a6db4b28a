"""What beginners write in the exercises of 13, and a piece of the hint that they get."""

import numpy as np

_root = np.sqrt


def _apart(e, c):
    return _root(((c[:, None] - e[None]) ** 2).sum(-1))


def _frr_far(g, f, cuts):
    return np.array([(g >= t).mean() for t in cuts]), np.array([(f < t).mean() for t in cuts])


def _cheap(g, f, cost):
    cuts = np.concatenate([g, f])
    return cuts[np.argmin(cost(*_frr_far(g, f, cuts)))]


def _table(cost, step, edge=np.inf):
    n, m = cost.shape
    t = np.full((n + 1, m + 1), edge)
    t[0, 0] = 0
    for i in range(n):
        for j in range(m):
            t[i + 1, j + 1] = cost[i, j] + step(t[i + 1, j], t[i, j + 1], t[i, j])
    return t


ATTEMPTS = {
    "signatures.1": [
        (lambda e, c: _apart(e, c).min(1), "the distance to the nearest one"),
        (lambda e, c: _apart(e, c).max(1), "the distance to the farthest one"),
        (lambda e, c: _apart(e, c).sum(1), "this is a sum"),
        (lambda e, c: _apart(e, c).mean(0), "one for each claim"),
        (lambda e, c: _apart(e, c), "these are all distances"),
        (lambda e, c: _apart(e, c).mean(), "one number for all claims"),
        (lambda e, c: (_apart(e, c) ** 2).mean(1), "these are squared distances"),
        (lambda e, c: np.linalg.norm(c - e.mean(0), axis=1), "the distance to the mean vector"),
        (lambda e, c: abs(c[:, None] - e[None]).sum(-1).mean(1), "the straight line is asked"),
        (lambda e, c: np.linalg.norm(c - e[0], axis=1), "the first enrolled signature alone"),
    ],
    "signatures.2": [
        (lambda g, f, r, a, s: _cheap(g, f, lambda x, y: r * x + a * y), "weigh them by 1 - share"),
        (lambda g, f, r, a, s: _cheap(g, f, lambda x, y: s * r * x + (1 - s) * a * y), "the weights are swapped"),
        (lambda g, f, r, a, s: _cheap(g, f, lambda x, y: (1 - s) * a * x + s * r * y), "the two prices are swapped"),
        (lambda g, f, r, a, s: _cheap(g, f, lambda x, y: (1 - s) * x + s * y), "the prices are missing"),
        (lambda g, f, r, a, s: _cheap(g, f, lambda x, y: -(1 - s) * r * x - s * a * y), "the dearest threshold"),
        (lambda g, f, r, a, s: min((1 - s) * r * (g >= t).mean() + s * a * (f < t).mean() for t in np.r_[g, f]), "this is the lowest cost"),
        (lambda g, f, r, a, s: int(np.argmin([(1 - s) * r * (g >= t).mean() + s * a * (f < t).mean() for t in np.r_[g, f]])), "a place in the list"),
        (lambda g, f, r, a, s: _cheap(g, f, lambda x, y: (1 - s) * r * len(g) * x + s * a * len(f) * y), "these are counts"),
        (lambda g, f, r, a, s: min(np.r_[g, f], key=lambda t: (1 - s) * r * (g < t).mean() + s * a * (f >= t).mean()), "accepted where its energy is below"),
        (lambda g, f, r, a, s: _cheap(g, f, lambda x, y: abs(x - y)), "write FRR, FAR and the cost"),
    ],
    "signatures.3": [
        (lambda c: _table(c, lambda a, b, d: min(a, b))[-1, -1], "leads the corner alone"),
        (lambda c: _table(c, lambda a, b, d: d)[-1, -1], "along the diagonal only"),
        (lambda c: _table(c, lambda a, b, d: max(a, b, d))[-1, -1], "leads the corner alone"),
        (lambda c: _table(c, min, edge=0.0)[-1, -1], "the border is free here"),
        (lambda c: _table(c, min)[1:, 1:], "this is the whole table"),
        (lambda c: _table(c, min)[-1].min(), "walked to their ends"),
        (lambda c: _table(c, min)[-1, -1] / sum(c.shape), "divided by the lengths"),
        (lambda c: c.min(axis=1).sum(), "a path never turns"),
        (lambda c: np.trace(c), "no warping at all"),
        (lambda c: _table(c, lambda a, b, d: min(b, d))[-1, -1], "the step in the second signature alone"),
        (lambda c: _table(c, lambda a, b, d: min(a, d))[-1, -1], "the step in the first signature alone"),
        (lambda c: c.sum(), "fill in a table of 2 x 2"),
    ],
}  # fmt: skip
