"""Exercises of notebook 05, training and testing."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.metrics import accuracy_at, best_threshold

_rng = np.random.default_rng(5)


def _pairs(n, shift):
    """Similarities that mostly follow the label, moved by shift."""
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


def _cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


def _honest(v, v_same, t, t_same):
    return accuracy_at(t, t_same, threshold=best_threshold(v, v_same))


def _equal_entries(meaning):
    return int((meaning[:, None] == meaning[None, :]).sum())


_REVERSED = "the direction is reversed: higher is closer."
_NOT_ABOVE = "a similarity equal to the threshold is not above it."

EXERCISES = {
    "05.1": Exercise(
        "accuracy", lambda s, y, t: np.mean((s > t) == y), _LABELLED,
        (
            Mistake(lambda s, y, t: np.mean((s >= t) == y), _NOT_ABOVE),
            Mistake(lambda s, y, t: np.mean((s < t) == y), _REVERSED),
            Mistake(lambda s, y, t: np.mean((s > 0.7) == y),
                    "0.7 is fixed in your code; take the threshold that is given."),
            Mistake(lambda s, y, t: np.sum((s > t) == y), "this is a count; divide by the pairs."),
            Mistake(lambda s, y, t: np.mean((s > t) & (y == 1)),
                    "different pairs that are called different are right too."),
            Mistake(lambda s, y, t: np.mean(s > t),
                    "this is the share called same; compare it with the labels."),
        ),
    ),
    "05.2": Exercise(
        "an honest test", _honest, _SPLITS,
        (
            Mistake(lambda v, v_same, t, t_same: _honest(t, t_same, t, t_same),
                    "the threshold was chosen on the test pairs; it has seen the answers."),
            Mistake(lambda v, v_same, t, t_same: _honest(v, v_same, v, v_same),
                    "this is the accuracy on validation pairs; the test pairs are asked."),
            Mistake(lambda v, v_same, t, t_same: accuracy_at(t, t_same, threshold=0.7),
                    "this is the accuracy at 0.7; choose the threshold on the validation pairs."),
            Mistake(lambda v, v_same, t, t_same: best_threshold(v, v_same),
                    "this is the threshold; go on to the accuracy on the test pairs."),
            Mistake(lambda v, v_same, t, t_same: _honest(t, t_same, v, v_same),
                    "validation and test have changed places."),
        ),
    ),
    "05.3": Exercise(
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
        ),
    ),
    "05.4": Exercise(
        "predict", lambda a, b, t: _cosine(a, b) > t, _VECTORS,
        (
            Mistake(lambda a, b, t: a @ b > t, "this is the dot product; divide by both lengths."),
            Mistake(lambda a, b, t: _cosine(a, b) >= t, _NOT_ABOVE),
            Mistake(lambda a, b, t: 1 - _cosine(a, b) > t,
                    "this compares the distance; the similarity is to be above the threshold."),
            Mistake(lambda a, b, t: _cosine(a, b) < t, _REVERSED),
            Mistake(lambda a, b, t: _cosine(a, b),
                    "this is the similarity; compare it with the threshold."),
            Mistake(lambda a, b, t: _cosine(a, b) > 0.7,
                    "0.7 is fixed in your code; take the threshold that is given."),
        ),
    ),
}  # fmt: skip
