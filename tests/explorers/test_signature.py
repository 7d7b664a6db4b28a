"""The signature pad: the page compares as the library does, and refuses a dot and an empty pad."""

import numpy as np
import pytest
from browser import embed_in_page

from siamese_lib.datasets import load_results, load_signatures
from siamese_lib.encoders import signature_encoder
from siamese_lib.encoders.pretrained import SIGNATURE_WEIGHTS
from siamese_lib.explorers import signature_explorer
from siamese_lib.explorers.signature import SignaturePicture
from siamese_lib.training import encode


def test_the_encoder_in_the_page_is_that_of_the_library(chromium, loopback):
    data = load_signatures("test", genuine=2, forged=0)
    given = np.round(data.images[:20] * 255).astype(np.uint8)
    vectors = embed_in_page(
        chromium, loopback, SignaturePicture, SIGNATURE_WEIGHTS, given.reshape(20, -1).tolist()
    )
    expected = encode(signature_encoder(), given.astype(np.float32) / 255)
    assert np.abs(np.array(vectors) - expected).max() < 1e-5
    assert SIGNATURE_WEIGHTS.stat().st_size < 500_000


def test_the_energy_is_the_mean_distance(call_program):
    rng = np.random.default_rng(0)
    enrolled, claim = rng.normal(size=(3, 5)), rng.normal(size=5)
    by_hand = sum(np.sqrt(((e - claim) ** 2).sum()) for e in enrolled) / 3
    (shown,) = call_program(SignaturePicture, "energyOf", [[enrolled.tolist(), claim.tolist()]])
    assert shown == pytest.approx(by_hand)


def test_ink_is_measured_and_a_dot_or_an_empty_pad_refused(call_program):
    long, dot = [[[0, 0], [30, 40]], [[100, 0], [100, 25]]], [[[5, 5]]]
    assert call_program(SignaturePicture, "inkLength", [[long], [dot], [[]]]) == [75, 0, 0]
    said = call_program(SignaturePicture, "problemWith", [
        [[], 0, False], [dot, 0, False], [[[[0, 0], [20, 0]]], 3, True], [long, 2, True],
        [long, 3, True], [long, 0, False],
    ])  # fmt: skip
    assert said[0].startswith("The pad is empty")
    assert said[1].startswith("That is a dot") and said[2].startswith("That is very little ink")
    assert said[3] == "Enrol 3 signatures first; you have 2." and said[4:] == ["", ""]


def test_a_signature_fills_the_picture_as_in_the_library(call_program):
    strokes = [[[100, 50], [300, 90]]]
    (placed,) = call_program(SignaturePicture, "placement", [[strokes]])
    xs = [placed["scale"] * x + placed["x"] for x in (100, 300)]
    assert xs == pytest.approx([3 + 1.25 / 2, 53 - 1.25 / 2])
    assert placed["scale"] * 70 + placed["y"] == pytest.approx(28)


def sign(page, lean=0.0, tall=1.0):
    """Signs with the mouse, in two strokes."""
    box = page.get_by_role("application").bounding_box()
    zigzag = [(0.15 + 0.06 * k, 0.5 + tall * (-1) ** k * (0.015 * k - 0.3)) for k in range(10)]
    for line in (zigzag, [(0.15, 0.92), (0.8, 0.88)]):
        places = [(box["x"] + (x + lean * (0.5 - y)) * box["width"], box["y"] + y * box["height"])
                  for x, y in line]  # fmt: skip
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=5)
        page.mouse.up()


def energy(page):
    return float(page.locator("output[aria-label=energy]").get_attribute("data-value"))


def test_with_no_kernel_one_signs_enrols_and_is_told_from_another_hand(still):
    page = still(signature_explorer())
    sentence = page.locator(".siamese-sentence")
    press = {name: page.get_by_role("button", name=name, exact=True) for name in
             ("enrol", "check", "clear", "start over")}  # fmt: skip
    press["enrol"].click()
    assert "The pad is empty" in sentence.inner_text()
    page.get_by_role("application").click()
    press["enrol"].click()
    assert "That is a dot" in sentence.inner_text()
    press["clear"].click()
    for k, lean in enumerate((0.0, 0.04, -0.04)):
        sign(page, lean)
        if k == 2:
            press["check"].click()
            assert "Enrol 3 signatures first; you have 2." in sentence.inner_text()
        press["enrol"].click()
        page.get_by_text(f"Enrolled {k + 1}").wait_for()
    sign(page, 0.02)
    press["check"].click()
    own = energy(page)
    press["clear"].click()
    sign(page, 0.5, tall=0.35)
    press["check"].click()
    assert energy(page) > own + 0.1
    assert own < load_results("signatures")["pad"]["threshold"]
    assert "Accepted" in sentence.inner_text() or "Rejected" in sentence.inner_text()
    press["start over"].click()
    assert "Enrolled: 0" in sentence.inner_text()


def test_who_has_no_pointer_signs_with_buttons_or_keys(still):
    page = still(signature_explorer(threshold=1.5))
    buttons = {name: page.get_by_role("button", name=name, exact=True)
               for name in ("a genuine one", "a forgery", "enrol", "check")}  # fmt: skip
    for k in range(3):
        buttons["a genuine one"].click()
        buttons["enrol"].click()
        page.get_by_text(f"Enrolled {k + 1}").wait_for()
    buttons["a genuine one"].click()
    buttons["check"].click()
    page.get_by_text("Accepted: energy").wait_for()
    own = energy(page)
    buttons["a forgery"].click()
    buttons["check"].click()
    assert energy(page) > own
    pad = page.get_by_role("application")
    pad.press("Escape")
    pad.press(" ")
    for key in ["ArrowRight"] * 8 + ["ArrowUp"] * 5:
        pad.press(key)
    pad.press(" ")
    buttons["check"].click()
    assert energy(page) > own


def test_the_slider_moves_the_verdict(still):
    page = still(signature_explorer(threshold=1.5))
    for name in ("a genuine one", "enrol") * 3 + ("a forgery", "check"):
        page.get_by_role("button", name=name, exact=True).click()
    verdict = page.locator("output[aria-label=verdict]")
    assert verdict.inner_text() == "accepted"
    page.get_by_role("slider", name="threshold", exact=True).focus()
    page.keyboard.press("Home")
    page.get_by_text("Rejected: energy").wait_for()
    assert verdict.inner_text() == "rejected"


def test_prepared_signatures_lie_on_the_pad():
    picture = signature_explorer(person=3).picture
    assert len(picture.genuine) == 8 and len(picture.forged) == 4
    for one in (*picture.genuine, *picture.forged):
        points = np.concatenate([np.array(stroke) for stroke in one["strokes"]])
        assert points.min() >= 24 and (points <= [336, 156]).all() and one["seconds"] > 0


@pytest.mark.parametrize(("given", "said"), [
    ({"threshold": 2}, "threshold is 2; give a number from 0 to 1.5"),
    ({"person": 60}, "person is 60"), ({"person": -1}, "person is -1"),
])  # fmt: skip
def test_bad_input_is_quoted(given, said):
    with pytest.raises(ValueError, match=said):
        signature_explorer(**given)
