"""Lab 4, one-shot classification: right answers and likely mistakes."""

import numpy as np

from instructor.instant.instant import Instant
from siamese_lib.checks.exercise import Mistake

# A program, since the instant check runs it in the learner's folder; challenges run the same.
FACTS = """\
def facts(label, drawer, n_way, k_shot, n_query, episodes):
    parts = [[np.asarray(part) for part in episode] for episode in episodes]
    shapes = [(n_way, k_shot), (n_way, n_query)]
    if any([part.shape for part in episode] != shapes for episode in parts):
        return {"shapes": False}
    if any(p.dtype.kind not in "iu" or p.min() < 0 or p.max() >= len(label) for e in parts for p in e):
        return {"shapes": True, "places in label": False}
    rows = [np.concatenate(episode, 1) for episode in parts]
    by = [[drawer[part] for part in episode] for episode in parts]
    first = [label[row[:, 0]] for row in rows]
    roles = [np.unique(np.concatenate([b[k].ravel() for b in by])) for k in (0, 1)]
    return {
        "shapes": True,
        "places in label": True,
        "one class a row": all((label[row] == label[row[:, :1]]).all() for row in rows),
        "classes all different": all(len(set(f.tolist())) == n_way for f in first),
        "one drawer a column": all((b == b[0]).all() for pair in by for b in pair),
        "support and query by other drawers": not any(np.isin(s, q).any() for s, q in by),
        "no image twice": all(len(np.unique(row)) == row.size for row in rows),
        "chance comes from rng": not all((row == rows[0]).all() for row in rows),
        "each class has its turn": len(np.unique(np.concatenate(first))) == len(np.unique(label)),
        "each drawer has its turn": all(len(role) == len(np.unique(drawer)) for role in roles),
    }
"""
_ASK_EPISODE = (
    FACTS
    + """
def drawn(k):
    return answer(*case[:5], np.random.default_rng(case[5] + k))
def again():
    return all(np.array_equal(a, b) for a, b in zip(drawn(0), drawn(0)))
None if drawn(0) is None else {
    **facts(*case[:5], [drawn(k) for k in range(40)]), "the same rng, the same episode": again()}
"""
)


def sample_episode(label, drawer, n_way, k_shot, n_query, rng):
    classes = rng.permutation(np.unique(label))[:n_way]
    drawers = rng.permutation(np.unique(drawer))[: k_shot + n_query]
    place = {pair: i for i, pair in enumerate(zip(label.tolist(), drawer.tolist(), strict=True))}
    table = np.array([[place[c, d] for d in drawers.tolist()] for c in classes.tolist()])
    return table[:, :k_shot], table[:, k_shot:]


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def weighted_prototypes(support, weight):
    empty = weight.sum(axis=1, keepdims=True) == 0
    return unit((unit(support) * np.where(empty, 1, weight)[..., None]).sum(axis=1))


def classify(prototypes, query, lead, *, cosines=lambda q, p: unit(q) @ unit(p).T):
    similarity = cosines(query, prototypes)
    ranked = np.sort(similarity, axis=1)
    is_clear = ranked[:, -1] - ranked[:, -2] > lead
    return np.where(is_clear, similarity.argmax(axis=1), -1)


def wilson(right, n, z):
    p, scale = right / n, 1 + z**2 / n
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / scale
    centre = (p + z**2 / (2 * n)) / scale
    return np.array([centre - half, centre + half])


def compare(first, second):
    gap = second - first
    half = 1.96 * gap.std(ddof=1) / np.sqrt(len(gap))
    return np.array([gap.mean(), gap.mean() - half, gap.mean() + half])


_rng = np.random.default_rng(4)


def _drawings(names, drawers):
    """One image of each class by each drawer, in random order."""
    label, drawer = (part.ravel() for part in np.meshgrid(names, drawers))
    order = _rng.permutation(len(label))
    return label[order].astype(int), drawer[order].astype(int)


_EPISODES = (
    (*_drawings([3, 5, 8, 9, 14], range(6)), 3, 2, 1, 0),
    (*_drawings([20, 21, 22, 30, 31, 32, 33], [4, 6, 7, 8, 9]), 5, 1, 2, 100),
    (*_drawings([1, 2, 4, 7], [10, 11, 12, 13, 14, 15]), 2, 3, 2, 200),
)


