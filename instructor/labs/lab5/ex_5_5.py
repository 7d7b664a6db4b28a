"""Exercise 5.5, train and predict.

The quality of a learner's model is measured on families of questions that no learner has.
"""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import numbers
from instructor.labs.lab5.questions import PAIRS, hidden_pairs, labels
from siamese_lib.checks.exercise import Mistake
from siamese_lib.datasets import load_questions

_ASK_PREDICT = """\
first, second, is_same = case
said = answer(list(first), list(second))
def facts():
    calls = np.asarray(said)
    if calls.shape != is_same.shape or calls.dtype.kind != "b":
        return {"one True or False a pair": False}
    is_right = calls == (is_same == 1)
    accuracy = is_right.mean()
    wrong = [(first[k], second[k], bool(calls[k])) for k in np.flatnonzero(~is_right)[:2]]
    odd = np.asarray(answer(["", "zyzzyva quokka", first[0]], ["", "zyzzyva quokka", ""]))
    return {
        "one True or False a pair": True,
        "says both": bool(calls.any() and not calls.all()),
        "better than the majority": bool(accuracy > 0.6),
        "above 0.8 on these": bool(accuracy > 0.8),
        "a question is the same as itself": bool(np.all(answer(list(first[:9]), list(first[:9])))),
        "nothing known, nothing the same": not odd.any(),
        "shown": {"the share that is right": float(accuracy), "called wrongly, among others": wrong},
    }
None if said is None else facts()
"""
_pairs = load_questions("validation")
_chosen = np.random.default_rng(0).choice(len(_pairs.is_same), 80, replace=False)
_PAIRS = (
    (
        [_pairs.question1[k] for k in _chosen],
        [_pairs.question2[k] for k in _chosen],
        _pairs.is_same[_chosen].astype(int),
    ),
)
_MISTAKES = (
    Mistake({"one True or False a pair": False}, "give an array of True and False, one for each pair."),
    Mistake({"says both": False}, "every pair gets the same answer: look at the threshold and at a few similarities."),
    Mistake({"better than the majority": False}, "no better than the majority: has the model trained, does the loss fall, is the threshold right?"),
    Mistake({"nothing known, nothing the same": False, "a question is the same as itself": True}, "two texts with no known word are called the same: to the model they are the same tokens. Answer False there, and for an empty text."),
    Mistake({"above 0.8 on these": False}, "it has learned something, not enough: more epochs, another learning rate or margin, all pairs."),
    Mistake({"a question is the same as itself": False}, "a question differs from itself: both sides must pass through the same encoder and tokens."),
)  # fmt: skip


def _trained_stand_in(first, second):
    """Knows the answers by heart: to build the table no model is trained."""
    known = {(a, b): y for a, b, y in zip(*_PAIRS[0], strict=True)}
    return np.array(
        [
            bool(a) and "quokka" not in a and (a == b or known.get((a, b)) == 1)
            for a, b in zip(first, second, strict=True)
        ]
    )


# Grading: what it draws and asks, and who judges the answers.

TRAINING_SECONDS = 120  # what the lab promises, on one core
# Accuracy on hidden pairs -> share of the points; straight lines between. Rules and word counts stay
# below the first, the master is above the last: benchmarks/grading/results/quality.json.
QUALITY = ((0.80, 0.0), (0.84, 0.35), (0.88, 0.75), (0.91, 1.0))


def share(accuracy):
    """The share of the points that an accuracy on hidden pairs earns."""
    return float(np.interp(accuracy, *zip(*QUALITY, strict=True)))


def _quality(rng):
    return [hidden_pairs(rng)]


def _measured(case, answer):
    is_same, calls = labels(*case), _calls(answer)
    return share((calls == is_same).mean()) if np.shape(calls) == is_same.shape else 0.0


def _calls(answer):
    """The calls as an array of True and False, one for each pair; None for anything else."""
    calls = numbers(answer)
    return calls if calls is not None and calls.dtype.kind == "b" and calls.ndim == 1 else None


def _itself(rng):
    first, second = hidden_pairs(rng)
    return [(first + first[:40], second + first[:40])]


def _odd_texts(rng):
    first, second = hidden_pairs(rng)
    letters = "bcdfghjkqvwxz"
    odd = ["".join(rng.choice(list(letters), 8)) for _ in range(4)]
    more = ["", "", odd[0], first[0], odd[2]], ["", first[1], odd[0], odd[1], odd[3]]
    return [(first + more[0], second + more[1])]


def _all(value):
    """Judge: every pair after the hidden ones is called value.

    A constant would do that, so the calls on the hidden pairs must earn something as well.
    """

    def judge(case, answer):
        hidden, calls = tuple(texts[:PAIRS] for texts in case), _calls(answer)
        if calls is None or len(calls) != len(case[0]):
            return 0.0
        return float(_measured(hidden, calls[:PAIRS]) > 0 and bool((calls[PAIRS:] == value).all()))

    return judge


_ASK_GRADED = "predict(list(case[0]), list(case[1]))"

EXERCISE = Exercise(
    title="train and predict",
    call="predict",
    right=_trained_stand_in,
    cases=_PAIRS,
    mistakes=_MISTAKES,
    meaning="Your network tells most of these pairs apart; grading asks about new things in new words, so look at what it still gets wrong.",
    fallback="look at the similarities of ten pairs beside is_same.",
    ask=_ASK_PREDICT,
    names=("first", "second", "is_same"),
    parts=(
        Part("a question and itself", 5, _itself, _ASK_GRADED, _all(True), seconds=60),
        Part("unknown and empty texts", 5, _odd_texts, _ASK_GRADED, _all(False), seconds=60),
        Part("quality on hidden pairs", 35, _quality, _ASK_GRADED, _measured, seconds=60),
    ),
    cell_seconds=TRAINING_SECONDS,
)
