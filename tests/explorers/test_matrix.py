"""The matrix explorer: each entry is the product of two rows, and says which."""

import numpy as np
import pytest

from siamese_lib.energy import pairwise_cosine
from siamese_lib.explorers import matrix_explorer
from siamese_lib.explorers.matrix import ANCHORS, POSITIVES, MatrixPicture

N = len(ANCHORS)


def rows(degrees):
    turned = np.radians(degrees)
    return np.stack([np.cos(turned), np.sin(turned)], axis=1)


def expected(v1=ANCHORS, v2=POSITIVES):
    return np.asarray(pairwise_cosine(rows(v1), rows(v2)))


def test_the_matrix_is_the_library_s(call_program):
    (shown,) = call_program(MatrixPicture, "similarities", [[ANCHORS, POSITIVES]])
    np.testing.assert_allclose(shown, expected(), atol=1e-6)
    assert expected()[3].argmax() == 2  # what the question of notebook 04 asks for


def written(page):
    """The numbers in the matrix, nan where none is filled in."""
    texts = page.locator(".siamese-cell text").all_text_contents()
    return np.array([float(text or "nan") for text in texts]).reshape(N, N)


def test_an_entry_shows_the_two_rows_that_made_it(still):
    page = still(matrix_explorer())
    np.testing.assert_allclose(written(page), expected(), atol=0.0051)
    page.get_by_role("button", name="S row 1, column 2").click()
    sentence = page.locator(".siamese-sentence").inner_text()
    (a1, a2), (p1, p2) = rows(ANCHORS)[1], rows(POSITIVES)[2]
    terms = (f"({x:.2f})" if x < 0 else f"{x:.2f}" for x in (a1, p1, a2, p2))
    assert sentence == (
        "S[1, 2] = v1[1] · v2[2] = {} · {} + {} · {} = ".format(*terms) + f"{expected()[1, 2]:.2f}."
    )
    assert page.locator(".siamese-picked").all_text_contents() == [
        f"({a1:.2f}, {a2:.2f})", f"({p1:.2f}, {p2:.2f})",
    ]  # fmt: skip
    strong = page.evaluate("""[...document.querySelectorAll(".siamese-vector")]
        .filter(e => e.getAttribute("stroke-opacity") === "1").map(e => e.getAttribute("class"))""")
    assert strong == ["siamese-vector siamese-anchor", "siamese-vector siamese-positive"]


def test_arrow_keys_go_from_entry_to_entry(still):
    page = still(matrix_explorer())
    page.get_by_role("button", name="S row 1, column 3").focus()
    for key, place in (("ArrowRight", "row 2, column 0"), ("ArrowUp", "row 1, column 0")):
        page.keyboard.press(key)
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert focused.startswith(f"S {place}")
    assert page.locator(".siamese-cell[tabindex='0']").count() == 1


def test_the_slider_fills_the_matrix_row_by_row(still):
    page = still(matrix_explorer())
    page.get_by_role("slider", name="entries filled").focus()
    page.keyboard.press("Home")
    for filled in (1, 2, 3, 4, 5):
        assert np.isfinite(written(page)).ravel().tolist() == [k < filled for k in range(N * N)]
        i, j = divmod(filled - 1, N)
        page.locator(".siamese-sentence", has_text=f"S[{i}, {j}]").wait_for()
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="S row 3, column 1").click()  # as far as this one
    assert np.isfinite(written(page)).sum() == 14


def test_play_fills_it_from_the_first_entry_to_the_last(still):
    page = still(matrix_explorer())
    page.get_by_role("button", name="Play").click()
    page.locator(".siamese-sentence", has_text="S[0, 2]").wait_for()
    page.get_by_role("button", name="Play").wait_for()  # it has come to its end
    assert np.isfinite(written(page)).all()


@pytest.mark.parametrize(("letter", "axis"), [("A", 0), ("P", 1)])
def test_a_turned_vector_changes_its_row_or_column_alone(still, letter, axis):
    page = still(matrix_explorer())
    before = written(page)
    page.get_by_role("slider", name=f"direction of {letter}1 in degrees").focus()
    for _ in range(7):  # not 10: P1 would stand as far from A1 as before, on its other side
        page.keyboard.press("ArrowLeft")
    changed = written(page) != before
    assert changed.any(axis=1 - axis).tolist() == [False, True, False, False]
    assert changed.take(1, axis).all()
