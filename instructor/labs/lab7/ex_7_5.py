"""Exercise 7.5, mend the data."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import numbers
from instructor.labs.lab7.visible import DEALS
from siamese_lib.checks.exercise import Mistake

# A program as text, since the instant check runs it in the learner's folder. Grading runs it too.
FACTS = """\
def are_places(parts, size):
    is_flat = all(part.ndim == 1 and part.size and part.dtype.kind in "iu" for part in parts)
    return is_flat and all(part.min() >= 0 and part.max() < size for part in parts)
def facts(group, n_threshold, n_test, n_pairs, deals):
    deals = [[np.asarray(part) for part in deal] for deal in deals]
    if any(len(deal) != 5 or not are_places(deal, len(group)) for deal in deals):
        return {"five lists of rows": False}
    if any(len(first) != n_pairs or len(second) != n_pairs for *_, first, second in deals):
        return {"five lists of rows": True, "n_pairs pairs": False}
    own = [[np.unique(group[part]) for part in deal[:3]] for deal in deals]
    every = np.arange(len(group))
    return {
        "five lists of rows": True,
        "n_pairs pairs": True,
        "no test row was trained on": not any(np.isin(test, train).any() for train, _, test, *_ in deals),
        "no test row chose the threshold": not any(np.isin(test, chose).any() for _, chose, test, *_ in deals),
        "a group is on one side only": all(len(np.unique(np.concatenate(o))) == sum(map(len, o)) for o in own),
        "as many groups as asked for": all((len(o[1]), len(o[2])) == (n_threshold, n_test) for o in own),
        "every row is used": all(np.array_equal(np.sort(np.concatenate(d[:3])), every) for d in deals),
        "a pair is of one group": all((group[d[3]] == group[d[4]]).all() for d in deals),
        "no row is paired with itself": all((d[3] != d[4]).all() for d in deals),
        "the batch is of train": all(np.isin(d[3:], d[0]).all() for d in deals),
        "each group comes once in the batch": all(len(np.unique(group[d[3]])) == n_pairs for d in deals),
        "chance comes from rng": not all(np.array_equal(d[2], deals[0][2]) for d in deals),
        "each group has its turn": len(np.unique(np.concatenate([o[2] for o in own]))) == len(np.unique(group)),
        "the pairs change": len(np.unique(np.concatenate([d[3] for d in deals]))) > len(np.unique(group)),
    }
"""
_ASK_DEAL = (
    FACTS
    + """
def dealt(k):
    return answer(*case[:4], np.random.default_rng(case[4] + k))
def again():
    return all(np.array_equal(a, b) for a, b in zip(dealt(0), dealt(0)))
def is_five(deal):
    return isinstance(deal, (tuple, list)) and len(deal) == 5
SHOWN = ("train", "threshold", "test", "first", "second")
deal = dealt(0)
None if deal is None else {"five lists of rows": False, "shown": deal} if not is_five(deal) else {
    **facts(*case[:4], [dealt(k) for k in range(80)]), "the same rng, the same deal": again(),
    "shown": dict(zip(SHOWN, map(np.asarray, deal)))}
