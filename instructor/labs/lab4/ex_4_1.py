"""Exercise 4.1, sample an episode."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import numbers
from instructor.labs.lab4.visible import EPISODES
from siamese_lib.checks.exercise import Mistake

# A program as text, since the instant check runs it in the learner's folder. Grading runs it too.
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


_MISTAKES = (
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

# Grading: what it draws and asks, and who judges the answers.

_space = {"np": np}
exec(FACTS, _space)
_EPISODES_ASKED = 40
_ASK_GRADED = f"""\
import numpy as np
[[np.asarray(part) for part in sample_episode(*case[:5], np.random.default_rng(case[5] + k))]
 for k in [*range({_EPISODES_ASKED}), 0]]
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
    """Judge of these facts about the episodes drawn. Without the right shapes there is no point."""

    def judge(case, answer):
        try:
            episodes = [[numbers(part) for part in episode] for episode in answer]
            assert len(episodes) == _EPISODES_ASKED + 1
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

EXERCISE = Exercise(
    title="sample an episode",
    call="sample_episode",
    right=sample_episode,
    cases=EPISODES,
    mistakes=_MISTAKES,
    meaning="No drawer of the support drew a query, so a network that only knows a handwriting gains nothing.",
    fallback="take the episode shown: read label[support] and drawer[support] row by row.",
    ask=_ASK_EPISODE,
    names=("label", "drawer", "n_way", "k_shot", "n_query", "seed of rng"),
    parts=(
        Part("shapes and classes", 9, _drawings, _ASK_GRADED, _facts(*_CLASSES)),
        Part("drawers", 10, _drawings, _ASK_GRADED, _facts(*_DRAWERS)),
        Part("chance", 6, _drawings, _ASK_GRADED, _facts(*_CLASSES, *_CHANCE)),
    ),
)
