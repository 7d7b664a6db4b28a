"""Exercises of the notebook on training and testing."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
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
    (np.array([0.5, 0.5, 0.9, 0.1]), np.array([1, 1, 1, 0]), 0.5),
)  # fmt: skip
_SPLITS = tuple((*_pairs(40, a), *_pairs(25, b)) for a, b in ((0.0, 0.3), (0.4, 0.2), (-0.2, -0.5)))
_MEANINGS = tuple(
    (np.array(meaning),) for meaning in ([3, 1, 3, 2, 3, 1], [0, 1, 2, 3], [7, 7, 7], [5, 9, 5])
)
_A, _B = _rng.normal(size=(2, 6))
_VECTORS = (
    (_A, _A + 0.6 * _B, 0.7), (3 * _A, -2 * _A, -0.5), (_A / 9, (_A + 0.3 * _B) / 9, 0.6),
    (np.array([1.0, 0.0]), np.array([0.0, 2.0]), 0.0), (4 * _A, 4 * _B, 0.9),
)  # fmt: skip


def _above(s, t):
    return s > t


def _accuracy(s, y, t, *, call=_above, right=lambda said, y: said == y, count=np.mean):
    return count(right(call(s, t), y))


def _cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


def _honest(
    v, v_same, t, t_same, *, on_validation=True, report_test=True, threshold=best_threshold
):
    chosen_on = (v, v_same) if on_validation else (t, t_same)
    reported = (t, t_same) if report_test else (v, v_same)
    return accuracy_at(*reported, threshold=threshold(*chosen_on))


def _equal_entries(meaning):
    return int((meaning[:, None] == meaning[None, :]).sum())


def _predicted(a, b, t, *, similarity=_cosine, call=_above):
    return call(similarity(a, b), t)


_REVERSED = "the direction is reversed: higher is closer."
_NOT_ABOVE = "a similarity equal to the threshold is not above it."
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
        ),
        meaning="With no meaning twice in a batch this is 0, and nothing is pushed apart that "
        "belongs together.",
    ),
    "questions.4": Exercise(
        "predict", _predicted, _VECTORS,
        (
            Mistake(slip(_predicted, similarity=np.dot),
                    "this is the dot product; divide by both lengths."),
            Mistake(slip(_predicted, call=lambda s, t: s >= t), _NOT_ABOVE),
            Mistake(slip(_predicted, similarity=lambda a, b: 1 - _cosine(a, b)),
                    "this compares the distance; the similarity is to be above the threshold."),
            Mistake(slip(_predicted, call=lambda s, t: s < t), _REVERSED),
            Mistake(slip(_predicted, call=lambda s, t: s),
                    "this is the similarity; compare it with the threshold."),
            Mistake(slip(_predicted, call=lambda s, t: s > 0.7), _FIXED),
            Mistake(slip(_predicted, call=lambda s, t: float(s > t)),
                    "give True or False, not 1 or 0."),
            Mistake(slip(_predicted, similarity=lambda a, b: -np.linalg.norm(a - b)),
                    "this looks at the distance between the points; the cosine ignores lengths."),
        ),
        meaning="A cosine and a threshold are the whole decision; all the rest went into the "
        "embeddings.",
    ),
    "questions.5": Exercise(
        "where to draw the line", {"network": "Q", "setting": "A", "cost": 11.92}, (),
        (
            Mistake({"network": "P", "setting": "C"},
                    "that is the knee of the curve, the best place if half of all pairs were same. "
                    "Count what 0.02 of the different pairs of this forum are."),
            Mistake({"network": "P", "setting": "D"},
                    "this finds most and invents most: count the false alarms among 1,000 pairs."),
            Mistake({"network": "P", "setting": "B"},
                    "one false alarm costs four misses: count both for B, then for A beside it."),
            Mistake({"network": "P"},
                    "the AUC weighs the whole curve, you stand on one point of it: compare both "
                    "networks there."),
            Mistake({"setting": "B"},
                    "one false alarm costs four misses: count both for B, then for A beside it."),
            Mistake({"setting": "C"},
                    "count what 0.02 of the different pairs of this forum are, and at what price."),
            Mistake({"setting": "D"},
                    "this finds most and invents most: count the false alarms among 1,000 pairs."),
            Mistake({"cost": 8.98}, "each false alarm costs four misses."),
            Mistake({"cost": 12.0},
                    "false alarms are a share of the different pairs, not of all 1,000."),
            Mistake({"cost": 8.0}, "these are the misses alone; a few false alarms come on top."),
            Mistake({"cost": 3.92}, "these are the false alarms alone; what of the misses?"),
            Mistake({"cost": 0.98}, "this counts false alarms, at the price of one miss each."),
            Mistake({"cost": 15.92},
                    "0.60 is the share that is found; what is missed is the rest."),
            Mistake({"cost": 202.0},
                    "this is for half of the pairs being same; here it is one in fifty."),
            Mistake({"cost": 10.94},
                    "the price is the other way round: the false alarm is the costly one."),
            Mistake({"cost": 32.98},
                    "the price is the other way round: the false alarm is the costly one."),
            Mistake({"cost": 0.01192}, "this is the cost of a single pair; 1,000 are asked."),
            Mistake({"cost": 0.596}, "this is the cost for each same pair; 1,000 pairs are asked."),
        ),
        meaning="To merge nothing at all costs 20. Only the two strictest settings beat that, and "
        "the network with the higher AUC comes second.",
        fallback="of 1,000 pairs 20 are same and 980 different. Read the share found and the share "
        "of false alarms off the curve, and count what each setting costs.",
    ),
}  # fmt: skip
