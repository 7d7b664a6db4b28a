"""The triplet explorer: its numbers are siamese_lib's, and it answers to mouse and keys."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from siamese_lib.explorers import triplet_explorer
from siamese_lib.explorers.triplet import TripletPicture
from siamese_lib.losses import TRIPLET_KINDS, triplet_kind, triplet_loss

COSINES = [-1.0, -0.6, -0.25, 0.0, 0.3, 0.8, 1.0]
MARGINS = [0.0, 0.1, 0.25, 1.0, 2.0]


def vectors(cos_ap, cos_an):
    """A, P, N [batch, 2] with the cosines given."""
    anchor = np.tile([1.0, 0.0], (len(cos_ap), 1))
    p, n = np.asarray(cos_ap), np.asarray(cos_an)
    return anchor, np.c_[p, np.sqrt(1 - p**2)], np.c_[n, -np.sqrt(1 - n**2)]


@pytest.mark.parametrize("margin", MARGINS)
def test_loss_and_kind_are_the_library_s(call_program, margin):
    rows = [[ap, an, margin] for ap, an in itertools.product(COSINES, COSINES)]
    triplets = vectors([r[0] for r in rows], [r[1] for r in rows])
    expected = triplet_loss(*triplets, margin=margin)
    shown = call_program(TripletPicture, "tripletLoss", rows)
    np.testing.assert_allclose(shown, expected, atol=1e-6)
    kinds = [TRIPLET_KINDS[k] for k in triplet_kind(*triplets, margin=margin)]
    # On a border the library's float32 cosines decide by rounding; there the shown numbers count.
    clear = [min(abs(an - ap), abs(an - ap + m)) > 1e-6 or ap in (-1, 0, 1) for ap, an, m in rows]
    shown = call_program(TripletPicture, "tripletKind", rows)
    assert [s for s, c in zip(shown, clear, strict=True) if c] == [
        k for k, c in zip(kinds, clear, strict=True) if c
    ]
    assert sum(clear) >= 40


@pytest.mark.parametrize("margin", [0.0, 0.25, 2.0])
def test_each_step_is_minus_the_gradient_a_s_own_as_well(call_program, margin):
    def loss(angles):
        a, p, n = jnp.stack([jnp.cos(angles), jnp.sin(angles)], axis=1)[:, None]
        return triplet_loss(a, p, n, margin=margin)[0]

    # The bend, where the loss has no gradient, is left out.
    rows = [
        [ap, an, margin] for ap, an in itertools.product(COSINES, COSINES)
        if abs(an - ap + margin) > 1e-6
    ]  # fmt: skip
    shown = call_program(TripletPicture, "turns", rows)
    for (ap, an, _), turn in zip(rows, shown, strict=True):
        angles = np.pi / 2 + np.array([0, np.arccos(ap), -np.arccos(an)])
        expected = -jax.grad(loss)(jnp.asarray(angles))
        drawn = [turn[role] for role in ("anchor", "positive", "negative")]
        np.testing.assert_allclose(drawn, expected, atol=1e-3)  # float32 near the ends


def test_a_has_an_arrow_along_the_circle_and_none_at_rest(still):
    page = still(triplet_explorer(cos_ap=0.6, cos_an=0.5, margin=0.25))
    arrow = page.locator("[data-step=anchor]")
    assert arrow.get_attribute("visibility") == "visible"
    x, y = (float(part) for part in arrow.get_attribute("d").split("l")[1].split())
    # A stands on top; towards P is to the left, by both sines together.
    assert x == pytest.approx(-50 * (0.8 + np.sqrt(0.75))) and y == pytest.approx(0, abs=1e-9)
    page.get_by_role("slider", name="margin", exact=True).focus()
    page.keyboard.press("Home")
    for role in ("anchor", "positive", "negative"):
        assert page.locator(f"[data-step={role}]").get_attribute("visibility") == "hidden"


def shown(page, name):
    return page.locator(f"output[aria-label='{name}']")


def test_sliders_and_keys_move_numbers_and_pixels(still):
    page = still(triplet_explorer(cos_ap=0.6, cos_an=0.5, margin=0.25))
    assert float(shown(page, "loss").get_attribute("data-value")) == pytest.approx(0.15)
    before = page.locator(".siamese-picture").screenshot()
    slider = page.get_by_role("slider", name="cos(A,N)", exact=True)
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    assert float(shown(page, "loss").get_attribute("data-value")) == pytest.approx(0.10)
    assert shown(page, "kind").inner_text() == "semi-hard"
    assert page.locator(".siamese-picture").screenshot() != before
    page.get_by_role("slider", name="margin", exact=True).focus()
    page.keyboard.press("Home")
    assert float(shown(page, "loss").get_attribute("data-value")) == 0
    assert "easy" in page.locator(".siamese-sentence").inner_text()


def test_the_letters_can_be_dragged_and_stepped(still):
    page = still(triplet_explorer(cos_ap=0.6, cos_an=0.5))
    letter = page.get_by_role("slider", name="P on the circle, cos(A,P)")
    letter.focus()
    page.keyboard.press("End")
    assert shown(page, "cos(A,P)").get_attribute("data-value") == "1"
    # The slider of ipywidgets follows the letter.
    slider = page.get_by_role("slider", name="cos(A,P)", exact=True)
    assert float(slider.get_attribute("aria-valuenow")) == 1
    box = page.get_by_role("slider", name="N on the circle, cos(A,N)").locator("circle").last
    box = box.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60, steps=4)
    page.mouse.up()
    assert float(shown(page, "cos(A,N)").get_attribute("data-value")) < 0.5


@pytest.mark.parametrize(
    "bad", [{"cos_ap": 1.01}, {"cos_an": float("nan")}, {"margin": -0.1}, {"margin": "big"}]
)
def test_values_outside_their_range_are_refused(bad):
    with pytest.raises(ValueError, match=f"{next(iter(bad))} is .*; give a number from"):
        triplet_explorer(**bad)
