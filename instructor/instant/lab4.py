"""Lab 4, one-shot classification: right answers and likely mistakes."""

import numpy as np

from instructor.instant.instant import Instant
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip

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
def is_pair(episode):
    return isinstance(episode, (tuple, list)) and len(episode) == 2
first = drawn(0)
None if first is None else {"shapes": False, "shown": first} if not is_pair(first) else {
    **facts(*case[:5], [drawn(k) for k in range(40)]), "the same rng, the same episode": again(),
    "shown": {"support": np.asarray(first[0]), "query": np.asarray(first[1])}}
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


def _equal_where_empty(weight):
    return np.where(weight.sum(axis=1, keepdims=True) == 0, 1, weight)


def weighted_prototypes(
    support, weight, *, first=unit, weigh=_equal_where_empty, over=1, last=unit,
):  # fmt: skip
    """first and last: what is done to each embedding before the mean, and to the mean after it."""
    w = weigh(weight)
    return last((first(support) * w[..., None]).sum(axis=over))


def _cosines(q, p):
    return unit(q) @ unit(p).T


def _lead(best, second, ranked):
    return best - second


def classify(
    prototypes, query, lead, *, cosines=_cosines, gap=_lead, clear=np.greater, unknown=-1,
    answer=lambda similarity: similarity.argmax(axis=1),
):  # fmt: skip
    similarity = cosines(query, prototypes)
    ranked = np.sort(similarity, axis=1)
    is_clear = clear(gap(ranked[:, -1], ranked[:, -2], ranked), lead)
    return np.where(is_clear, answer(similarity), unknown)


def _centre(p, n, z):
    return (p + z**2 / (2 * n)) / (1 + z**2 / n)


def _under(p, n, z):
    return p * (1 - p) / n + z**2 / (4 * n**2)


def wilson(
    right, n, z, *, share=lambda right, n: right / n, centre=_centre, under=_under, root=np.sqrt,
    factor=lambda n, z: z / (1 + z**2 / n),
):  # fmt: skip
    p = share(right, n)
    half = factor(n, z) * root(under(p, n, z))
    return np.array([centre(p, n, z) - half, centre(p, n, z) + half])


def _standard_error(gap):
    return gap.std(ddof=1) / np.sqrt(len(gap))


def compare(first, second, *, gap=lambda a, b: b - a, error=_standard_error, times=1.96):
    d = gap(first, second)
    half = times * error(d)
    return np.array([d.mean(), d.mean() - half, d.mean() + half])


_rng = np.random.default_rng(4)


def _drawings(names, drawers):
    """One image of each class by each drawer, in random order."""
    label, drawer = (part.ravel() for part in np.meshgrid(names, drawers))
    order = _rng.permutation(len(label))
    return label[order].astype(int), drawer[order].astype(int)


