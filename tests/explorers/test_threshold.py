"""The threshold explorer: its numbers are those of siamese_lib.evaluation, ties included."""

import json
from pathlib import Path

import numpy as np
import pytest

from siamese_lib.evaluation import metrics
from siamese_lib.explorers.threshold import RECORDED, ThresholdPicture, threshold_explorer

GRID = np.round(np.arange(-1, 1.005, 0.01), 2)
WORDS = [
    ["different, called different", "different, called same"],
    ["same, called different", "same, called same"],
]


def pairs(dtype=np.float32):
    """Similarities with many ties, on the grid of the slider and off it, and both ends."""
    rng = np.random.default_rng(4)
    off = rng.uniform(-1, 1, 150)
    similarity = np.r_[off, off[:20], rng.choice(GRID, 150), -1, 1, 1, -1].astype(dtype)
    return similarity, np.r_[rng.integers(0, 2, 320), 0, 0, 1, 1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_counts_and_scores_are_the_library_s(call_program, dtype):
    similarity, is_same = pairs(dtype)
    picture = threshold_explorer(similarity, is_same).picture
    # The slider's steps, each similarity itself, and beyond both ends.
    thresholds = [*GRID.tolist(), *similarity.astype(float).tolist(), -1.5, 1.5]
    confusions = call_program(
        ThresholdPicture, "confusionAt", [[picture.same, picture.different, t] for t in thresholds]
    )
    shown = call_program(ThresholdPicture, "scores", [[c] for c in confusions])
    for threshold, confusion, scores in zip(thresholds, confusions, shown, strict=True):
        expected = metrics.confusion_at(similarity, is_same, threshold=threshold)
        assert confusion == expected.tolist()
        accuracy = metrics.accuracy_at(similarity, is_same, threshold=threshold)
        assert scores["accuracy"] == pytest.approx(accuracy, abs=1e-12)
        (_, false_same), (_, true_same) = expected
        called = false_same + true_same
        assert scores["precision"] == (true_same / called if called else None)
        assert scores["recall"] == true_same / expected[1].sum()
        assert scores["falsePositiveRate"] == false_same / expected[0].sum()


def test_the_slider_s_rounding_does_not_decide_a_tie(call_program):
    near = [0.7000000000000001, 0.6999999999999998, -0.30000000000000004, *GRID.tolist()]
    tidy = call_program(ThresholdPicture, "tidy", [[t] for t in near])
    assert tidy == [0.7, 0.7, -0.3, *GRID.tolist()]


def test_the_histogram_counts_every_pair(call_program):
    values = np.random.default_rng(5).uniform(-0.4, 1, 500).tolist()
    (shown,) = call_program(ThresholdPicture, "histogram", [[values, -0.4, 1, 40]])
    assert shown == np.histogram(values, 40, (-0.4, 1))[0].tolist()
    # A float32 cosine a little above 1 belongs to the last bin.
    (shown,) = call_program(ThresholdPicture, "histogram", [[[0, 1, 1.0000001], 0, 1, 4]])
    assert shown == [1, 0, 0, 2]


def test_the_curve_and_its_area_are_the_library_s():
    similarity, is_same = pairs()
    picture = threshold_explorer(similarity, is_same).picture
    assert picture.auc == metrics.roc_auc(similarity, is_same)
    for shown, rate in zip(picture.roc, metrics.roc_curve(similarity, is_same), strict=False):
        np.testing.assert_array_equal(shown, rate)


def test_the_recorded_pairs_are_those_of_notebook_05():
    similarity, is_same = np.loadtxt(RECORDED, delimiter=",", skiprows=1).T
    results = Path(__file__).parents[2] / "siamese_lib" / "data" / "results" / "questions.json"
    stored = json.loads(results.read_text())["questions"]["seeds"][0]
    assert len(similarity) == 2000
    assert is_same.mean() == pytest.approx(0.5, abs=0.03)
    # 2,000 of 12,740 pairs, and the machine that recorded them: within three standard errors.
    assert metrics.roc_auc(similarity, is_same) == pytest.approx(stored["auc"], abs=0.008)
    at_course = metrics.accuracy_at(similarity, is_same)
    assert at_course == pytest.approx(stored["accuracy_at_0.7"], abs=0.02)
    assert RECORDED.stat().st_size < 60_000


def number(page, name):
    return float(page.locator(f"output[aria-label='{name}']").get_attribute("data-value"))


def counts(page):
    return [[number(page, name) for name in row] for row in WORDS]


@pytest.mark.parametrize("dark", [False, True])
def test_keys_move_numbers_line_and_point_to_what_the_metrics_say(still, dark):
    similarity, is_same = np.loadtxt(RECORDED, delimiter=",", skiprows=1).T
    explorer = threshold_explorer()
    page = still(explorer, dark=dark)
    assert counts(page) == metrics.confusion_at(similarity, is_same).tolist()
    assert number(page, "AUC") == pytest.approx(metrics.roc_auc(similarity, is_same), abs=1e-6)
    before = page.locator(".siamese-picture").screenshot()
    page.get_by_role("slider", name="threshold", exact=True).focus()
    for _ in range(14):
        page.keyboard.press("ArrowLeft")
    assert page.locator(".siamese-picture").screenshot() != before
    confusion = metrics.confusion_at(similarity, is_same, threshold=0.56)
    assert counts(page) == confusion.tolist()
    accuracy = metrics.accuracy_at(similarity, is_same, threshold=0.56)
    assert number(page, "accuracy") == pytest.approx(accuracy, abs=1e-6)
    said = page.locator(".siamese-sentence").inner_text()
    assert f"Threshold 0.56: {round(accuracy * 2000)} of 2000 pairs right" in said
    # The panels are 256 wide and, the ROC, high; their left edges are at 54.
    rates = confusion[:, 1] / confusion.sum(axis=1)
    point = page.locator("circle.siamese-disc.siamese-ink[cx]")
    place = [float(point.get_attribute(name)) for name in ("cx", "cy")]
    np.testing.assert_allclose(place, [54 + 256 * rates[0], 266 - 256 * rates[1]])
    low, high = explorer.picture.low, explorer.picture.high
    line = page.locator("path.siamese-border").get_attribute("d")
    assert float(line[1:].split()[0]) == pytest.approx(54 + 256 * (0.56 - low) / (high - low))


def test_a_pair_exactly_at_the_threshold_is_called_different(still):
    similarity, is_same = [0.1, 0.29, 0.3, 0.57, 0.58, 0.7, 0.9], [0, 0, 1, 0, 1, 1, 1]
    page = still(threshold_explorer(similarity, is_same, threshold=0.0))
    page.get_by_role("slider", name="threshold", exact=True).focus()
    for hundredth in range(1, 75):  # every step of the real slider, rounding and all
        page.keyboard.press("ArrowRight")
        expected = metrics.confusion_at(similarity, is_same, threshold=hundredth / 100)
        assert counts(page) == expected.tolist(), hundredth


def test_the_line_is_dragged_and_stepped(still):
    page = still(threshold_explorer([0.1, 0.2, 0.6, 0.8], [0, 1, 0, 1], threshold=0.5))
    tip = page.get_by_role("slider", name="threshold in the histogram")
    box = tip.locator("circle").last.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 3000, box["y"], steps=3)  # beyond the edge: held there
    page.mouse.up()
    slider = page.get_by_role("slider", name="threshold", exact=True)
    assert float(slider.get_attribute("aria-valuenow")) == 1
    assert counts(page) == [[2, 0], [2, 0]]
    precision = page.locator("output[aria-label='precision']")
    assert precision.inner_text() == "none"  # nothing is called same
    tip.focus()
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowLeft")
    assert float(tip.get_attribute("aria-valuenow")) == pytest.approx(0.89)
    page.keyboard.press("Home")
    assert counts(page) == [[0, 2], [0, 2]]


def test_a_threshold_between_the_steps_is_rounded_everywhere(still):
    similarity, is_same = pairs()
    explorer = threshold_explorer(similarity, is_same, threshold=0.2351)
    assert explorer.picture.threshold == explorer.sliders["threshold"].value == 0.24
    page = still(explorer)
    assert counts(page) == metrics.confusion_at(similarity, is_same, threshold=0.24).tolist()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"similarity": [0.1, 0.2]}, "belong together; give both or neither"),
        ({"similarity": [0.1], "is_same": [0, 1]}, r"similarity \(1,\) and is_same \(2,\)"),
        ({"similarity": [], "is_same": []}, "similarity is empty"),
        ({"similarity": [0.1, 0.2], "is_same": [1, 1]}, "needs pairs of both kinds"),
        ({"similarity": [0.1, 0.2], "is_same": [2, 1]}, "give 1 for same, 0 for different"),
        ({"similarity": [0.1, np.nan], "is_same": [0, 1]}, "similarity holds nan"),
        ({"threshold": 1.5}, "threshold is 1.5; give a number from -0.6 to 1"),
        ({"threshold": "0.7"}, "threshold is '0.7'; give a number"),
    ],
)
def test_bad_input_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        threshold_explorer(**change)
