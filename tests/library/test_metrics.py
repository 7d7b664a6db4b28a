"""Metrics against plain counting and closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siamese_lib.evaluation import metrics

rng = np.random.default_rng(4)
SAME = rng.integers(0, 2, 300)
SIMILARITY = np.round(rng.normal(0.5 * SAME, 0.4), 2)  # rounded: ties occur


def test_same_means_above_the_threshold_not_at_it():
    assert metrics.accuracy_at([0.7, 0.71, 0.7], [0, 1, 1], threshold=0.7) == pytest.approx(2 / 3)
    assert metrics.accuracy_at([0.7], [0]) == 1


def test_confusion_against_counting_and_in_the_usual_layout():
    counts = metrics.confusion_at(SIMILARITY, SAME, threshold=0.2)
    for truth, said in np.ndindex(2, 2):
        rows = [
            s for s, y in zip(SIMILARITY, SAME, strict=True) if y == truth and (s > 0.2) == said
        ]
        assert counts[truth, said] == len(rows)
    assert np.trace(counts) / 300 == metrics.accuracy_at(SIMILARITY, SAME, threshold=0.2)


@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=1, max_size=30))
@settings(max_examples=200, deadline=None)
def test_no_threshold_beats_the_best_one(pairs):
    similarity = np.array([s for s, _ in pairs]) / 5
    is_same = np.array([int(y) for _, y in pairs])
    best = metrics.accuracy_at(
        similarity, is_same, threshold=metrics.best_threshold(similarity, is_same)
    )
    for threshold in np.linspace(-1.2, 1.2, 121):
        assert best >= metrics.accuracy_at(similarity, is_same, threshold=threshold)


def test_auc_is_the_chance_that_a_same_pair_wins():
    wins = [(a > b) + 0.5 * (a == b) for a in SIMILARITY[SAME == 1] for b in SIMILARITY[SAME == 0]]
    assert metrics.roc_auc(SIMILARITY, SAME) == pytest.approx(np.mean(wins))


def test_roc_curve_against_counting():
    for false_accept, true_accept, threshold in zip(
        *metrics.roc_curve(SIMILARITY, SAME), strict=True
    ):
        said = threshold <= SIMILARITY
        assert false_accept == pytest.approx(said[SAME == 0].mean())
        assert true_accept == pytest.approx(said[SAME == 1].mean())


def test_error_rates_against_counting():
    false_accept, false_reject, threshold = metrics.error_rates(SIMILARITY, SAME)
    for fa, fr, t in zip(false_accept, false_reject, threshold, strict=True):
        pairs = list(zip(SIMILARITY, SAME, strict=True))
        accepted = [s > t for s, y in pairs if y == 0]
        rejected = [not s > t for s, y in pairs if y == 1]
        assert fa == pytest.approx(sum(accepted) / len(accepted))
        assert fr == pytest.approx(sum(rejected) / len(rejected))
    assert (np.diff(threshold) > 0).all()
    assert (false_accept[0], false_reject[0]) == (1, 0)
    assert (false_accept[-1], false_reject[-1]) == (0, 1)


def test_error_rates_cross_at_the_equal_error_rate_and_keep_the_confusion_s_convention():
    false_accept, false_reject, threshold = metrics.error_rates(SIMILARITY, SAME)
    k = int(np.argmin(np.abs(false_accept - false_reject)))
    rate, _ = metrics.equal_error_rate(SIMILARITY, SAME)
    low, high = sorted((false_accept[k], false_reject[k]))
    assert low - 0.01 <= rate <= high + 0.01
    counts = metrics.confusion_at(SIMILARITY, SAME, threshold=threshold[k])
    assert counts[0, 1] / counts[0].sum() == pytest.approx(false_accept[k])
    assert counts[1, 0] / counts[1].sum() == pytest.approx(false_reject[k])


def test_equal_error_rate_where_it_is_known():
    similarity = np.concatenate([np.linspace(0, 1, 1001), np.linspace(0.5, 1.5, 1001)])
    is_same = np.repeat([0, 1], 1001)
    rate, threshold = metrics.equal_error_rate(similarity, is_same)
    assert rate == pytest.approx(0.25, abs=2e-3)
    assert threshold == pytest.approx(0.75, abs=2e-3)
    assert metrics.equal_error_rate([0.1, 0.9], [0, 1])[0] == 0
    assert metrics.equal_error_rate([0.9, 0.1], [0, 1])[0] == 1


def test_accuracy_interval_against_the_formula():
    z, p, n = 1.959964, 0.8, 50
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    assert metrics.accuracy_interval(40, 50) == pytest.approx((centre - half, centre + half))


def test_recall_against_a_loop():
    similarity, is_match = rng.random((20, 7)), rng.random((20, 7)) < 0.2
    for k in (1, 3, 7):
        found = [is_match[i][sorted(range(7), key=lambda j, i=i: -similarity[i, j])[:k]].any()
                 for i in range(20)]  # fmt: skip
        assert metrics.recall_at_k(similarity, is_match, k=k) == pytest.approx(np.mean(found))


def test_bad_input_is_quoted():
    with pytest.raises(ValueError, match=r"\(3,\) and is_same \(2,\)"):
        metrics.accuracy_at([1, 2, 3], [0, 1])
    with pytest.raises(ValueError, match="empty"):
        metrics.confusion_at([], [])
    with pytest.raises(ValueError, match="is_same holds.*2"):
        metrics.best_threshold([0.1], [2])
    with pytest.raises(ValueError, match="similarity holds nan"):
        metrics.roc_auc([np.nan, 1], [0, 1])
    for function in (
        metrics.roc_auc, metrics.roc_curve, metrics.error_rates, metrics.equal_error_rate
    ):  # fmt: skip
        with pytest.raises(ValueError, match="every is_same is 1"):
            function([0.1, 0.2], [1, 1])
    with pytest.raises(ValueError, match="right is 6 and n is 5"):
        metrics.accuracy_interval(6, 5)
    with pytest.raises(ValueError, match="k is 8, but there are 7"):
        metrics.recall_at_k(np.ones((2, 7)), np.ones((2, 7)), k=8)
    with pytest.raises(ValueError, match="similarity holds nan"):
        metrics.recall_at_k(np.full((2, 7), np.nan), np.ones((2, 7)), k=1)
    with pytest.raises(ValueError, match="give two arrays"):
        metrics.recall_at_k(np.ones(7), np.ones(7), k=1)
