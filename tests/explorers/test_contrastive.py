"""The contrastive explorer: its numbers are siamese_lib's, and it answers to mouse and keys."""

import itertools

import jax
import numpy as np
import pytest

from siamese_lib.explorers import contrastive_explorer
from siamese_lib.explorers.contrastive import ContrastivePicture
from siamese_lib.losses import contrastive_loss

# The edges of both sliders, a distance just inside and just outside each margin, and between.
DISTANCES = [0.0, 0.01, 0.24, 0.25, 0.26, 0.6, 0.99, 1.0, 1.01, 1.5, 1.99, 2.0]
MARGINS = [0.0, 0.01, 0.25, 1.0, 1.2, 2.0]
GRID = list(itertools.product(DISTANCES, (False, True), MARGINS))


def loss_of(distance, is_same, margin):
    return contrastive_loss(np.array([distance]), np.array([int(is_same)]), margin=margin)[0]


def slope_of(distance, is_same, margin):
    def loss(d):
        return contrastive_loss(d, np.array([int(is_same)]), margin=margin).sum()

    return float(jax.grad(loss)(np.array([distance], np.float32))[0])


def test_loss_is_the_library_s(call_program):
    shown = call_program(ContrastivePicture, "contrastiveLoss", GRID)
    np.testing.assert_allclose(shown, [loss_of(*row) for row in GRID], atol=1e-6)


def test_force_is_minus_the_library_s_slope(call_program):
    shown = call_program(ContrastivePicture, "force", GRID)
    np.testing.assert_allclose(shown, [-slope_of(*row) for row in GRID], atol=1e-6)


def test_a_tie_with_the_margin_is_at_rest_whatever_the_slider_s_rounding(call_program):
    rows = [[0.1 + 0.2, False, 0.3], [1.2 - 1, False, 0.2], [0.7, False, 0.1 + 0.6]]
    assert call_program(ContrastivePicture, "contrastiveLoss", rows) == [0, 0, 0]
    assert call_program(ContrastivePicture, "force", rows) == [0, 0, 0]


def value(page, name):
    return float(page.locator(f"output[aria-label='{name}']").get_attribute("data-value"))


def test_sliders_keys_and_the_toggle_move_numbers_and_pixels(still):
    page = still(contrastive_explorer(distance=0.6, is_same=False, margin=1.0))
    assert value(page, "loss") == pytest.approx(0.16)
    assert value(page, "force") == pytest.approx(0.8)
    assert "pushed apart" in page.locator(".siamese-sentence").inner_text()
    before = page.locator(".siamese-picture").screenshot()
    page.get_by_role("checkbox", name="a genuine pair (same)").check()
    assert value(page, "loss") == pytest.approx(0.36)
    assert value(page, "force") == pytest.approx(-1.2)
    assert "drawn together" in page.locator(".siamese-sentence").inner_text()
    assert page.locator(".siamese-picture").screenshot() != before
    page.get_by_role("slider", name="margin", exact=True).focus()
    page.keyboard.press("Home")
    assert value(page, "loss") == pytest.approx(0.36)  # a genuine pair has no margin
    page.get_by_role("checkbox").uncheck()
    assert value(page, "loss") == 0
    assert "left alone" in page.locator(".siamese-sentence").inner_text()


@pytest.mark.parametrize("name", ["X2, its distance from X1", "distance on the curve"])
def test_both_discs_can_be_stepped_and_move_the_slider(still, name):
    page = still(contrastive_explorer())
    page.get_by_role("slider", name=name).focus()
    page.keyboard.press("End")
    assert value(page, "loss") == 0
    slider = page.get_by_role("slider", name="distance", exact=True)
    assert float(slider.get_attribute("aria-valuenow")) == 2
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert value(page, "loss") == pytest.approx(0.99**2)


def test_x2_can_be_dragged_round_x1(still):
    page = still(contrastive_explorer(distance=0.6))
    disc = page.get_by_role("slider", name="X2, its distance from X1").locator("circle").last
    box = disc.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    assert value(page, "loss") < 0.16


def arrows(page):
    """Whether each arrow is seen, and how far it goes to the right."""
    found = [page.locator(f"[data-step={name}]") for name in ("X1", "X2")]
    return [
        (one.get_attribute("visibility"), float(one.get_attribute("d").split("h")[1]))
        for one in found
    ]


def test_x1_takes_the_opposite_step_of_x2(still):
    page = still(contrastive_explorer(distance=0.6, is_same=False, margin=1.0))
    (seen1, first), (seen2, second) = arrows(page)
    assert seen1 == seen2 == "visible"
    assert second > 0 and first == -second  # apart
    page.get_by_role("checkbox").check()
    (_, first), (_, second) = arrows(page)
    assert second < 0 and first == -second  # together


def test_two_equal_vectors_get_no_arrow_as_in_the_library(still):
    page = still(contrastive_explorer(distance=0))
    assert value(page, "loss") == 1
    assert [seen for seen, _ in arrows(page)] == ["hidden", "hidden"]
    assert "no direction" in page.locator(".siamese-sentence").inner_text()
    page.get_by_role("slider", name="distance", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert [seen for seen, _ in arrows(page)] == ["visible", "visible"]


@pytest.mark.parametrize(
    "bad", [{"distance": -0.01}, {"distance": float("nan")}, {"margin": 2.1}, {"margin": "big"}]
)
def test_numbers_outside_their_range_are_refused(bad):
    with pytest.raises(ValueError, match=f"{next(iter(bad))} is .*; give a number from 0 to 2"):
        contrastive_explorer(**bad)


@pytest.mark.parametrize("bad", ["same", None, 2, 0.5])
def test_a_kind_that_is_neither_is_refused(bad):
    with pytest.raises(ValueError, match="is_same is .*; give True or False"):
        contrastive_explorer(is_same=bad)