"""
)


def deal(group, n_threshold, n_test, n_pairs, rng):
    names = rng.permutation(np.unique(group)).tolist()
    sides = names[n_test + n_threshold :], names[n_test:][:n_threshold], names[:n_test]
    parts = [np.array([i for i, name in enumerate(group) if name in side]) for side in sides]
    own = rng.permutation(sides[0])[:n_pairs]
    pairs = np.array([rng.permutation(np.flatnonzero(group == name))[:2] for name in own])
    return *parts, *pairs.T


_MISTAKES = (
    Mistake({"five lists of rows": False}, "give five lists of row numbers (whole, from 0): train, threshold, test, first, second."),
    Mistake({"n_pairs pairs": False}, "first and second hold n_pairs rows each."),
    Mistake({"no test row was trained on": False}, "a test row was trained on: the parts share no row."),
    Mistake({"no test row chose the threshold": False}, "a test row chose the threshold: the parts share no row."),
    Mistake({"a group is on one side only": False}, "rows of one group lie on two sides, so the split leaks: deal out groups, then take all their rows."),
    Mistake({"as many groups as asked for": False}, "the threshold has n_threshold groups and the test n_test: groups, not rows, and train comes first."),
    Mistake({"every row is used": False}, "some rows are in no part, or twice in one: train takes all that is left."),
    Mistake({"a pair is of one group": False}, "first[i] and second[i] are of one group."),
    Mistake({"no row is paired with itself": False}, "a row is paired with itself: draw two different ones."),
    Mistake({"the batch is of train": False}, "the batch holds rows that are not for training."),
    Mistake({"each group comes once in the batch": False}, "a group comes twice in the batch, a false negative: draw the groups without replacement."),
    Mistake({"chance comes from rng": False}, "rng is not used for the split: every deal is the same."),
    Mistake({"each group has its turn": False}, "some groups are never in the test: shuffle all of them."),
    Mistake({"the pairs change": False}, "a group always gives the same pair: draw its two rows by chance."),
    Mistake({"the same rng, the same deal": False}, "some chance does not come from rng: make no generator of your own."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.

_space = {"np": np}
exec(FACTS, _space)
_DEALS_ASKED = 80
_ASK_GRADED = f"""\
import numpy as np
[[np.asarray(part) for part in deal(*case[:4], np.random.default_rng(case[4] + k))]
 for k in [*range({_DEALS_ASKED}), 0]]
"""


def _groups(rng):
    """(group, n_threshold, n_test, n_pairs, seed): two to four rows of a group, in any order."""
    cases = []
    for sizes in ((2, 2, 4), (1, 2, 3), (2, 3, 2)):
        names = rng.permutation(60)[: sum(sizes)]
        group = rng.permutation(np.repeat(names, rng.integers(2, 5, len(names))))
        cases.append((group, *sizes, int(rng.integers(10**6))))
    return cases


def _facts(*wanted):
    """Judge of these facts about the deals. Without lists of rows there is no point."""

    def judge(case, answer):
        try:
            deals = [[numbers(part) for part in one] for one in answer]
            assert len(deals) == _DEALS_ASKED + 1
            found = _space["facts"](*case[:4], deals[:-1])
        except (AttributeError, TypeError, ValueError, IndexError, AssertionError):
            return 0.0
        again = [np.array_equal(a, b) for a, b in zip(deals[0], deals[-1], strict=True)]
        found["the same rng, the same deal"] = all(again)
        return float(
            all(found.get(name) for name in ("five lists of rows", "n_pairs pairs", *wanted))
        )

    return judge


_ROWS = ("no test row was trained on", "no test row chose the threshold", "every row is used")
_SIDES = ("a group is on one side only", "as many groups as asked for")
_BATCH = ("a pair is of one group", "no row is paired with itself", "the batch is of train",
          "each group comes once in the batch")  # fmt: skip
_CHANCE = ("chance comes from rng", "each group has its turn", "the pairs change",
           "the same rng, the same deal")  # fmt: skip

EXERCISE = Exercise(
    title="mend the data",
    call="deal",
    right=deal,
    cases=DEALS,
    mistakes=_MISTAKES,
    meaning="Four more are mended: no test row was trained on or chose the threshold, no group leaks, no batch holds a false negative.",
    fallback="take the deal shown: read group[train], group[threshold], group[test] and group[first].",
    ask=_ASK_DEAL,
    names=("group", "n_threshold", "n_test", "n_pairs", "seed of rng"),
    parts=(
        Part("rows", 4, _groups, _ASK_GRADED, _facts(*_ROWS)),
        Part("groups", 4, _groups, _ASK_GRADED, _facts(*_SIDES)),
        Part("batch", 4, _groups, _ASK_GRADED, _facts(*_BATCH)),
        Part("chance", 3, _groups, _ASK_GRADED, _facts(*_ROWS, *_CHANCE)),
    ),
)
