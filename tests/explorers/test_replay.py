"""The replay explorer: its triplets are counted as siamese_lib counts them, frame by frame."""

import itertools

import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from siamese_lib.explorers import replay_explorer
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


@pytest.mark.parametrize("run", ["random", "hardest"])
def test_the_recorded_runs_say_what_notebook_03_says(run):
    picture = replay_explorer(run=run).picture
    assert 40 <= len(picture.steps) == len(picture.points) <= 60
    assert {len(place) for place in picture.points} == {2 * len(picture.labels)}
    assert len(picture.loss) == picture.steps[-1] == picture.step
    assert abs(np.array(picture.points)).max() <= 1000
    assert picture.active[0] > 0.99
    if run == "random":
        assert picture.active[-1] < 0.2
        assert picture.between[-1] > 2 * picture.within[-1]
        assert np.mean(picture.loss[-10:]) < 0.05
    else:
        assert picture.active[-1] == 1
        assert picture.between[-1] < 0.01
        assert picture.loss[-1] == pytest.approx(picture.margin, abs=0.002)
    assert (DATA / f"explorer_{run}.json").stat().st_size <= 60_000


def number(page, name):
    return float(page.locator(f"output[aria-label='{name}']").get_attribute("data-value"))


def marks(page):
    """The places of all marks on the map, in pixels of the panel, class after class."""
    return np.concatenate([
        np.array([text.get_attribute(axis).split() for axis in "xy"], float).T
        for text in page.locator(".siamese-mark").all()
    ])  # fmt: skip


def expected_marks(picture, k):
    order = np.argsort(picture.labels, kind="stable")
    x, y = (np.array(picture.points[k]).reshape(-1, 2)[order] / 1000).T
    return np.c_[LEFT + (x + 1) / 2 * SIDE, TOP + SIDE - (y + 1) / 2 * SIDE + 4.5]


@pytest.mark.parametrize("dark", [False, True])
def test_keys_move_numbers_and_marks_to_the_frame(still, dark):
    explorer = replay_explorer()
    picture = explorer.picture
    page = still(explorer, dark=dark)
    np.testing.assert_allclose(marks(page), expected_marks(picture, 50), atol=0.01)
    before = page.locator(".siamese-picture").screenshot()
    page.get_by_role("slider", name="step", exact=True).focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert number(page, "step") == picture.steps[3] == 12
    assert number(page, "loss") == picture.loss[12]
    for name, shown in (
        ("active", "active triplets"), ("within", "distance A to P"),
        ("between", "distance A to N"),
    ):  # fmt: skip
        assert number(page, shown) == getattr(picture, name)[3]
    np.testing.assert_allclose(marks(page), expected_marks(picture, 3), atol=0.01)
    assert page.locator(".siamese-picture").screenshot() != before
    tip = page.get_by_role("slider", name="step on the loss curve")
    assert tip.get_attribute("aria-valuetext") == f"step 12, loss {picture.loss[12]:.3f}"
    # The dot of the share stands at step 12 of 200, at the share of the axis from 0 to 1.
    dot = page.locator("circle.siamese-accent")
    place = [float(dot.get_attribute(name)) for name in ("cx", "cy")]
    share = picture.active[3]
    np.testing.assert_allclose(place, [LEFT + 12 / 200 * SIDE, TOP + SIDE - share * SIDE])


def test_the_loss_curve_is_a_handle_too(still):
    page = still(replay_explorer())
    tip = page.get_by_role("slider", name="step on the loss curve")
    tip.focus()
    page.keyboard.press("Home")
    assert number(page, "step") == 0
    page.keyboard.press("PageUp")
    assert number(page, "step") == 40
    box = tip.locator("circle").last.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 3000, box["y"], steps=3)
    page.mouse.up()
    assert number(page, "step") == 200
    slider = page.get_by_role("slider", name="step", exact=True)
    assert float(slider.get_attribute("aria-valuenow")) == 200


def test_play_runs_from_the_first_frame_to_the_last_and_pauses(still):
    page = still(replay_explorer(*small_run()))
    sentence = page.locator(".siamese-sentence")
    assert number(page, "step") == 4
    page.get_by_role("button", name="Play").click()
    assert sentence.get_attribute("aria-live") == "off"
    page.get_by_role("button", name="Pause").click()
    assert sentence.get_attribute("aria-live") == "polite"
    assert number(page, "step") in (0, 2)
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Play").wait_for()  # it has come to its end
    assert number(page, "step") == 4
    assert sentence.get_attribute("aria-live") == "polite"


def test_with_less_motion_a_press_is_one_frame(still):
    page = still(replay_explorer(*small_run()))
    page.emulate_media(reduced_motion="reduce")
    button = page.get_by_role("button", name="Next frame")
    for step in (0, 2, 4, 0):
        button.click()
        page.wait_for_timeout(250)  # nothing moves on
        assert number(page, "step") == step


def test_letters_mark_themselves_and_longer_names_have_a_legend(still):
    frames, labels, loss = small_run()
    page = still(replay_explorer(frames, labels, loss))
    assert page.locator(".siamese-mark").all_text_contents() == ["aaa", "bbb"]
    page = still(replay_explorer(frames, labels, loss, names=["alpha", "beta"]))
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
    picture = replay_explorer(frames, labels, history["loss"]).picture
    assert picture.steps == [0, 2, 4, 6]
    assert picture.loss == history["loss"]
    assert len({tuple(place) for place in picture.points}) == 4
    assert picture.active == triplet_summary(frames, labels)["active"].tolist()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"loss": None}, "belong together; give all three or none"),
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
        ({"run": "best"}, "run is 'best'; give one of 'random', 'hardest'"),
    ],
)
def test_bad_input_is_refused(change, said):
    frames, labels, loss = small_run()
    with pytest.raises(ValueError, match=said):
        replay_explorer(**({"frames": frames, "labels": labels, "loss": loss} | change))