def _normal(*shape):
    return _rng.normal(size=shape).round(2)


_SUPPORTS = (
    (_normal(3, 2, 4) * np.array([[1.0], [5.0]]), np.array([[1.0, 3.0], [2.0, 1.0], [1.0, 0.5]])),
    (
        _normal(2, 4, 3) * np.array([[2.0], [1.0], [0.2], [7.0]]),
        np.array([[1.0, 2, 0, 4], [0.0, 1, 1, 3]]),
    ),
    (_normal(2, 3, 3) * np.array([[0.3], [1.0], [4.0]]), np.array([[0.0, 0, 0], [1.0, 5, 2]])),
)
_QUERIES = (
    (
        _normal(4, 3) * np.array([[1.0], [1.5], [0.7], [1.2]]),
        _normal(8, 3) * np.array([[0.1], [6.0], [0.3], [2.0], [0.2], [1.0], [3.0], [0.5]]),
        0.3,
    ),
    (_normal(5, 4) * np.array([[5.0], [1.0], [1.0], [0.5], [2.0]]), _normal(7, 4), 0.0),
    (
        np.eye(3) * [[1.0], [2.0], [4.0]],
        np.array([[3.0, 3, 1], [5, 2, 1], [1, 1, 1], [0, 1, 4], [-1, 2, 2]]),
        0.0,
    ),
    (np.eye(3), np.array([[4.0, 3, 0], [1, 0, 0], [0, 2, 2], [6, 0, 8]]), 0.1),
)
_COUNTS = ((15, 20, 1.96), (0, 12, 1.96), (7, 7, 1.0), (90, 150, 2.58))
_SCORES = tuple(
    (
        first := _rng.choice([0.4, 0.6, 0.8, 1.0], n),
        np.clip(first + _rng.choice([-0.2, 0.0, 0.2, 0.2], n), 0, 1).round(2),
    )
    for n in (10, 25, 6)
)

_EPISODE_MISTAKES = (
    Mistake({"shapes": False}, "one row a class: support [n_way, k_shot] and query [n_way, n_query]."),
    Mistake({"places in label": False}, "give places in label (whole numbers from 0), not the labels or the images."),
    Mistake({"one class a row": False}, "each row belongs to one class, in the support and in the query."),
    Mistake({"classes all different": False}, "a class was drawn twice: draw without replacement."),
    Mistake({"chance comes from rng": False}, "rng is not used: every episode is the same."),
    Mistake({"no image twice": False}, "an image is in the support and in the query, or twice in one of them."),
    Mistake({"support and query by other drawers": False, "one drawer a column": True}, "the query columns take drawers of the support; draw all k_shot + n_query at once, none twice."),
    Mistake({"support and query by other drawers": False}, "each class has drawers of its own here; one class's support and another's query share a drawer."),
    Mistake({"one drawer a column": False}, "each row took other drawers: draw them once, for all classes."),
    Mistake({"each class has its turn": False}, "some classes never come: draw from all of them."),
    Mistake({"each drawer has its turn": False}, "some drawers are never in the support, or never in the query: shuffle them."),
    Mistake({"the same rng, the same episode": False}, "some chance does not come from rng: make no generator of your own."),
)  # fmt: skip

