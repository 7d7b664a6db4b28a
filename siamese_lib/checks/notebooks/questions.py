"""Exercises of the notebook on training and testing."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.notebooks.questions_hard import HARD
from siamese_lib.checks.notebooks.questions_predict import PREDICT
from siamese_lib.checks.slips import slip
from siamese_lib.evaluation.metrics import accuracy_at, best_threshold

_rng = np.random.default_rng(5)


def _pairs(n, shift):
    """Similarities, shifted, that mostly agree with the labels; and the labels."""
    is_same = np.arange(n) % 3 == 0
    similarity = np.where(is_same, 0.3, -0.3) + shift + 0.25 * _rng.normal(size=n)
    return similarity, is_same.astype(int)


_LABELLED = (
    (*_pairs(30, 0.4), 0.4), (*_pairs(11, 0.0), 0.7),
    (np.array([0.5, 0.5, 0.9, 0.1]), np.array([1, 1, 1, 0]), 0.5), (*_pairs(23, 0.2), 0.1),
)  # fmt: skip
_SPLITS = tuple(
    (*_pairs(m, a), *_pairs(n, b))
    for m, n, a, b in (
        (40, 25, 0.0, 0.3), (40, 25, 0.4, 0.2), (40, 25, -0.2, -0.5), (57, 38, 0.1, 0.0),
        (61, 47, 0.3, 0.5),
    )
)  # fmt: skip
_MEANINGS = tuple(
    (np.array(meaning),) for meaning in ([3, 1, 3, 2, 3, 1], [0, 1, 2, 3], [7, 7, 7], [5, 9, 5])
)


def _above(s, t):
    return s > t


def _accuracy(s, y, t, *, call=_above, right=lambda said, y: said == y, count=np.mean):
    return count(right(call(s, t), y))


def _honest(
    v, v_same, t, t_same, *, on_validation=True, report_test=True, threshold=best_threshold
):
    chosen_on = (v, v_same) if on_validation else (t, t_same)
    reported = (t, t_same) if report_test else (v, v_same)
    return accuracy_at(*reported, threshold=threshold(*chosen_on))


def _equal_entries(meaning):
    return int((meaning[:, None] == meaning[None, :]).sum())


_REVERSED = "the direction is reversed: higher is closer."
_NOT_ABOVE = "a similarity equal to the threshold is not above it."
_ENTRIES = "these are the entries themselves; count them."
_FIXED = "0.7 is fixed in your code; take the threshold that is given."

EXERCISES = {
    "questions.1": Exercise(
        "accuracy", _accuracy, _LABELLED,
        (
            Mistake(slip(_accuracy, call=lambda s, t: s >= t), _NOT_ABOVE),
            Mistake(slip(_accuracy, call=lambda s, t: s < t), _REVERSED),
            Mistake(slip(_accuracy, call=lambda s, t: s > 0.7), _FIXED),
            Mistake(slip(_accuracy, call=lambda s, t: s > 0.5),
                    "0.5 is fixed in your code; take the threshold that is given."),
            Mistake(slip(_accuracy, count=np.sum), "this is a count; divide by the pairs."),
            Mistake(slip(_accuracy, gives=lambda share: 100 * share),
                    "this is per cent; a share lies between 0 and 1."),
            Mistake(slip(_accuracy, right=lambda said, y: said & (y == 1)),
                    "different pairs that are called different are right too."),
            Mistake(slip(_accuracy, right=lambda said, y: said),
                    "this is the share called same; compare it with the labels."),
            Mistake(slip(_accuracy, right=lambda said, y: said != y),
                    "this is the share of errors; the accuracy is the rest."),
            Mistake(slip(_accuracy, count=lambda right: right),
                    "one answer a pair; the accuracy is one number for all."),
            Mistake(lambda s, y, t: np.mean(y[s > t] == 1),
                    "this is the precision: the share of right ones among those called same."),
            Mistake(lambda s, y, t: np.mean(s[y == 1] > t),
                    "this is the recall: the share of same pairs that were found."),
            Mistake(lambda s, y, t: 2 * np.sum((s > t) & (y == 1)) / (np.sum(s > t) + np.sum(y)),
                    "this is the F1 score; the share of pairs called right is asked."),
            Mistake(lambda s, y, t: (np.mean(s[y == 1] > t) + np.mean(s[y == 0] <= t)) / 2,
                    "this gives each kind half of the say; every pair counts the same here."),
            Mistake(slip(_accuracy, right=lambda said, y: said | (y == 1)),
                    "right is where call and label agree, not where one of them says same."),
            Mistake(slip(_accuracy, right=lambda said, y: said.astype(int) - y),
                    "errors of both kinds cancel here; ask where call and label agree."),
            Mistake(slip(_accuracy, right=lambda said, y: y),
                    "this is the share of same pairs; the similarities have no say in it."),
            Mistake(lambda s, y, t: max(np.mean(y), 1 - np.mean(y)),
                    "this is the share of the more frequent kind; the similarities have no say in "
                    "it."),
            Mistake(lambda s, y, t: np.sum((s > t) == y) / np.sum(y),
                    "divide by all pairs, not by the same ones."),
        ),
        meaning="Put the share of the more frequent kind beside it: an accuracy means what it is "
        "above that.",
    ),
    "questions.2": Exercise(
        "an honest test", _honest, _SPLITS,
        (
            Mistake(slip(_honest, on_validation=False),
                    "the threshold was chosen on the test pairs; it has seen the answers."),
            Mistake(slip(_honest, report_test=False),
                    "this is the accuracy on validation pairs; the test pairs are asked."),
            Mistake(slip(_honest, threshold=lambda s, y: 0.7),
                    "this is the accuracy at 0.7; choose the threshold on the validation pairs."),
            Mistake(slip(_honest, threshold=lambda s, y: 0.5),
                    "this is the accuracy at 0.5; choose the threshold on the validation pairs."),
            Mistake(lambda v, v_same, t, t_same: best_threshold(v, v_same),
                    "this is the threshold; go on to the accuracy on the test pairs."),
            Mistake(slip(_honest, given=lambda v, v_same, t, t_same: (t, t_same, v, v_same)),
                    "validation and test have changed places."),
            Mistake(lambda v, v_same, t, t_same: (best_threshold(v, v_same),
                                                  _honest(v, v_same, t, t_same)),
                    "the threshold need not be returned; the accuracy alone is asked."),
            Mistake(slip(_honest, threshold=lambda s, y: np.mean(s)),
                    "the mean similarity looks at no label; evaluation.best_threshold does."),
            Mistake(slip(_honest, threshold=lambda s, y: np.median(s)),
                    "the median looks at no label; evaluation.best_threshold does."),
            Mistake(slip(_honest, threshold=lambda s, y: s[y == 1].min()),
                    "this threshold finds every same pair, at any price; best_threshold weighs "
                    "both kinds of error."),
            Mistake(slip(_honest, threshold=lambda s, y: (s[y == 1].mean() + s[y == 0].mean()) / 2),
                    "the middle between both means is not yet the best; best_threshold tries all."),
            Mistake(lambda v, v_same, t, t_same: accuracy_at(
                        t, t_same, threshold=best_threshold(np.r_[v, t], np.r_[v_same, t_same])),
                    "the test pairs helped to choose the threshold; they have seen the answers."),
            Mistake(lambda v, v_same, t, t_same: accuracy_at(
                        np.r_[v, t], np.r_[v_same, t_same], threshold=best_threshold(v, v_same)),
                    "validation pairs are in the accuracy; report the test pairs alone."),
            Mistake(lambda v, v_same, t, t_same: (
                        _honest(v, v_same, t, t_same) + _honest(v, v_same, v, v_same)) / 2,
                    "validation pairs are in the accuracy; report the test pairs alone."),
            Mistake(lambda v, v_same, t, t_same: np.mean(t > best_threshold(v, v_same)),
                    "this is the share called same; compare it with the labels of the test pairs."),
            Mistake(lambda v, v_same, t, t_same: np.sum((t > best_threshold(v, v_same)) == t_same),
                    "this is a count; divide by the test pairs."),
            Mistake(lambda v, v_same, t, t_same: (t > best_threshold(v, v_same)) == t_same,
                    "one answer a pair; the accuracy is one number for all."),
            Mistake(slip(_honest, gives=lambda accuracy: 1 - accuracy),
                    "this is the share of errors; the accuracy is the rest."),
        ),
        meaning="The test pairs had no say in the threshold, so this accuracy can be believed.",
    ),
    "questions.3": Exercise(
        "false negatives of a batch", lambda m: _equal_entries(m) - len(m), _MEANINGS,
        (
            Mistake(_equal_entries, "the diagonal is counted; it holds the true positives."),
            Mistake(lambda m: (_equal_entries(m) - len(m)) // 2,
                    "each couple is counted once; the matrix holds (i, j) and (j, i)."),
            Mistake(lambda m: len(m) - len(np.unique(m)),
                    "these are the rows that repeat a meaning; count entries of the matrix."),
            Mistake(lambda m: len(m) * (len(m) - 1),
                    "these are all negatives; which of them are false?"),
            Mistake(lambda m: len(m) ** 2 - _equal_entries(m), "these are the true negatives."),
            Mistake(lambda m: sum(c > 1 for c in np.unique(m, return_counts=True)[1]),
                    "these are the meanings that come more than once; count entries of the "
                    "matrix."),
            Mistake(lambda m: (m[:, None] == m[None, :]).sum(1) - 1,
                    "this is one number for each row; their sum is asked."),
            Mistake(lambda m: (_equal_entries(m) - len(m)) / len(m) ** 2,
                    "this is a share; the number of entries is asked."),
            Mistake(lambda m: (_equal_entries(m) - len(m)) / (len(m) * (len(m) - 1)),
                    "this is a share; the number of entries is asked."),
            Mistake(lambda m: (_equal_entries(m) + len(m)) // 2,
                    "this is one half of the matrix and its diagonal; the false negatives are all "
                    "equal entries off the diagonal."),
            Mistake(lambda m: int((m[1:] == m[:-1]).sum()),
                    "this compares neighbours only; every row meets every other."),
            Mistake(lambda m: np.unique(m, return_counts=True)[1].max(),
                    "this is the size of the largest group; count entries of the matrix."),
            Mistake(lambda m: int(((m[:, None] == m).sum(1) > 1).sum()),
                    "these are the rows with a false negative; count the entries, a row may have "
                    "several."),
            Mistake(lambda m: len(np.unique(m)),
                    "this is the number of meanings; count entries of the matrix."),
            Mistake(len, "this is b. An array [b] equals itself, and its .T: to compare all with "
                    "all meaning[:, None] makes a column of it."),
            Mistake(lambda m: bool(_equal_entries(m) > len(m)),
                    "this says whether there is any; how many?"),
            Mistake(lambda m: (m[:, None] == m) & ~np.eye(len(m), dtype=bool), _ENTRIES),
            Mistake(lambda m: (m[:, None] == m) - np.eye(len(m)), _ENTRIES),
            Mistake(lambda m: m[:, None] == m,
                    "this marks the equal entries; leave the diagonal out and count them."),
        ),
        meaning="With no meaning twice in a batch this is 0, and nothing is pushed apart that "
        "belongs together.",
    ),
    "questions.4": PREDICT,
    "questions.5": HARD,
}  # fmt: skip
