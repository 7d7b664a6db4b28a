"""Challenges of lab 4, one-shot classification."""

import numpy as np

from instructor.challenges.challenge import Challenge, Part, close, numbers
from instructor.instant import lab4 as right

_space = {"np": np}
exec(right.FACTS, _space)
_EPISODES = 40
_ASK_EPISODES = f"""\
import numpy as np
[[np.asarray(part) for part in sample_episode(*case[:5], np.random.default_rng(case[5] + k))]
 for k in [*range({_EPISODES}), 0]]
"""


def _drawings(rng):
    """(label, drawer, n_way, k_shot, n_query, seed): each drawer drew each class once."""
    cases = []
    for classes, drawers, sizes in ((9, 7, (4, 2, 3)), (6, 5, (6, 1, 1)), (12, 8, (5, 3, 2))):
        names = rng.permutation(200)[: classes + drawers]
        label, drawer = (x.ravel() for x in np.meshgrid(names[:classes], names[classes:]))
        order = rng.permutation(len(label))
        cases.append((label[order], drawer[order], *sizes, int(rng.integers(10**6))))
    return cases


def _facts(*names):
    """Judge from those facts about the drawn episodes; the shapes must be right for any point."""

    def judge(case, answer):
        try:
            episodes = [[numbers(part) for part in episode] for episode in answer]
            assert len(episodes) == _EPISODES + 1
            found = _space["facts"](*case[:5], episodes[:-1])
        except (AttributeError, TypeError, ValueError, IndexError, AssertionError):
            return 0.0
        again = [np.array_equal(a, b) for a, b in zip(episodes[0], episodes[-1], strict=True)]
        found["the same rng, the same episode"] = all(again)
        return float(all(found.get(name) for name in ("shapes", "places in label", *names)))

    return judge


_CLASSES = ("one class a row", "classes all different")
_DRAWERS = ("one drawer a column", "support and query by other drawers", "no image twice")
_CHANCE = ("chance comes from rng", "each class has its turn", "each drawer has its turn",
           "the same rng, the same episode")  # fmt: skip


def _supports(rng):
    sizes = ((3, 2, 4), (5, 4, 4), (2, 1, 6))
    return [
        (rng.normal(size=s) * rng.uniform(0.1, 9, (*s[:2], 1)), rng.uniform(0, 4, s[:2]))
        for s in sizes
    ]


def _empty_supports(rng):
    cases = _supports(rng)
    for _, weight in cases:
        weight[rng.integers(len(weight))] = 0
    return cases


def _queries(rng, lead):
    sizes = ((3, 8, 4), (6, 20, 5))
    return [(rng.normal(size=(n, d)) * rng.uniform(0.1, 9, (n, 1)),
             rng.normal(size=(q, d)) * rng.uniform(0.1, 9, (q, 1)), lead) for n, q, d in sizes]  # fmt: skip


def _ties(rng):
    """Prototypes along the axes, where ties and a lead of exactly 1 are exact to the last bit."""
    place = rng.permutation(4)
    query = np.array([[3.0, 3, 1, 0], [5, 2, 1, 1], [1, 1, 1, 1], [0, 2, 2, 2], [-1, 0, 0, 4]])
    along = np.eye(4)[rng.permutation(4)[:3]] * rng.integers(1, 5)
    return [(np.eye(4)[place], query * rng.integers(1, 5), 0.0), (np.eye(4), along, 1.0)]


def _counts(rng):
    return [
        (int(rng.integers(1, n)), n, z)
        for n, z in ((12, 1.96), (150, 1.96), (40, float(rng.uniform(1, 3))))
    ]


def _all_or_none(rng):
    return [(k, n, 1.96) for n in map(int, rng.integers(5, 60, 2)) for k in (0, n)]


def _scores(rng):
    cases = []
    for n in (8, 40, 40):
        first = rng.integers(2, 6, n) / 5
        cases.append((first, np.clip(first + rng.integers(-2, 3, n) / 5, 0, 1)))
    return [*cases, cases[1][::-1]]


def _difference(first, second):
    return right.compare(first, second)[0]


_prototypes, _class, _wilson = (
    close(f) for f in (right.weighted_prototypes, right.classify, right.wilson)
)

CHALLENGES = {
    "4.1": Challenge("Sample an episode", (
        Part("shapes and classes", 9, _drawings, _ASK_EPISODES, _facts(*_CLASSES)),
        Part("drawers", 10, _drawings, _ASK_EPISODES, _facts(*_DRAWERS)),
        Part("chance", 6, _drawings, _ASK_EPISODES, _facts(*_CLASSES, *_CHANCE)),
    )),
    "4.2": Challenge("Weighted prototypes", (
        Part("values", 14, _supports, "weighted_prototypes(*case)", _prototypes),
        Part("all weights 0", 6, _empty_supports, "weighted_prototypes(*case)", _prototypes),
    )),
    "4.3": Challenge("Classify or refuse", (
        Part("nearest class", 8, lambda rng: _queries(rng, -1.0), "classify(*case)", _class),
        Part("refusals", 8, lambda rng: _queries(rng, 0.3), "classify(*case)", _class),
        Part("ties", 4, _ties, "classify(*case)", _class),
    )),
    "4.4": Challenge("Wilson interval", (
        Part("values", 10, _counts, "wilson(*case)", _wilson),
        Part("none or all right", 5, _all_or_none, "wilson(*case)", _wilson),
    )),
    "4.5": Challenge("Paired comparison", (
        Part("difference", 5, _scores, "compare(*case)[0]", close(_difference)),
        Part("interval", 15, _scores, "compare(*case)", close(right.compare)),
    )),
}  # fmt: skip