_UNIT_FIRST = "scale each embedding to length 1 before the mean: a long one must not count more."
_PROTOTYPE_MISTAKES = (
    Mistake(lambda s, w: unit((s * np.where(w.sum(1, keepdims=True) == 0, 1, w)[..., None]).sum(1)), _UNIT_FIRST),
    Mistake(lambda s, w: unit(unit(s).mean(1)), "the weights are not used."),
    Mistake(lambda s, w: unit((unit(s) * np.where(w.sum(1, keepdims=True) == 0, 1, w**2)[..., None]).sum(1)), "the weights came in twice (squared)."),
    Mistake(lambda s, w: (x := np.where(w.sum(1, keepdims=True) == 0, 1, w), (unit(s) * x[..., None]).sum(1) / x.sum(1)[:, None])[1],
            "scale the mean to length 1 as well."),
    Mistake(lambda s, w: (unit(s) * np.where(w.sum(1, keepdims=True) == 0, 1, w)[..., None]).sum(1), "this is the sum; scale it to length 1."),
    Mistake(lambda s, w: np.where(w.sum(1)[:, None] == 0, np.nan, weighted_prototypes(s, w)), "all weights 0 give NaN: take equal weights there."),
    Mistake(lambda s, w: np.where(w.sum(1)[:, None] == 0, 0, weighted_prototypes(s, w)), "all weights 0: take equal weights, not a vector of zeros."),
    Mistake(lambda s, w: unit((unit(s) * np.where(w.sum(1, keepdims=True) == 0, 1, w)[..., None]).sum(0)), "you averaged over the classes; average over the examples of each."),
    Mistake(lambda s, w: weighted_prototypes(s, w * (w == w.max(1, keepdims=True))), "this is the heaviest example alone; take the mean."),
    Mistake(lambda s, w: unit(s)[:, 0], "this is the first example alone; take the mean."),
    Mistake(lambda s, w: (x := weighted_prototypes(s, w) , x / np.linalg.norm(x))[1], "the length of all prototypes together is 1: each one should have it (mind the axis)."),
    Mistake(lambda s, w: unit(np.median(unit(s), 1)), "this is the median; take the mean with weights."),
)  # fmt: skip


def _clear(test):
    def wrong(p, q, lead):
        s = unit(q) @ unit(p).T
        ranked = np.sort(s, axis=1)
        return np.where(test(ranked[:, -1], ranked[:, -2], ranked, lead), s.argmax(1), -1)

    return wrong


_CLASSIFY_MISTAKES = (
    Mistake(lambda p, q, lead: classify(p, q, lead, cosines=lambda q, p: q @ p.T), "these are dot products: a long vector wins. Take cosines."),
    Mistake(lambda p, q, lead: classify(p, q, lead, cosines=lambda q, p: unit(q) @ p.T), "the prototypes are not scaled to length 1."),
    Mistake(lambda p, q, lead: classify(p, q, lead, cosines=lambda q, p: q @ unit(p).T), "the queries are not scaled to length 1, so lead means another gap for each."),
    Mistake(lambda p, q, lead: classify(p, q, lead, cosines=lambda q, p: q @ p.T / (np.linalg.norm(q) * np.linalg.norm(p))), "you divided by the length of all vectors together; mind the axis."),
    Mistake(lambda p, q, lead: classify(p, q, lead, cosines=lambda q, p: -unit(q) @ unit(p).T), "this is the farthest class, not the closest."),
    Mistake(_clear(lambda best, second, ranked, lead: best > -9), "nothing is ever unknown here: compare best - second with lead."),
    Mistake(_clear(lambda best, second, ranked, lead: best - second >= lead), "a tie is not clear: the gap must be above lead, > and not >=."),
    Mistake(_clear(lambda best, second, ranked, lead: best > lead), "you compared the best cosine with lead; compare its distance to the second."),
    Mistake(_clear(lambda best, second, ranked, lead: best - ranked[:, 0] > lead), "you took the worst class for the second best."),
    Mistake(_clear(lambda best, second, ranked, lead: best - ranked.mean(1) > lead), "compare with the second best, not with the mean."),
    Mistake(_clear(lambda best, second, ranked, lead: best - second < lead), "the answer and the refusal are the other way round."),
    Mistake(lambda p, q, lead: classify(p, q, lead) + 1, "classes are rows of prototypes, counted from 0; -1 is unknown."),
    Mistake(lambda p, q, lead: classify(p, q, lead, cosines=lambda q, p: -np.linalg.norm(q[:, None] - p, axis=-1)), "these are Euclidean distances of vectors of any length; take cosines."),
)  # fmt: skip


def _interval(centre_of, half_of):
    def wrong(right, n, z):
        p = right / n
        centre, half = centre_of(p, n, z), half_of(p, n, z)
        return np.array([centre - half, centre + half])

    return wrong


def _centre(p, n, z):
    return (p + z**2 / (2 * n)) / (1 + z**2 / n)


def _half(p, n, z):
    return z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)


