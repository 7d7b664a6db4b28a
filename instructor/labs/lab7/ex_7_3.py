"""Exercise 7.3, name it."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab7.ex_7_1 import read_curve
from instructor.labs.lab7.ex_7_2 import read_embeddings
from instructor.labs.lab7.runs import NAMES, make_run
from instructor.labs.lab7.visible import RUNS
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip

_LISTED = f"NAMES = {[*NAMES[1:], NAMES[0]]}\n"
ASK_NAME = (
    _LISTED
    + """
name = answer(*case)
row = 1 + NAMES.index(name) if isinstance(name, str) and name in NAMES else -1
None if name is None else {"row of the table": row, "shown": name}
"""
)


def _repeats(batch):
    return len(np.unique(batch)) < len(batch)


def _grouped(run, left, right):
    return np.isin(run["group"][run[left]], run["group"][run[right]]).any()


# Each looks at (run, curve signs, embedding signs). A limit is a number between sick and healthy.
TESTS = {
    "nan": lambda run, c, e: c[0] >= 0 and c[1] <= 2,
    "rate": lambda run, c, e: c[1] > 2,
    "axis": lambda run, c, e: e[1] > 0.001,
    "collapse": lambda run, c, e: e[0] < 0.01,
    "flipped": lambda run, c, e: e[2] < 0.65,
    "false": lambda run, c, e: _repeats(run["batch"]),
    "margin": lambda run, c, e: c[2] > 0.6,
    "seen": lambda run, c, e: np.isin(run["test_rows"], run["train_rows"]).any(),
    "leaky": lambda run, c, e: _grouped(run, "test_rows", "train_rows"),
    "chosen": lambda run, c, e: np.isin(run["test_rows"], run["threshold_rows"]).any(),
}
_NAME = dict(zip(TESTS, NAMES[1:], strict=True))


def name_failure(run, *, order=tuple(TESTS), none="healthy", **tests):
    """The name of the first test that holds. tests: others in place of those above."""
    curve = read_curve(run["loss"])
    with np.errstate(invalid="ignore"):
        rows = read_embeddings(run["embeddings"], run["label"])
    all_tests = TESTS | tests
    return next((_NAME[key] for key in order if all_tests[key](run, curve, rows)), none)


def _before(first, second):
    """The order with the second test moved to just before the first."""
    order = [key for key in TESTS if key != second]
    order.insert(order.index(first), second)
    return {"order": tuple(order)}


def _never(run, c, e):
    return False


def _missed(key):
    """NaN is not asked for; what such a run is called then depends on how NaN is compared."""
    if key == "nan":
        return {"nan": _never}
    return {"nan": _never, key: lambda run, c, e: TESTS["nan"](run, c, e) or TESTS[key](run, c, e)}


def _taken(key):
    """A curve that is NaN from the first step on is called by this name: NaN was compared."""
    return {key: lambda run, c, e: c[0] == 0 or TESTS[key](run, c, e)}


_MISTAKES = tuple(
    Mistake(slip(name_failure, **switches), hint)
    for switches, hint in (
        ({"nan": lambda run, c, e: c[0] >= 0}, "a curve that rose before it broke was thrown off by its rate: NaN asks for no rise."),
        *(({**_taken(key), "nan": lambda run, c, e: c[0] != 0 and c[1] <= 2}, "an `if` takes -1 for true: ask whether the step of the break is 0 or more.") for key in ("nan", "collapse")),
        *((_missed(key), "a curve that breaks without a rise is never called NaN.") for key in ("nan", "collapse", "flipped")),
        ({"rate": _never}, "no rise is ever noticed: compare it with RISE."),
        ({"rate": lambda run, c, e: c[0] < 0 and c[1] > 2}, "a curve may rise and then break: that is the rate, too."),
        ({"rate": lambda run, c, e: c[1] > 1}, "a healthy curve may rise a little: only above RISE it is the rate."),
        ({"rate": lambda run, c, e: c[1] > 1, "nan": lambda run, c, e: c[0] >= 0 and c[1] <= 1}, "a healthy curve may rise a little: only above RISE it is the rate."),
        (_before("rate", "collapse"), "a rate too high often ends in a dead network: look at the rise before the spread."),
        ({"axis": _never}, "the lengths of the rows are never looked at: compare them with OFF."),
        ({"axis": lambda run, c, e: e[1] > 0.6}, "a wrong axis need not make all lengths tiny: OFF is all that rounding may do."),
        (_before("axis", "margin"), "a wrong axis rests high as well; look at the lengths before the rest."),
        ({"collapse": _never}, "no collapse is ever noticed: compare the spread with SPREAD."),
        ({"collapse": lambda run, c, e: e[0] < 0.01 and c[2] < 0.5}, "a collapse may also stand at the margin: only the spread tells, not the curve."),
        ({"collapse": lambda run, c, e: e[0] < 0.01 and c[2] > 0.5}, "the loss of a collapse may fall to 0: only the spread tells, not the curve."),
        (_before("collapse", "margin"), "a collapse can rest at the margin; look at the spread before the rest."),
        ({"flipped": _never}, "flipped labels are never noticed: compare the share of closer same pairs with CLOSER."),
        ({"flipped": lambda run, c, e: e[2] > 0.65}, "flipped labels make the share small, not large."),
        ({"false": _never}, "no batch is ever looked at: does one class come twice in it?"),
        ({"false": lambda run, c, e: _repeats(run["batch"]) and c[2] > 0.6}, "false negatives need not rest high: the batch tells, not the curve."),
        ({"false": lambda run, c, e: _repeats(run["label"])}, "a class has many rows, so its label comes often; false negatives are in run[\"batch\"]."),
        (_before("false", "margin"), "false negatives can rest high as well; look at the batch before the rest."),
        ({"margin": _never}, "a curve that rests high is never noticed: compare the rest with REST."),
        ({"margin": lambda run, c, e: c[2] > 0.85}, "a margin too large need not stop the loss altogether: REST is the limit."),
        ({"seen": lambda run, c, e: np.isin(run["test_rows"], run["train_rows"]).all()}, "one test row that was trained on is enough: any, not all."),
        (_before("seen", "leaky"), "a row that was trained on has its group on both sides, too: ask for rows before groups."),
        ({"leaky": _never}, "groups on both sides are never noticed: compare group[test_rows] with group[train_rows]."),
        ({"chosen": _never}, "the threshold's rows are never compared with the test's."),
        ({"chosen": lambda run, c, e: np.isin(run["test_rows"], run["threshold_rows"]).all()}, "one test row that chose the threshold is enough: any, not all."),
        ({"none": "NaN"}, "a run in which nothing is found is healthy."),
    )
) + (
    Mistake({"row of the table": -1}, "give one of the names of the table, written as it stands there."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _runs(*names):
    """Two guises of each of these failures among healthy runs, shuffled."""

    def draw(rng):
        cases = [make_run(rng, name, variant=v) for name in (*names, "healthy") for v in (0, 1)]
        return [(cases[k],) for k in rng.permutation(len(cases))]

    return draw


_GRADED = f"{list(NAMES)}.index(name_failure(*case))"
_judge = close(lambda run: NAMES.index(name_failure(run)))

EXERCISE = Exercise(
    title="name it",
    call="name_failure",
    right=name_failure,
    cases=RUNS,
    mistakes=_MISTAKES,
    meaning="The order does half of the work: an explosion looks like a collapse afterwards, and both may rest as high as a margin too large.",
    fallback="print the six signs of this run, and go down the table from its first row.",
    ask=ASK_NAME,
    parts=(
        Part("curves", 6, _runs(*NAMES[1:3], NAMES[7]), _GRADED, _judge),
        Part("embeddings", 6, _runs(*NAMES[3:5]), _GRADED, _judge),
        Part("labels and batches", 6, _runs(*NAMES[5:7]), _GRADED, _judge),
        Part("rows", 6, _runs(*NAMES[8:]), _GRADED, _judge),
    ),
)
