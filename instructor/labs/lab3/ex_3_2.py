"""Exercise 3.2, scores."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _share(part, whole):
    return part / whole if whole else 0.0


def _accuracy(tp, fp, fn, tn):
    return _share(tp + tn, tp + fp + fn + tn)


def _precision(tp, fp, fn, tn):
    return _share(tp, tp + fp)


def _recall(tp, fp, fn, tn):
    return _share(tp, tp + fn)


def _majority(tp, fp, fn, tn):
    return _share(max(tp + fn, fp + tn), tp + fp + fn + tn)


def scores(table, *, accuracy=_accuracy, precision=_precision, recall=_recall, majority=_majority):
    cells = np.asarray(table, float).ravel()
    return np.array([score(*cells) for score in (accuracy, precision, recall, majority)])


_TABLES = tuple((np.array(t, float),) for t in (
    [[30, 10], [20, 40]], [[5, 3], [2, 90]], [[0, 0], [4, 6]], [[7, 3], [0, 0]], [[0, 2], [0, 8]],
))  # fmt: skip


def _nan_scores(table):
    (tp, fp), (fn, tn) = np.asarray(table, float)
    out = scores(table)
    out[1] = out[1] if tp + fp else np.nan
    out[2] = out[2] if tp + fn else np.nan
    return out


def _flat(change):
    """The four cells in another order."""
    return lambda table: (np.asarray(table, float).ravel()[change].reshape(2, 2),)


_MISTAKES = tuple(
    Mistake(slip(scores, **switches), hint)
    for switches, hint in (
        ({"precision": _recall, "recall": _precision}, "precision and recall are swapped."),
        ({"accuracy": _precision}, "precision is sold as accuracy: accuracy counts the pairs rightly called different too."),
        ({"given": _flat([0, 2, 1, 3])}, "rows and columns are swapped: a row is what was said."),
        ({"given": _flat([3, 2, 1, 0])}, "same comes first; entry (0, 0) is said same and is same."),
        ({"given": _flat([3, 1, 2, 0])}, "same comes first; entry (0, 0) is said same and is same. And mind which is the row."),
        ({"majority": lambda tp, fp, fn, tn: _share(max(tp + fp, fn + tn), tp + fp + fn + tn)}, "the majority is that of the truth, not of what the model said."),
        ({"majority": lambda tp, fp, fn, tn: _share(fp + tn, tp + fp + fn + tn)}, "the majority may also be the same pairs."),
        ({"majority": lambda tp, fp, fn, tn: _share(tp + fn, tp + fp + fn + tn)}, "the majority may also be the different pairs."),
        ({"majority": lambda tp, fp, fn, tn: max(tp + fn, fp + tn)}, "the majority is a share too: divide it by n."),
        ({"majority": lambda tp, fp, fn, tn: _share(max(tp, fp, fn, tn), tp + fp + fn + tn)}, "the majority counts a whole column, all that is truly same or truly different."),
        ({"accuracy": _majority}, "this accuracy is the majority's: it would be the same for any model."),
        ({"accuracy": lambda tp, fp, fn, tn: (_share(tp, tp + fn) + _share(tn, tn + fp)) / 2}, "this is the mean of the two classes' accuracies (balanced); count all pairs alike."),
        ({"accuracy": lambda tp, fp, fn, tn: _share(fp + fn, tp + fp + fn + tn)}, "this is the error, 1 minus the accuracy."),
        ({"accuracy": lambda tp, fp, fn, tn: _share(tp, tp + fp + fn + tn)}, "right is also a different pair called different."),
        ({"precision": lambda tp, fp, fn, tn: _share(tp, tp + fp + fn + tn)}, "precision is among the pairs called same: divide by TP + FP."),
        ({"recall": lambda tp, fp, fn, tn: _share(tp, tp + fp + fn + tn)}, "recall is among the pairs that are the same: divide by TP + FN."),
        ({"precision": _recall}, "this precision is the recall: divide by what was called same."),
        ({"recall": _precision}, "this recall is the precision: divide by what is truly the same."),
        ({"recall": lambda tp, fp, fn, tn: _share(tn, tn + fp)}, "recall is among the same pairs; this is among the different ones."),
        ({"gives": lambda out: 100 * out}, "give shares from 0 to 1, not per cent."),
    )
) + (
    Mistake(_nan_scores, "0 divided by 0 is NaN: give 0 where nothing was called same, or nothing is."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _counts(rng):
    return [(rng.integers(1, 50, (2, 2)) * np.array(scale),) for scale in
            ([[1.0, 1], [1, 1]], [[1.0, 1], [1, 9]], [[9.0, 1], [1, 1]])]  # fmt: skip


def _empty_counts(rng):
    a, b, c, d = rng.integers(1, 50, 4).astype(float)
    return [
        (np.array(t),)
        for t in ([[0, 0], [a, b]], [[0, c], [0, d]], [[0, 0], [0, a]], [[b, 0], [0, 0]])
    ]


_judge = close(scores)

EXERCISE = Exercise(
    title="scores",
    call="scores",
    right=scores,
    cases=_TABLES,
    mistakes=_MISTAKES,
    meaning="An accuracy has its majority beside it now, and a model that calls nothing the same gets a 0 in place of an error.",
    fallback="work the four numbers out on paper: what stands above each line, and what below?",
    guards=dict.fromkeys(
        (3, 4, 5),
        "where a share divides by 0 (nothing called same, or nothing the same) it is 0: ask for that before you divide.",
    ),
    parts=(
        Part("values", 10, _counts, "scores(*case)", _judge),
        Part("nothing to divide by", 5, _empty_counts, "scores(*case)", _judge),
    ),
)
