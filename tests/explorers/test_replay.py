"""The replay explorer: its triplets are counted as siamese_lib counts them, frame by frame."""

import itertools

import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from siamese_lib.explorers import record_run, replay_explorer
from siamese_lib.explorers.replay import DATA, ReplayPicture, plane_points, triplet_summary
from siamese_lib.losses import triplet_loss
from siamese_lib.training import encode, fit

LEFT, TOP, SIDE = 54, 10, 256  # of a panel's plane


def small_run():
    """Three frames of six points in the plane, two classes, four steps."""
    frames = np.random.default_rng(8).normal(size=(3, 6, 2))
    return frames, ["a", "a", "a", "b", "b", "b"], [0.4, 0.3, 0.2, 0.1]


@pytest.mark.parametrize("margin", [0.0, 0.25, 1.0, 2.0])
def test_every_triplet_is_counted_as_the_loss_counts_it(margin):
    frames = np.random.default_rng(9).normal(size=(2, 9, 4))
    labels = np.array([0, 1, 2, 0, 1, 2, 0, 0, 2])
    shown = triplet_summary(frames, labels, margin=margin)
    rows = [
        (a, p, n)
        for a, p, n in itertools.product(range(9), repeat=3)
        if a != p and labels[a] == labels[p] != labels[n]
    ]
    pairs = [(a, b) for a, b in itertools.product(range(9), repeat=2) if a != b]
    for k, frame in enumerate(frames):
        loss = triplet_loss(*(frame[list(i)] for i in zip(*rows, strict=True)), margin=margin)
        assert shown["active"][k] == pytest.approx(float(jnp.mean(loss > 0)), abs=1e-6)
        unit = frame / np.linalg.norm(frame, axis=1, keepdims=True)
        for name, wanted in (("within", True), ("between", False)):
            chosen = [(a, b) for a, b in pairs if (labels[a] == labels[b]) == wanted]
            own = [1 - unit[a] @ unit[b] for a, b in chosen]
            assert shown[name][k] == pytest.approx(np.mean(own), abs=1e-6)


def test_a_collapsed_frame_has_every_triplet_active_unless_the_margin_is_0():
    frames = np.ones((1, 6, 3))
    labels = [0, 0, 0, 1, 1, 1]
    assert triplet_summary(frames, labels, margin=0.25)["active"] == [1]
    assert triplet_summary(frames, labels, margin=0.0)["active"] == [0]


def test_two_dimensions_are_drawn_as_they_are_on_one_map():
    frames = np.array([[[0.3, -0.2], [4.6, 0.0]], [[0.3, -0.2], [-1.0, 2.0]]])
    points, reach = plane_points(frames)
    assert reach == 5
    assert points == [[60, -40, 920, 0], [60, -40, -200, 400]]


def test_more_dimensions_share_the_two_main_directions_of_all_frames():
    rng = np.random.default_rng(10)
    flat = rng.normal(size=(4, 7, 2)) * [3, 1]
    turn = np.linalg.qr(rng.normal(size=(5, 5)))[0][:2]
    points, reach = plane_points(flat @ turn + 7)
    shown = np.array(points).reshape(-1, 2) * reach / 1000
    given = flat.reshape(-1, 2) - flat.reshape(-1, 2).mean(axis=0)
    # Turned or mirrored, but every distance is kept, between frames as well.
    apart = [np.linalg.norm(x[:, None] - x, axis=-1) for x in (shown, given)]
    np.testing.assert_allclose(*apart, atol=2e-3 * reach)
    assert shown[:, 0].std() > shown[:, 1].std()


def test_the_frame_shown_is_the_last_one_recorded_by_then(call_program):
    steps = [2, 3, 7, 20]
    asked = list(range(25))
    shown = call_program(ReplayPicture, "frameOf", [[steps, step] for step in asked])
    expected = np.maximum(np.searchsorted(steps, asked, side="right") - 1, 0)
    assert shown == expected.tolist()
    loss = [0.4, 0.3, 0.2]
    shown = call_program(ReplayPicture, "lossAfter", [[loss, step] for step in range(5)])
    assert shown == [0.4, 0.3, 0.2, 0.2, 0.2]


def test_two_runs_stop_at_the_frames_of_both(call_program):
    runs = [{"steps": [0, 4, 8]}, {"steps": [0, 3, 4]}]
    assert call_program(ReplayPicture, "stopsOf", [[runs]]) == [[0, 3, 4, 8]]