_EPISODES = (
    (*_drawings([3, 5, 8, 9, 14], range(6)), 3, 2, 1, 0),
    (*_drawings([20, 21, 22, 30, 31, 32, 33], [4, 6, 7, 8, 9]), 5, 1, 2, 100),
    (*_drawings([1, 2, 4, 7], [10, 11, 12, 13, 14]), 4, 3, 2, 200),  # all classes, all drawers
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
    (
        np.eye(3),
        np.array([[4.0, 3, 0], [1, 0, 0], [0, 0, 5], [-1, 2, -1]]),
        1.0,
    ),  # a lead of exactly 1
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


def _as_it_is(x):
    return x


def _together(x):
    return x / np.linalg.norm(x)


_PROTOTYPE_MISTAKES = tuple(
    Mistake(slip(weighted_prototypes, **switches), hint)
    for switches, hint in (
        ({"first": _as_it_is}, _UNIT_FIRST),
        ({"weigh": np.ones_like}, "the weights are not used."),
        ({"weigh": lambda w: _equal_where_empty(w) ** 2}, "the weights came in twice (squared)."),
        ({"last": _as_it_is}, "this is the sum; scale it to length 1."),
        ({"gives": _together}, "the length of all prototypes together is 1: each one should have it (mind the axis)."),
        ({"last": _together}, "the length of all prototypes together is 1: each one should have it (mind the axis)."),
        ({"over": 0}, "you averaged over the classes; average over the examples of each."),
        ({"weigh": lambda w: _equal_where_empty(w * (w == w.max(1, keepdims=True)))}, "this is the heaviest example alone; take the mean."),
        ({"gives": lambda p: p.mean(0)}, "keep one prototype for each class."),
    )
) + (
    Mistake(lambda s, w: (x := _equal_where_empty(w), (unit(s) * x[..., None]).sum(1) / x.sum(1)[:, None])[1], "scale the mean to length 1 as well."),
    Mistake(lambda s, w: (x := _equal_where_empty(w), (s * x[..., None]).sum(1) / x.sum(1)[:, None])[1], "the lengths are missing: scale each embedding to length 1 before the mean, and the mean after it."),
    Mistake(lambda s, w: np.where(w.sum(1)[:, None] == 0, np.nan, weighted_prototypes(s, w)), "all weights 0 give NaN: take equal weights there."),
    Mistake(lambda s, w: np.where(w.sum(1)[:, None] == 0, 0, weighted_prototypes(s, w)), "all weights 0: take equal weights, not a vector of zeros."),
    Mistake(lambda s, w: unit(s)[:, 0], "this is the first example alone; take the mean."),
    Mistake(lambda s, w: unit(np.median(unit(s), 1)), "this is the median; take the mean with weights."),
)  # fmt: skip


_CLASSIFY_MISTAKES = tuple(
    Mistake(slip(classify, **switches), hint)
    for switches, hint in (
        ({"cosines": lambda q, p: q @ p.T}, "these are dot products: a long vector wins. Take cosines."),
        ({"cosines": lambda q, p: unit(q) @ p.T}, "the prototypes are not scaled to length 1."),
        ({"cosines": lambda q, p: q @ unit(p).T}, "the queries are not scaled to length 1, so lead means another gap for each."),
        ({"cosines": lambda q, p: q @ p.T / (np.linalg.norm(q) * np.linalg.norm(p))}, "you divided by the length of all vectors together; mind the axis."),
        ({"cosines": lambda q, p: -unit(q) @ unit(p).T}, "this is the farthest class, not the closest."),
        ({"answer": lambda s: s.argmin(axis=1)}, "this is the farthest class, not the closest: argmax of the cosines."),
        ({"clear": lambda gap, lead: gap > -9}, "nothing is ever unknown here: compare best - second with lead."),
        ({"clear": np.greater_equal}, "a tie is not clear: the gap must be above lead, > and not >=."),
        ({"gap": lambda best, second, ranked: best}, "you compared the best cosine with lead; compare its distance to the second."),
        ({"gap": lambda best, second, ranked: best - ranked[:, 0]}, "you took the worst class for the second best."),
        ({"gap": lambda best, second, ranked: best - ranked.mean(1)}, "compare with the second best, not with the mean."),
        ({"gap": lambda best, second, ranked: second - best}, "the gap is the best minus the second best; yours is negative."),
        ({"clear": lambda gap, lead: gap > 0}, "lead is not used: any lead above 0 is enough for you."),
        ({"clear": lambda gap, lead: ~(gap > lead)}, "the answer and the refusal are the other way round."),
        ({"gives": lambda c: c + 1}, "classes are rows of prototypes, counted from 0; -1 is unknown."),
        ({"unknown": 0}, "0 is a class; unknown is -1."),
        ({"cosines": lambda q, p: -np.linalg.norm(q[:, None] - p, axis=-1)}, "these are Euclidean distances of vectors of any length; take cosines."),
        ({"gives": lambda c: c.astype(float)[:, None]}, "give one class for each query, [q], not a column."),
    )
)  # fmt: skip


_WILSON_MISTAKES = tuple(
    Mistake(slip(wilson, **switches), hint)
    for switches, hint in (
        ({"centre": lambda p, n, z: p, "under": lambda p, n, z: p * (1 - p) / n, "factor": lambda n, z: z}, "this is the normal interval: at 0 of n it has no width. Use the formula above."),
        ({"centre": lambda p, n, z: p}, "the centre is not the share itself; it is pulled towards 1/2."),
        ({"centre": lambda p, n, z: p / (1 + z**2 / n)}, "z^2/(2n) is missing in the centre."),
        ({"centre": lambda p, n, z: _centre(p, n, z) * (1 + z**2 / n)}, "the centre is divided by 1 + z^2/n too."),
        ({"centre": lambda p, n, z: (p + z**2 / n) / (1 + z**2 / n)}, "in the centre z^2 is divided by 2 n, not by n."),
        ({"under": lambda p, n, z: p * (1 - p) / n}, "the second term under the root is missing."),
        ({"under": lambda p, n, z: p * (1 - p) / n + z**2 / (4 * n)}, "under the root z^2 is divided by 4 n^2, not by 4 n."),
        ({"under": lambda p, n, z: p * (1 - p) + z**2 / (4 * n**2)}, "under the root p (1 - p) is divided by n."),
        ({"under": lambda p, n, z: p * (1 - p) / n + z**2 / (2 * n) ** 2 / n}, "under the root z^2 is divided by 4 n^2 and by nothing more."),
        ({"root": lambda x: x}, "the root is missing."),
        ({"factor": lambda n, z: 1 / (1 + z**2 / n)}, "z is missing in front of the root."),
        ({"factor": lambda n, z: z}, "the half width is divided by 1 + z^2/n too."),
        ({"factor": lambda n, z: 2 * z / (1 + z**2 / n)}, "the half width was doubled."),
        ({"given": lambda right, n, z: (right, n, z**2)}, "z and its square are mixed up."),
        ({"given": lambda right, n, z: (right, n, z**0.5)}, "z is squared in the formula; yours comes in once where its square stands."),
        ({"given": lambda right, n, z: (right, n, 1.96)}, "z is fixed at 1.96; use the one given."),
        ({"share": lambda right, n: right}, "p is the share, right / n; you took the count."),
        ({"share": lambda right, n: 1 - right / n}, "p is the share of right answers; yours is that of the wrong ones."),
        ({"gives": lambda ends: 100 * ends}, "give shares from 0 to 1, not per cent."),
        ({"gives": lambda ends: ends[::-1]}, "low first, then high."),
        ({"gives": lambda ends: np.clip(ends, 0.01, 0.99)}, "nothing needs to be cut off here."),
    )
) + (
    Mistake(lambda right, n, z: n * wilson(right, n, z), "these are counts; give shares."),
    Mistake(lambda right, n, z: np.array([wilson(right, n, z).mean(), np.ptp(wilson(right, n, z)) / 2]), "these are the centre and the half width; give the two ends."),
)  # fmt: skip


def _error_with(ddof=1, over=lambda n: np.sqrt(n), spread=np.std):
    return lambda gap: spread(gap, ddof=ddof) / over(len(gap))


def _unpaired(error_of):
    def wrong(a, b):
        gap, half = (b - a).mean(), 1.96 * error_of(a, b)
        return np.array([gap, gap - half, gap + half])

    return wrong


_COMPARE_MISTAKES = (
    Mistake(_unpaired(lambda a, b: np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))), "this treats the scores as two unrelated samples; take the differences episode by episode."),
    Mistake(_unpaired(lambda a, b: np.sqrt(a.var() / len(a) + b.var() / len(b))), "this treats the scores as two unrelated samples; take the differences episode by episode, and divide by n - 1."),
    Mistake(_unpaired(lambda a, b: _standard_error(a) + _standard_error(b)), "two intervals do not add up; take the differences episode by episode."),
    *(
        Mistake(slip(compare, **switches), hint)
        for switches, hint in (
            ({"error": _error_with(ddof=0)}, "the spread was divided by n; a sample takes n - 1."),
            ({"error": _error_with(over=lambda n: 1)}, "this is the spread of the episodes; that of their mean is smaller by the root of n."),
            ({"error": _error_with(over=lambda n: n)}, "divide by the root of n, not by n."),
            ({"error": _error_with(over=lambda n: np.sqrt(n - 1))}, "the root is of n; n - 1 belongs in the spread."),
            ({"error": _error_with(ddof=0, over=lambda n: 1)}, "this is the spread of the episodes (with n); divide it by the root of n, and take n - 1 in it."),
            ({"error": _error_with(spread=np.var)}, "that is the variance; take its root."),
            ({"times": 1.0}, "the factor 1.96 is missing."),
            ({"times": 2 * 1.96}, "the half width was doubled."),
            ({"times": 2.0}, "the factor is 1.96, not 2."),
            ({"gap": lambda a, b: a - b}, "the sign is swapped: how much better is the second?"),
            ({"gap": lambda a, b: abs(b - a)}, "a difference keeps its sign: one episode may take back what another gives."),
            ({"gap": lambda a, b: b}, "this is the interval of the second alone."),
            ({"gap": lambda a, b: a}, "this is the interval of the first alone."),
            ({"gives": lambda out: np.clip(out, 0, 1)}, "a difference may be negative; cut nothing off."),
            ({"gives": lambda out: out[[1, 2]]}, "give the difference first, then low and high."),
            ({"gives": lambda out: out[[1, 2, 0]]}, "give the difference first, then low and high."),
            ({"gives": lambda out: out[[1, 0, 2]]}, "give the difference first, then low and high."),
            ({"gives": lambda out: out[[0, 2, 1]]}, "low comes before high."),
            ({"gives": lambda out: out[0]}, "this is the difference alone; give its interval too."),
            ({"gives": lambda out: np.array([out[0], out[2] - out[0]])}, "this is the difference and the half width; give low and high."),
        )
    ),
)  # fmt: skip

