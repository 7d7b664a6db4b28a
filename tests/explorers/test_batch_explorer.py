"""The batch explorer: its numbers are siamese_lib's, and entries change by click, keys, slider."""

import numpy as np
import pytest
from browser import painted

from siamese_lib.explorers import batch_explorer
from siamese_lib.explorers.batch import SLIDE_MATRIX, BatchPicture
from siamese_lib.losses import modified_triplet_loss

OPTIONS = [(n, r) for n in ("closest", "hardest") for r in ("sum", "mean")]
ROW = ["positive", "mean negative", "chosen negative", "L1", "L2", "L1 + L2"]


def matrices():
    """The slide's, one with a bad row, random ones on a grid with ties, and the extremes."""
    rng = np.random.default_rng(3)
    slide = np.array(SLIDE_MATRIX)
    variant = slide.copy()
    variant[2, 2] = -0.4
    tied = [np.round(rng.uniform(-1, 1, (n, n)), 1) for n in (2, 3, 4, 6) for _ in range(8)]
    return [slide, variant, np.ones((3, 3)), -np.ones((3, 3)), np.zeros((2, 2)), *tied]


@pytest.mark.parametrize(("negatives", "reduction"), OPTIONS)
@pytest.mark.parametrize("margin", [0.0, 0.25, 1.0, 2.0])
def test_the_loss_is_the_library_s(call_program, negatives, reduction, margin):
    cases = matrices()
    shown = call_program(
        BatchPicture, "batchLoss", [[s.tolist(), margin, negatives, reduction] for s in cases]
    )
    # S = anchor @ positive.T is the anchor itself where the positives are the unit vectors.
    expected = [
        modified_triplet_loss(
            s, np.eye(len(s)), margin=margin, negatives=negatives, reduction=reduction
        )
        for s in cases
    ]
    np.testing.assert_allclose(shown, expected, rtol=1e-6, atol=1e-6)


def test_a_row_whose_positive_is_worst_has_no_closest_negative(call_program):
    (row,) = call_program(BatchPicture, "rowLoss", [[[-0.4, 0.3, 0.1], 0, 0.25, "closest"]])
    assert row == pytest.approx(
        {"meanNegative": 0.2, "chosen": None, "l1": 0.85, "l2": 0, "loss": 0.85}
    )


def number(page, name):
    return float(page.locator(f"output[aria-label='{name}']").get_attribute("data-value"))


def test_the_bad_row_has_its_loss_in_row_2_counted_from_0(still):
    page = still(batch_explorer())
    assert number(page, "loss") == 0
    before = page.locator(".siamese-picture").screenshot()
    page.get_by_role("button", name="positive of row 2: -0.4").click()
    assert number(page, "loss") == pytest.approx(0.5166667, abs=1e-6)
    shown = [number(page, f"{name} of row 2") for name in ROW]
    assert shown == pytest.approx([-0.4, -2 / 15, -0.8, 0.5166667, 0, 0.5166667], abs=1e-6)
    assert "from A2" in page.locator(".siamese-sentence").inner_text()
    assert page.locator(".siamese-picture").screenshot() != before
    page.get_by_role("radio", name="hardest").check()
    assert number(page, "L2 of row 2") == pytest.approx(0.3 + 0.4 + 0.25)
    page.get_by_role("radio", name="mean").check()
    assert number(page, "loss") == pytest.approx((0.5166667 + 0.95) / 4, abs=1e-6)
    page.get_by_role("button", name="start again").click()
    assert number(page, "loss") == 0


def test_entries_change_by_keys_click_and_slider(still):
    page = still(batch_explorer())
    slider = page.get_by_role("slider", name="chosen entry")
    assert float(slider.get_attribute("aria-valuenow")) == pytest.approx(0.7)
    cell = page.get_by_role("spinbutton", name="S row 0, column 2")
    cell.click()
    assert float(slider.get_attribute("aria-valuenow")) == pytest.approx(0.3)
    page.keyboard.press("ArrowUp")
    assert float(cell.get_attribute("aria-valuenow")) == pytest.approx(0.4)
    assert float(slider.get_attribute("aria-valuenow")) == pytest.approx(0.4)
    assert cell.get_attribute("aria-valuetext") == "0.40, the chosen negative"
    cell.locator(".siamese-arrow").first.click()
    assert float(cell.get_attribute("aria-valuenow")) == pytest.approx(0.5)
    page.keyboard.press("End")
    assert float(cell.get_attribute("aria-valuenow")) == 1
    assert cell.get_attribute("aria-valuetext") == "1.00, left out"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")  # past the row's end to the next row
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "S row 1, column 0"
    slider.focus()
    page.keyboard.press("ArrowRight")
    changed = page.get_by_role("spinbutton", name="S row 1, column 0")
    assert float(changed.get_attribute("aria-valuenow")) == pytest.approx(-0.79)


def test_an_entry_between_two_steps_is_drawn_and_can_be_moved(still):
    page = still(batch_explorer([[0.9, 0.123], [0.2, 0.6549]]))
    painted(page)
    shown = number(page, "positive of row 1")
    assert shown == pytest.approx(0.65, abs=0.006)
    page.get_by_role("slider", name="chosen entry").focus()
    page.keyboard.press("ArrowLeft")
    assert number(page, "positive of row 1") == pytest.approx(0.64)
    assert number(page, "mean negative of row 0") == pytest.approx(0.123)


def test_rows_and_columns_count_from_0_as_arrays_do(still):
    page = still(batch_explorer())
    words = page.locator(".siamese-picture svg text").all_text_contents()
    assert [word for word in words if word[:1] in ("A", "P")] == [
        *(f"{letter}{k}" for k in range(4) for letter in "PA"), *(f"A{k}" for k in range(4)),
    ]  # fmt: skip
    assert page.locator("tbody th").all_text_contents() == ["A0", "A1", "A2", "A3"]


def test_only_the_chosen_entry_is_a_tab_stop(still):
    page = still(batch_explorer())
    assert page.locator(".siamese-cell[tabindex='0']").count() == 1


def test_a_matrix_set_from_python_reaches_the_slider():
    explorer = batch_explorer([[0.5, 0.1], [0.2, 0.9]], margin=0.5, negatives="hardest")
    assert explorer.picture.entry == 0.9
    assert explorer.sliders["margin"].value == 0.5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"similarity": [[1, 0]]}, r"shape \(1, 2\); give a square of 2 to 6"),
        ({"similarity": np.zeros((7, 7))}, r"shape \(7, 7\)"),
        ({"similarity": [[1, 0], [0, 1.5]]}, "holds 1.5; give cosines"),
        ({"similarity": [[1, 0], [0, np.nan]]}, "holds nan"),
        ({"margin": 3}, "margin is 3; give a number from 0 to 2"),
        ({"negatives": "nearest"}, "negatives is 'nearest'; give one of"),
        ({"reduction": "none"}, "reduction is 'none'; give one of"),
    ],
)
def test_bad_input_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        batch_explorer(**change)