def test_the_recorded_runs_say_what_notebook_03_says():
    picture = replay_explorer().picture
    for run in picture.runs:
        assert 40 <= len(run["steps"]) == len(run["points"]) <= 60
        assert {len(place) for place in run["points"]} == {2 * len(run["labels"])}
        assert len(run["loss"]) == run["steps"][-1]
        assert abs(np.array(run["points"])).max() <= 1000
        assert run["active"][0] > 0.99
        assert (DATA / f"explorer_{run['title']}.json").stat().st_size <= 60_000
    by_random, collapsed = picture.runs
    assert by_random["active"][-1] < 0.2
    assert by_random["between"][-1] > 2 * by_random["within"][-1]
    assert np.mean(by_random["loss"][-10:]) < 0.05
    assert collapsed["active"][-1] == 1
    assert collapsed["between"][-1] < 0.01
    assert collapsed["loss"][-1] == pytest.approx(collapsed["margin"], abs=0.002)


def test_it_opens_untrained_with_both_runs_from_the_same_network():
    explorer = replay_explorer()
    assert explorer.picture.step == explorer.sliders["step"].value == 0
    by_random, collapsed = explorer.picture.runs
    for key in ("within", "between"):
        assert by_random[key][0] == collapsed[key][0]
    assert by_random["points"][0] == collapsed["points"][0]  # one map


def number(page, name):
    return float(page.locator(f"output[aria-label='{name}']").get_attribute("data-value"))


def marks(page, k):
    """The places of all marks on the k-th map, in pixels of the panel, class after class."""
    panel = page.locator(".siamese-panel:has(.siamese-mark)").nth(k)
    return np.concatenate([
        np.array([text.get_attribute(axis).split() for axis in "xy"], float).T
        for text in panel.locator(".siamese-mark").all()
    ])  # fmt: skip


def expected_marks(run, frame, reach):
    order = np.argsort(run["labels"], kind="stable")
    places = np.array(run["points"][frame]).reshape(-1, 2)[order] / 1000
    x, y = (places * run["reach"] / reach).T
    return np.c_[LEFT + (x + 1) / 2 * SIDE, TOP + SIDE - (y + 1) / 2 * SIDE + 4.5]


@pytest.mark.parametrize("dark", [False, True])
def test_one_slider_moves_numbers_and_marks_of_both_runs(still, dark):
    explorer = replay_explorer()
    runs = explorer.picture.runs
    reach = max(run["reach"] for run in runs)  # the maps have one scale
    page = still(explorer, dark=dark)
    for k, run in enumerate(runs):
        np.testing.assert_allclose(marks(page, k), expected_marks(run, 0, reach), atol=0.01)
    before = page.locator(".siamese-picture").screenshot()
    slider = page.get_by_role("slider", name="step", exact=True)
    slider.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert number(page, "step") == 12
    for k, (run, frame) in enumerate(zip(runs, (3, 6), strict=True)):
        assert run["steps"][frame] == 12
        np.testing.assert_allclose(marks(page, k), expected_marks(run, frame, reach), atol=0.01)
        assert number(page, f"loss, {run['title']}") == run["loss"][12]
        for name, shown in (
            ("active", "active triplets"), ("within", "distance A to P"),
            ("between", "distance A to N"),
        ):  # fmt: skip
            assert number(page, f"{shown}, {run['title']}") == run[name][frame]
    assert page.locator(".siamese-picture").screenshot() != before
    tip = page.get_by_role("slider", name="step on the loss curve")
    losses = " and ".join(f"{run['loss'][12]:.3f}" for run in runs)
    assert tip.get_attribute("aria-valuetext") == f"step 12, loss {losses}"
    # The dots of the share stand at step 12 of 200, at the share of the axis from 0 to 1.
    dots = page.locator(".siamese-panel:has-text('Active among') circle")
    for dot, run, frame in zip(dots.all(), runs, (3, 6), strict=True):
        place = [float(dot.get_attribute(name)) for name in ("cx", "cy")]
        share = run["active"][frame]
        np.testing.assert_allclose(place, [LEFT + 12 / 200 * SIDE, TOP + SIDE - share * SIDE])
    slider.focus()
    page.keyboard.press("End")
    assert "hardest (ended after 80)" in page.locator(".siamese-sentence").inner_text()
    np.testing.assert_allclose(marks(page, 1), expected_marks(runs[1], -1, reach), atol=0.01)


def test_the_loss_curve_is_a_handle_too(still):
    page = still(replay_explorer())
    tip = page.get_by_role("slider", name="step on the loss curve")
    tip.focus()
    page.keyboard.press("Home")
    assert number(page, "step") == 0
    page.keyboard.press("PageUp")  # ten frames: one of the runs has one every two steps
    assert number(page, "step") == 20
    box = tip.locator("circle").last.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 3000, box["y"], steps=3)
    page.mouse.up()
    assert number(page, "step") == 200
    slider = page.get_by_role("slider", name="step", exact=True)
    assert float(slider.get_attribute("aria-valuenow")) == 200