_WILSON_MISTAKES = (
    Mistake(_interval(lambda p, n, z: p, lambda p, n, z: z * np.sqrt(p * (1 - p) / n)), "this is the normal interval: at 0 of n it has no width. Use the formula above."),
    Mistake(_interval(lambda p, n, z: p, _half), "the centre is not the share itself; it is pulled towards 1/2."),
    Mistake(_interval(_centre, lambda p, n, z: z * np.sqrt(p * (1 - p) / n) / (1 + z**2 / n)), "the second term under the root is missing."),
    Mistake(_interval(_centre, lambda p, n, z: _half(p, n, z) / z), "z is missing in front of the root."),
    Mistake(_interval(_centre, lambda p, n, z: _half(p, n, z) * (1 + z**2 / n)), "the half width is divided by 1 + z^2/n too."),
    Mistake(_interval(lambda p, n, z: _centre(p, n, z) * (1 + z**2 / n), _half), "the centre is divided by 1 + z^2/n too."),
    Mistake(lambda right, n, z: wilson(right, n, z**2), "z and its square are mixed up."),
    Mistake(lambda right, n, z: wilson(right, n, 1.96), "z is fixed at 1.96; use the one given."),
    Mistake(lambda right, n, z: 100 * wilson(right, n, z), "give shares from 0 to 1, not per cent."),
    Mistake(lambda right, n, z: wilson(right, n, z)[::-1], "low first, then high."),
    Mistake(_interval(_centre, lambda p, n, z: 2 * _half(p, n, z)), "the half width was doubled."),
    Mistake(lambda right, n, z: n * wilson(right, n, z), "these are counts; give shares."),
    Mistake(_interval(_centre, lambda p, n, z: z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n)) / (1 + z**2 / n)), "under the root z^2 is divided by 4 n^2, not by 4 n."),
)  # fmt: skip


def _around(half_of):
    def wrong(a, b):
        gap = (b - a).mean()
        half = half_of(a, b)
        return np.array([gap, gap - half, gap + half])

    return wrong


def _error(gap, ddof=1):
    return gap.std(ddof=ddof) / np.sqrt(len(gap))


_COMPARE_MISTAKES = (
    Mistake(_around(lambda a, b: 1.96 * np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))), "this treats the scores as two unrelated samples; take the differences episode by episode."),
    Mistake(_around(lambda a, b: 1.96 * (_error(a) + _error(b))), "two intervals do not add up; take the differences episode by episode."),
    Mistake(_around(lambda a, b: 1.96 * _error(b - a, 0)), "the spread was divided by n; a sample takes n - 1."),
    Mistake(_around(lambda a, b: 1.96 * (b - a).std(ddof=1)), "this is the spread of the episodes; that of their mean is smaller by the root of n."),
    Mistake(_around(lambda a, b: 1.96 * (b - a).std(ddof=1) / len(a)), "divide by the root of n, not by n."),
    Mistake(_around(lambda a, b: _error(b - a)), "the factor 1.96 is missing."),
    Mistake(_around(lambda a, b: 2 * 1.96 * _error(b - a)), "the half width was doubled."),
    Mistake(lambda a, b: compare(b, a), "the sign is swapped: how much better is the second?"),
    Mistake(_around(lambda a, b: 1.96 * (b - a).var(ddof=1) / np.sqrt(len(a))), "that is the variance; take its root."),
    Mistake(lambda a, b: np.clip(compare(a, b), 0, 1), "a difference may be negative; cut nothing off."),
    Mistake(lambda a, b: compare(a, b)[[1, 2]], "give the difference first, then low and high."),
    Mistake(lambda a, b: compare(np.zeros_like(a), b), "this is the interval of the second alone."),
)  # fmt: skip

EXERCISES = {
    "lab4.1": Instant("sample an episode", sample_episode, _EPISODES, _EPISODE_MISTAKES,
                      "print one episode with label[support] and drawer[support], and read it row by row.", _ASK_EPISODE),
    "lab4.2": Instant("weighted prototypes", weighted_prototypes, _SUPPORTS, _PROTOTYPE_MISTAKES,
                      "three steps: unit embeddings, mean with weights, unit again. Print each."),
    "lab4.3": Instant("classify or refuse", classify, _QUERIES, _CLASSIFY_MISTAKES,
                      "print the cosines of the first query, sorted, and decide by hand."),
    "lab4.4": Instant("Wilson interval", wilson, _COUNTS, _WILSON_MISTAKES,
                      "compute p, the scale 1 + z^2/n, the centre and the half width one by one."),
    "lab4.5": Instant("paired comparison", compare, _SCORES, _COMPARE_MISTAKES,
                      "print the differences, their mean and their spread."),
}  # fmt: skip
