"""Generated signatures: writers differ more than drawings of one, seeds repeat, forgeries lie
between genuine ones and strangers, and bad input is quoted."""

import numpy as np
import pytest
from scipy.spatial.distance import directed_hausdorff

from siamese_lib.datasets import load_signatures, pen_features
from siamese_lib.datasets.pen import copied_by, draw_writer, render, sign


@pytest.fixture(scope="module")
def data():
    return load_signatures("validation")


def shape_of(trace):
    """The ink as points, in the middle and of one size."""
    ink = trace[trace[:, 2] > 0.5, :2]
    ink = ink - ink.mean(axis=0)
    return ink / np.sqrt((ink**2).sum(axis=1).mean())


def apart(one, other):
    a, b = shape_of(one), shape_of(other)
    return max(directed_hausdorff(a, b)[0], directed_hausdorff(b, a)[0])


def kinds(data, measure):
    """Mean measure of each person's first signature to own ones, forgeries, and other people's."""
    rows = np.arange(len(data.writer)).reshape(40, 20)
    own = [measure(r[0], k) for r in rows for k in r[1:4]]
    forged = [measure(r[0], k) for r in rows for k in r[12:15]]
    strangers = [measure(r[0], k) for r, s in zip(rows, rows[1:], strict=False) for k in s[:3]]
    return [float(np.mean(part)) for part in (own, forged, strangers)]


def test_shapes_types_and_who_signed(data):
    assert data.images.shape == (800, 56, 56) and data.images.dtype == np.float32
    assert data.traces.shape == (800, 128, 3) and data.seconds.shape == (800,)
    assert data.images.min() == 0 and data.images.max() == 1
    assert np.bincount(data.writer)[400:].tolist() == [20] * 40
    assert data.is_genuine.reshape(40, 20).tolist() == [[True] * 12 + [False] * 8] * 40
    forgers = data.hand.reshape(40, 20)[:, 12:]
    assert all(len(set(row)) == 2 for row in forgers.tolist())


def test_no_hand_is_in_two_splits(data):
    hands = [set(load_signatures(s, genuine=2, forged=2, side=16).hand) for s in ("train", "test")]
    assert not set(data.hand) & hands[0] and not set(data.hand) & hands[1]
    assert not hands[0] & hands[1] and len(hands[0]) == 400 and len(hands[1]) == 60