def test_play_runs_from_the_first_frame_to_the_last_and_pauses(still):
    page = still(replay_explorer(record_run("small", *small_run())))
    sentence = page.locator(".siamese-sentence")
    assert number(page, "step") == 0
    page.get_by_role("button", name="Play").click()
    assert sentence.get_attribute("aria-live") == "off"
    page.get_by_role("button", name="Pause").click()
    assert sentence.get_attribute("aria-live") == "polite"
    assert number(page, "step") in (2, 4)
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Play").wait_for()  # it has come to its end
    assert number(page, "step") == 4
    assert sentence.get_attribute("aria-live") == "polite"


def test_with_less_motion_a_press_is_one_frame(still):
    page = still(replay_explorer(record_run("small", *small_run())))
    page.emulate_media(reduced_motion="reduce")
    button = page.get_by_role("button", name="Next frame")
    for step in (2, 4, 0, 2):
        button.click()
        page.wait_for_timeout(250)  # nothing moves on
        assert number(page, "step") == step


def test_letters_mark_themselves_and_longer_names_have_a_legend(still):
    frames, labels, loss = small_run()
    page = still(replay_explorer(record_run("small", frames, labels, loss)))
    assert page.locator(".siamese-mark").all_text_contents() == ["aaa", "bbb"]
    run = record_run("small", frames, labels, loss, names=["alpha", "beta"])
    page = still(replay_explorer(run))
    assert page.locator(".siamese-mark").all_text_contents() == ["●●●", "●●●"]
    assert page.locator(".siamese-legend").first.inner_text().split() == ["●", "alpha", "●", "beta"]


class Plane(nnx.Module):
    """A layer from pictures [batch, 2, 2] to the plane."""

    def __init__(self, *, rngs):
        self.layer = nnx.Linear(4, 2, rngs=rngs)

    def __call__(self, images):
        return self.layer(images.reshape(-1, 4))


def test_a_run_of_fit_is_recorded_as_the_docstring_says():
    rng = np.random.default_rng(11)
    pictures = rng.normal(size=(8, 2, 2)).astype(np.float32)
    labels = np.repeat([0, 1], 4)
    model = Plane(rngs=nnx.Rngs(0))

    def batches(epoch):
        yield pictures[:2], pictures[2:4], pictures[4:6]
        yield pictures[4:6], pictures[6:8], pictures[:2]

    def loss(model, anchor, positive, negative):
        return triplet_loss(model(anchor), model(positive), model(negative)).mean()

    frames = [encode(model, pictures)]
    history = fit(
        model, loss, batches, epochs=3, optimizer=optax.adam(0.1), progress=False,
        on_epoch=lambda _: frames.append(encode(model, pictures)),
    )  # fmt: skip
    run = record_run("mine", frames, labels, history["loss"])
    assert run["steps"] == [0, 2, 4, 6]
    assert run["loss"] == history["loss"]
    assert len({tuple(place) for place in run["points"]}) == 4
    assert run["active"] == triplet_summary(frames, labels)["active"].tolist()
    assert replay_explorer(run, "random").picture.runs[0] == run


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"frames": np.zeros((6, 2))}, r"frames has shape \(6, 2\); give \[frame, point, dim\]"),
        ({"frames": np.zeros((3, 6, 1))}, r"frames has shape \(3, 6, 1\)"),
        ({"frames": np.full((3, 6, 2), np.nan)}, "frames holds nan"),
        ({"labels": [0, 1]}, r"labels \(2,\) for 6 points"),
        ({"labels": [1] * 6}, r"labels are \[1\]; give two classes"),
        ({"labels": [0, 1, 2, 3, 4, 5]}, "give two classes, one with a pair"),
        ({"loss": []}, r"loss has shape \(0,\)"),
        ({"loss": [0.1, np.inf, 0.1, 0.1]}, "loss holds inf"),
        ({"steps": [0, 4]}, r"steps \(2,\) for 3 frames"),
        ({"steps": [0, 5, 4]}, "give whole numbers that rise, from 0 to the 4 of loss"),
        ({"steps": [0, 2, 5]}, "from 0 to the 4 of loss"),
        ({"loss": [0.1]}, "from 0 to the 1 of loss"),
        ({"names": ["a"]}, "1 names for 2 labels"),
        ({"margin": -1}, "margin is -1"),
    ],
)
def test_bad_input_is_refused(change, said):
    frames, labels, loss = small_run()
    with pytest.raises(ValueError, match=said):
        record_run("bad", **({"frames": frames, "labels": labels, "loss": loss} | change))


def test_a_word_that_is_no_run_and_a_third_run_are_refused():
    with pytest.raises(ValueError, match="run is 'best'; give one of 'random', 'hardest'"):
        replay_explorer("best")
    with pytest.raises(ValueError, match="3 runs; give one, or two"):
        replay_explorer("random", "hardest", "random")