EXERCISES = {
    "lab4.1": Instant(
        "sample an episode", "sample_episode", sample_episode, _EPISODES, _EPISODE_MISTAKES,
        "No drawer of the support drew a query, so a network that only knows a handwriting gains nothing.",
        "take the episode shown: read label[support] and drawer[support] row by row.", _ASK_EPISODE,
        names=("label", "drawer", "n_way", "k_shot", "n_query", "seed of rng"),
    ),
    "lab4.2": Instant(
        "weighted prototypes", "weighted_prototypes", weighted_prototypes, _SUPPORTS, _PROTOTYPE_MISTAKES,
        "A prototype is a direction now: neither the length of an example nor the sum of the weights moves it.",
        "three steps: unit embeddings, mean with weights, unit again. Print each.",
        guards={3: "a class whose weights are all 0 gets equal weights: ask for that before you divide."},
    ),
    "lab4.3": Instant(
        "classify or refuse", "classify", classify, _QUERIES, _CLASSIFY_MISTAKES,
        "The model may say that it does not know; a larger lead buys fewer wrong answers with more refusals.",
        "print the cosines of the first query, sorted, and decide by hand.",
    ),
    "lab4.4": Instant(
        "Wilson interval", "wilson", wilson, _COUNTS, _WILSON_MISTAKES,
        "Even 20 of 20 has a width now: an interval that shrinks to a point would claim that nothing can ever go wrong.",
        "compute p, the scale 1 + z^2/n, the centre and the half width one by one.",
    ),
    "lab4.5": Instant(
        "paired comparison", "compare", compare, _SCORES, _COMPARE_MISTAKES,
        "Both models met the same episodes, so what is hard for both drops out of the difference, and a small gain shows.",
        "print the differences, their mean and their spread.",
    ),
}  # fmt: skip
