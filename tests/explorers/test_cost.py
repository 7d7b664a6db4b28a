"""The cost explorer: its numbers are siamese_lib's, and circle, square and keys agree."""

import itertools

import numpy as np
import pytest

from siamese_lib.energy import cosine_similarity
from siamese_lib.explorers import cost_explorer
from siamese_lib.explorers.cost import CostPicture

COSINES = [-1.0, -0.99, -0.6, -0.25, 0.0, 0.01, 0.3, 0.8, 1.0]
ANGLES = [-3.0, -1.1, 0.0, 0.4, 1.1, np.pi / 2, 3.1]


def test_the_cost_is_the_library_s(call_program):
    rows = list(itertools.product(COSINES, COSINES))
    p, n = np.array(rows).T
    anchor = np.tile([1.0, 0.0], (len(rows), 1))
    positive, negative = np.c_[p, np.sqrt(1 - p**2)], np.c_[n, -np.sqrt(1 - n**2)]
    expected = -cosine_similarity(anchor, positive) + cosine_similarity(anchor, negative)
    shown = call_program(CostPicture, "cost", [list(row) for row in rows])
    np.testing.assert_allclose(shown, expected, atol=1e-6)


def test_a_cosine_becomes_an_angle_and_an_angle_the_same_cosine(call_program):
    cosines = np.round(np.arange(-1, 1.005, 0.01), 2).tolist()
    rows = list(itertools.product(ANGLES, (1, -1), cosines))
    angles = call_program(CostPicture, "angleOf", [list(row) for row in rows])
    np.testing.assert_allclose(
        np.cos(np.array(angles) - [row[0] for row in rows]), [row[2] for row in rows], atol=1e-6
    )
    seen = call_program(
        CostPicture, "seenFrom", [[row[0], angle] for row, angle in zip(rows, angles, strict=True)]
    )
    assert [s["cosine"] for s in seen] == [row[2] for row in rows]
    # In line with A there is no side to be on.
    sides = [(s["side"], row[1]) for s, row in zip(seen, rows, strict=True) if abs(row[2]) < 1]
    assert all(shown == given for shown, given in sides)


def number(page, name):
    return float(page.locator(f"output[aria-label='{name}']").get_attribute("data-value"))


def disc(page, name):
    """The middle of a disc in its panel, from its transform."""
    place = page.get_by_role("slider", name=name).get_attribute("transform")
    return np.array(place.removeprefix("translate(").removesuffix(")").split(), float)


def test_keys_move_numbers_and_discs_to_where_the_formula_says(still):
    page = still(cost_explorer(cos_ap=0.8, cos_an=0.3))
    assert number(page, "cost") == pytest.approx(-0.5)
    before = page.locator(".siamese-picture").screenshot()
    page.get_by_role("slider", name="cos(A,N)", exact=True).focus()
    page.keyboard.press("End")
    assert number(page, "cost") == pytest.approx(0.2)
    assert page.locator(".siamese-picture").screenshot() != before
    assert (
        "N is nearer to A than P, which is wrong" in page.locator(".siamese-sentence").inner_text()
    )
    # cos(A,N) = 1: N lies on A; the point in the square is at (0.8, 1).
    np.testing.assert_allclose(disc(page, "N on the circle"), disc(page, "direction of A"))
    left, top, side = 54, 10, 256
    np.testing.assert_allclose(disc(page, "triplet in the square"), [left + 0.9 * side, top])
    page.get_by_role("slider", name="P on the circle, cos(A,P)").focus()
    page.keyboard.press("Home")
    assert number(page, "cost") == pytest.approx(2)
    middle = np.array([160, 160])
    np.testing.assert_allclose(
        disc(page, "P on the circle") - middle, middle - disc(page, "direction of A")
    )


def points(page, selector):
    """The points of a path "Mx yLx y" or "Mx ylx y", absolute."""
    drawn = page.locator(selector).get_attribute("d")
    first, second = (
        np.array(part.split(), float) for part in drawn[1:].replace("l", "L").split("L")
    )
    return first, first + second if "l" in drawn else second


@pytest.mark.parametrize(("cos_ap", "cos_an"), [(0.8, 0.3), (-0.6, 0.96), (0.0, -1.0)])
def test_the_shadow_ends_at_the_foot_of_the_perpendicular(still, cos_ap, cos_an):
    page = still(cost_explorer(cos_ap=cos_ap, cos_an=cos_an))
    middle, radius = np.array([160.0, 160.0]), 118
    along = (disc(page, "direction of A") - middle) / radius
    tips = {"positive": "P on the circle", "negative": "N on the circle"}
    for (role, name), cosine in zip(tips.items(), (cos_ap, cos_an), strict=True):
        tip, foot = points(page, f".siamese-drop.siamese-{role}")
        np.testing.assert_allclose(tip, disc(page, name), atol=1e-6)
        np.testing.assert_allclose(foot, middle + cosine * radius * along, atol=1e-6)
        assert (tip - foot) @ along == pytest.approx(0, abs=1e-6)  # at a right angle to A
        begin, end = points(page, f".siamese-shadow.siamese-{role}")
        np.testing.assert_allclose(end - begin, cosine * radius * along, atol=1e-6)
        assert abs((begin - middle) @ along) < 1e-6  # beside the centre, not along A


def test_turning_a_leaves_p_and_n_where_they_are(still):
    page = still(cost_explorer(cos_ap=0.8, cos_an=0.3))
    before = disc(page, "P on the circle"), disc(page, "N on the circle")
    page.get_by_role("slider", name="direction of A").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    # Cosines go in steps of 0.01, which is up to a pixel or two on the circle.
    np.testing.assert_allclose(disc(page, "P on the circle"), before[0], atol=3)
    np.testing.assert_allclose(disc(page, "N on the circle"), before[1], atol=3)
    # A turned 10 degrees towards P, which lay at acos(0.8) from it, and away from N.
    assert number(page, "cos(A,P)") == pytest.approx(np.cos(np.arccos(0.8) - np.pi / 18), abs=0.03)
    assert number(page, "cos(A,N)") == pytest.approx(np.cos(np.arccos(0.3) + np.pi / 18), abs=0.03)


def test_the_point_in_the_square_can_be_dragged(still):
    page = still(cost_explorer(cos_ap=0.8, cos_an=0.3))
    point = page.get_by_role("slider", name="triplet in the square").locator("circle").last
    box = point.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 3000, box["y"] + 3000, steps=3)  # far out: held at the corner
    page.mouse.up()
    assert (number(page, "cos(A,P)"), number(page, "cos(A,N)")) == (-1, -1)
    for name in ("cos(A,P)", "cos(A,N)"):
        slider = page.get_by_role("slider", name=name, exact=True)
        assert float(slider.get_attribute("aria-valuenow")) == -1


@pytest.mark.parametrize(
    "bad", [{"cos_ap": 1.01}, {"cos_ap": "1"}, {"cos_an": float("nan")}, {"cos_an": True}]
)
def test_values_outside_their_range_are_refused(bad):
    with pytest.raises(ValueError, match=f"{next(iter(bad))} is .*; give a number from -1 to 1"):
        cost_explorer(**bad)
