"""How good is it? Accuracy at a threshold, ROC, equal error rate, intervals, recall at k."""

import numpy as np
from numpy.typing import ArrayLike

from siamese_lib.validate import require_count, require_finite


def _pairs(similarity: ArrayLike, is_same: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    similarity, is_same = np.asarray(similarity, float), np.asarray(is_same)
    if similarity.shape != is_same.shape or similarity.ndim != 1:
        raise ValueError(
            f"similarity {similarity.shape} and is_same {is_same.shape}; give two arrays [n]"
        )
    if similarity.size == 0:
        raise ValueError("similarity is empty; give at least one pair")
    if not np.isin(is_same, (0, 1)).all():
        odd = is_same[~np.isin(is_same, (0, 1))][0]
        raise ValueError(f"is_same holds {odd!r}; give 1 for same, 0 for different")
    require_finite(similarity=similarity)
    return similarity, is_same.astype(int)


def _both_kinds(similarity: ArrayLike, is_same: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    similarity, is_same = _pairs(similarity, is_same)
    if is_same.min() == is_same.max():
        raise ValueError(f"every is_same is {is_same[0]}; this needs pairs of both kinds")
    return similarity, is_same


def accuracy_at(similarity: ArrayLike, is_same: ArrayLike, *, threshold: float = 0.7) -> float:
    """Share of pairs judged correctly, where "same" means similarity > threshold.

    Shapes: similarity [n] float, is_same [n] of 0 and 1 -> float, 0 to 1.
    Raises: ValueError if the shapes differ, there are no pairs, a similarity is NaN or infinite, or
    a label is not 0 or 1.
    """
    similarity, is_same = _pairs(similarity, is_same)
    return float(np.mean((similarity > threshold) == is_same))


def confusion_at(
    similarity: ArrayLike, is_same: ArrayLike, *, threshold: float = 0.7
) -> np.ndarray:
    """Counts [[true different, false same], [false different, true same]]; rows are the truth.

    Shapes: as accuracy_at -> [2, 2] int. Raises: as accuracy_at.
    """
    similarity, is_same = _pairs(similarity, is_same)
    counts = np.zeros((2, 2), int)
    np.add.at(counts, (is_same, (similarity > threshold).astype(int)), 1)
    return counts


def best_threshold(similarity: ArrayLike, is_same: ArrayLike) -> float:
    """The threshold with the highest accuracy. Choose it on validation pairs, never on test pairs.

    Among equally good thresholds it is the lowest. It lies midway between two similarities if there
    is a float between them; otherwise it is the lower of the two.

    Shapes: as accuracy_at -> float.
    Raises: as accuracy_at.
    """
    similarity, is_same = _pairs(similarity, is_same)
    order = np.argsort(similarity, kind="stable")
    ranked, same = similarity[order], is_same[order]
    # Cut k calls the k lowest "different": right for different pairs below it, same ones above it.
    right = np.r_[0, np.cumsum(1 - same)] + np.r_[np.cumsum(same[::-1])[::-1], 0]
    may_cut = np.r_[True, ranked[:-1] < ranked[1:], True]
    return _cut(ranked, int(np.argmax(np.where(may_cut, right, -1))))


def _cut(ranked, k):
    """A threshold that has exactly k of the ranked similarities at or below it."""
    if k == 0:
        return float(min(ranked[0] - 1e-6, _next_float32(ranked[0], -np.inf)))
    if k == len(ranked):
        return float(max(ranked[-1] + 1e-6, _next_float32(ranked[-1], np.inf)))
    low, high = ranked[k - 1], ranked[k]
    middle = low / 2 + high / 2
    # Scores are often float32, and numpy rounds a float to float32 to compare it with them.
    with np.errstate(over="ignore"):  # beyond float32 both round to infinity, and low is taken
        is_between = low <= middle < high and np.float32(middle) < np.float32(high)
    return float(middle if is_between else low)


def _next_float32(value, towards):
    """The neighbouring float32 number; for values beyond float32, the neighbouring float64."""
    kind = np.float32 if abs(value) < np.finfo(np.float32).max / 2 else np.float64
    return np.nextafter(kind(value), kind(towards))


def roc_curve(
    similarity: ArrayLike, is_same: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """False and true positive rates as the threshold falls.

    Shapes: as accuracy_at -> (false_positive_rate, true_positive_rate, threshold), each [m].
    Raises: as accuracy_at, and if all pairs are of one kind.
    Source: scikit-learn.
    """
    from sklearn import metrics

    similarity, is_same = _both_kinds(similarity, is_same)
    return metrics.roc_curve(is_same, similarity)


def roc_auc(similarity: ArrayLike, is_same: ArrayLike) -> float:
    """Area under the ROC curve: the chance that a same pair scores above a different one.

    Shapes: as accuracy_at -> float, 0 to 1; 0.5 is guessing. Raises: as roc_curve.
    Source: scikit-learn.
    """
    from sklearn import metrics

    similarity, is_same = _both_kinds(similarity, is_same)
    return float(metrics.roc_auc_score(is_same, similarity))


def error_rates(
    similarity: ArrayLike, is_same: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """False acceptance and false rejection rate at every threshold that changes a decision.

    "Same" means similarity > threshold. For a distance give similarity = -distance; "same" then
    means distance < -threshold.

    Shapes: as accuracy_at -> (false_accept, false_reject, threshold), each [m]. The thresholds
    rise: at the first one every pair is accepted, at the last one every pair is rejected.
    Raises: as roc_curve.
    """
    similarity, is_same = _both_kinds(similarity, is_same)
    values = np.unique(similarity)
    threshold: np.ndarray = np.r_[np.nextafter(values[0], -np.inf), values]
    same, different = (np.sort(similarity[is_same == kind]) for kind in (1, 0))
    false_reject = np.searchsorted(same, threshold, side="right") / len(same)
    false_accept = 1 - np.searchsorted(different, threshold, side="right") / len(different)
    return false_accept, false_reject, threshold


def equal_error_rate(similarity: ArrayLike, is_same: ArrayLike) -> tuple[float, float]:
    """The rate at which false acceptances and false rejections are equally frequent.

    Shapes: as accuracy_at -> (rate, threshold) floats; straight lines join the points of the ROC.
    Raises: as roc_curve.
    """
    false_accept, true_accept, threshold = roc_curve(similarity, is_same)
    gap = false_accept - (1 - true_accept)  # rises from -1 to 1
    k = int(np.argmax(gap >= 0))
    share = -gap[k - 1] / (gap[k] - gap[k - 1])
    threshold = np.r_[threshold[1], threshold[1:]]  # the first is infinite
    rate = false_accept[k - 1] + share * (false_accept[k] - false_accept[k - 1])
    return float(rate), float(threshold[k - 1] + share * (threshold[k] - threshold[k - 1]))


def accuracy_interval(right: int, n: int) -> tuple[float, float]:
    """95 % Wilson interval of a share.

    Shapes: right of n, whole numbers -> (low, high), 0 to 1.
    Raises: ValueError if one of them is not a whole number, right is not between 0 and n, or n is
    below 1.
    Source: Wilson 1927, computed by scipy.
    """
    from scipy.stats import binomtest

    require_count(n=n)
    require_count(right=right, least=0)
    if right > n:
        raise ValueError(f"right is {right} and n is {n}; give 0 <= right <= n")
    interval = binomtest(int(right), int(n)).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def recall_at_k(similarity: ArrayLike, is_match: ArrayLike, *, k: int) -> float:
    """Share of queries that have a match among their k most similar candidates.

    Shapes: similarity [query, candidate] float, is_match of the same shape, bool -> float, 0 to 1.
    Raises: ValueError if the shapes differ, k is not between 1 and the number of candidates, or on
    NaN or infinity.
    """
    similarity, is_match = np.asarray(similarity, float), np.asarray(is_match, bool)
    if similarity.shape != is_match.shape or similarity.ndim != 2 or similarity.size == 0:
        raise ValueError(
            f"similarity {similarity.shape} and is_match {is_match.shape}; "
            "give two arrays [query, candidate]"
        )
    require_count(k=k)
    if k > similarity.shape[1]:
        most = similarity.shape[1]
        raise ValueError(f"k is {k}, but there are {most} candidates; give 1 to {most}")
    require_finite(similarity=similarity)
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return float(np.take_along_axis(is_match, nearest, axis=1).any(axis=1).mean())