def test_a_seed_repeats_and_another_draws_other_people(data):
    again, other = (load_signatures("validation", seed=seed) for seed in (0, 1))
    for a, b in zip(data, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(data.traces[0] - other.traces[0]).max() > 0.5


def test_a_person_is_drawn_alike_in_data_sets_of_any_size(data):
    small = load_signatures("validation", genuine=3, forged=2, side=28)
    rows = np.arange(40) * 5, np.arange(40) * 20
    drawn = [np.mean([apart(small.traces[a], d.traces[b]) for a, b in zip(*rows, strict=True)])
             for d in (data, load_signatures("validation", seed=1))]  # fmt: skip
    assert drawn[0] < 0.5 * drawn[1]


def test_forgeries_lie_between_own_signatures_and_strangers_in_shape(data):
    own, forged, strangers = kinds(data, lambda a, b: apart(data.traces[a], data.traces[b]))
    assert 1.2 * own < forged < 0.7 * strangers


def test_in_slant_and_rhythm_and_duration_too(data):
    def slant(k):
        x, y = shape_of(data.traces[k]).T
        return np.polyfit(y, x, 1)[0]

    def slows(k):  # where in the signature the pen is quick
        step = np.hypot(*np.diff(data.traces[k, :, :2], axis=0).T)
        return np.interp(np.linspace(0, 1, 20), np.cumsum(step) / step.sum(), np.arange(127) / 127)

    own, forged, strangers = kinds(data, lambda a, b: abs(slant(a) - slant(b)))
    assert own < forged < strangers
    own, forged, _ = kinds(data, lambda a, b: np.abs(slows(a) - slows(b)).mean())
    assert forged > 2 * own
    own, forged, _ = kinds(data, lambda a, b: abs(np.log(data.seconds[a] / data.seconds[b])))
    assert forged > 2 * own


def test_a_forger_brings_the_own_hand_and_copies_the_rest():
    random = np.random.default_rng(0)
    writer, forger = draw_writer(random), draw_writer(random)
    copies = [copied_by(writer, forger, random) for _ in range(200)]
    assert np.mean([c.knots for c in copies], axis=0) == pytest.approx(writer.knots, abs=0.05)
    assert {c.slant for c in copies} == {(writer.slant + forger.slant) / 2}
    assert all(c.tremor > forger.tremor for c in copies)
    off = np.log([c.rhythm for c in copies]) - np.log(forger.rhythm)
    assert np.std(off) == pytest.approx(0.1, rel=0.1)  # the forger's rhythm, not the writer's


def test_the_pen_passes_its_knots_and_time_is_shared_by_the_rhythm():
    random = np.random.default_rng(1)
    writer = draw_writer(random)._replace(wobble=0.0, tremor=0.0, is_down=np.ones(11))
    traces, seconds = sign(writer, 300, random)
    x, y = writer.knots.T
    for place in np.stack([x - writer.slant * y, y], axis=1):
        nearest = np.linalg.norm(traces[..., :2] - place, axis=2).min(axis=1)
        assert np.median(nearest) < 0.35  # a signature turns a little as a whole
    assert traces[:, 0, :2].mean(axis=0) == pytest.approx(
        [x[0] - writer.slant * y[0], y[0]], abs=0.1
    )
    assert np.median(seconds) == pytest.approx(writer.tempo, rel=0.03)


def test_a_picture_shows_ink_where_the_pen_was_down_and_only_there():
    line = np.zeros((1, 50, 3), np.float32)
    line[0, :, 0], line[0, :, 2] = np.linspace(0, 10, 50), 1
    line[0, 20:30, 2] = 0  # lifted in the middle
    (picture,) = render(line, side=56)
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    assert abs(rows.mean() - 27.5) <= 1 and len(rows) <= 4
    assert 2 <= columns[0] <= 4 and 51 <= columns[-1] <= 53
    assert picture[:, 26:30].max() == 0


def test_features_forget_place_and_size_but_not_speed():
    data = load_signatures("validation", genuine=2, forged=0)
    features = pen_features(data.traces, data.seconds)
    moved = data.traces * np.float32([3, 3, 1]) + np.float32([70, -9, 0])
    np.testing.assert_allclose(pen_features(moved, data.seconds), features, atol=1e-3)
    slower = pen_features(data.traces, 2 * data.seconds)
    np.testing.assert_allclose(slower[..., 2:4], features[..., 2:4] / 2, atol=1e-5)
    np.testing.assert_array_equal(slower[..., :2], features[..., :2])


def test_features_are_those_of_a_loop():
    data = load_signatures("validation", genuine=2, forged=2)
    features = pen_features(data.traces[:3], data.seconds[:3])
    for trace, seconds, given in zip(data.traces, data.seconds, features, strict=False):
        ink = [p for p in trace.astype(float) if p[2] == 1]
        middle = sum(p[:2] for p in ink) / len(ink)
        spread = np.sqrt(sum(((p[:2] - middle) ** 2).sum() for p in ink) / len(ink))
        for t in range(1, 127):
            place = (trace[t, :2] - middle) / spread
            speed = (trace[t + 1, :2] - trace[t - 1, :2]) / spread / (2 * seconds / 128) / 5
            np.testing.assert_allclose(given[t], [*place, *speed, trace[t, 2]], atol=1e-3)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"split": "exam"}, "split is 'exam'; give one of 'train', 'validation', 'test'"),
        ({"genuine": 1}, "genuine is 1; give a whole number of 2 or more"),
        ({"forged": -1}, "forged is -1"),
        ({"side": 8}, "side is 8"),
    ],
)
def test_bad_input_is_quoted(given, said):
    with pytest.raises(ValueError, match=said):
        load_signatures(**{"split": "validation"} | given)


def test_bad_traces_are_quoted():
    good = np.ones((2, 128, 3))
    for traces, seconds, said in (
        (good[0], [1.0], r"traces has shape \(128, 3\); give \[n, time, 3\]"),
        (good[..., :2], [1.0, 1.0], r"traces has shape \(2, 128, 2\); give \[n, time, 3\]: x, y"),
        (good, [1.0], r"shapes differ: seconds \(1,\)"),
        (good, [1.0, 0.0], "seconds holds 0.0; give times above 0"),
        (good * [1, 1, 0], [1.0, 1.0], "trace 0 has no ink"),
    ):
        with pytest.raises(ValueError, match=said):
            pen_features(traces, seconds)
