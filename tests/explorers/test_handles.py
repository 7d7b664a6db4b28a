"""Handles on top of each other: each can still be grabbed, by mouse, by touch and by keys."""

import pytest

from siamese_lib.explorers import cost_explorer

NAMES = {
    "A": "direction of A in degrees", "P": "P on the circle, cos(A,P)",
    "N": "N on the circle, cos(A,N)",
}  # fmt: skip


def middle(page, letter):
    box = page.get_by_role("slider", name=NAMES[letter]).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def focused(page):
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    return next((letter for letter, name in NAMES.items() if name == label), None)


def values(page):
    found = (page.get_by_role("slider", name=name) for name in NAMES.values())
    return [float(one.get_attribute("aria-valuenow")) for one in found]


def drag(page, letter, right, down):
    x, y = middle(page, letter)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=4)
    page.mouse.up()


@pytest.mark.parametrize("letter", "APN")
def test_the_nearest_disc_is_taken_not_the_one_whose_reach_lies_on_top(still, letter):
    # P and N are 16 pixels from A, and a reach is 22.
    page = still(cost_explorer(cos_ap=0.99, cos_an=0.99))
    drag(page, letter, 70, 60)
    assert focused(page) == letter


@pytest.mark.parametrize("letter", "APN")
def test_a_disc_under_another_comes_up_with_the_focus(still, letter):
    page = still(cost_explorer(cos_ap=1, cos_an=1))
    page.get_by_role("slider", name=NAMES[letter]).focus()
    assert page.locator(".siamese-look").all_text_contents()[2] == letter  # drawn last
    before = values(page)
    drag(page, letter, 60, 60)
    after = values(page)
    if letter == "A":  # A turns away from both
        assert after[0] != before[0] and after[1] == after[2] < 1
    else:
        moved = [old != new for old, new in zip(before, after, strict=True)]
        assert moved == [name == letter for name in NAMES]


def test_a_tap_goes_on_to_the_disc_below_and_changes_nothing(still):
    page = still(cost_explorer(cos_ap=1, cos_an=1), touch=True)
    before, x_y, seen = values(page), middle(page, "A"), set()
    for _ in range(3):
        page.touchscreen.tap(*x_y)
        seen.add(focused(page))
    assert seen == set(NAMES)
    assert values(page) == before


def test_tab_goes_through_all_in_their_order_whichever_is_on_top(still):
    page = still(cost_explorer(cos_ap=1, cos_an=1))
    page.get_by_role("slider", name=NAMES["A"]).focus()
    order = [focused(page)]
    for _ in range(2):
        page.keyboard.press("Tab")
        order.append(focused(page))
    assert order == ["A", "P", "N"]
