"""What moves on the site, in a real Chromium with no kernel and no outside host."""

import json
import re
from pathlib import Path

import nbformat
import pages  # on the path since browser.py
import pytest
from conftest import DRAWN

from siamese_lib.checks.quiz import questions
from tools import colab
from tools.badges import repository

VALUES = """e => JSON.stringify([...document.querySelectorAll(".siamese-explorer")[e]
    .querySelectorAll("output[data-value]")].map(o => o.dataset.value))"""
CHANGED = f"([e, before]) => ({VALUES})(e) !== before"
BOOK = Path(__file__).resolve().parents[2] / "notebooks" / "explorers.ipynb"
EXPLORERS = re.findall(r"explorers\.(\w+)_explorer\(", BOOK.read_text(encoding="utf-8"))


def move(page, number):
    """Arrow keys on an explorer's first slider."""
    page.locator(".siamese-explorer").nth(number).locator(".noUi-handle").first.focus()
    for key in 5 * ["ArrowRight"] + 2 * ["ArrowLeft"]:  # some stand at the end to begin with
        page.keyboard.press(key)


@pytest.mark.parametrize("number", range(len(EXPLORERS)), ids=EXPLORERS)
def test_every_explorer_moves_a_number_and_the_picture(number, visit):
    page = visit("notebooks/explorers.html")
    picture = page.locator(".siamese-picture").nth(number)
    picture.scroll_into_view_if_needed()
    before, shown = page.evaluate(VALUES, number), picture.screenshot()
    if EXPLORERS[number] == "one_shot":
        house(page, pad=picture.get_by_role("application"))
    elif EXPLORERS[number] == "playground":
        picture.get_by_role("button", name="step").first.click()
    else:
        move(page, number)
    page.wait_for_function(CHANGED, arg=[number, before])
    assert picture.screenshot() != shown


def house(page, lean=0.0, pad=None):
    """Draws a house with the mouse on a pad, the page's only one if none is given."""
    pad = pad or page.get_by_role("application")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    corners = [(0.3, 0.8), (0.3, 0.45 + lean), (0.5, 0.2), (0.7, 0.45), (0.7, 0.8), (0.3, 0.8)]
    (x, y), *rest = [
        (box["x"] + a * box["width"], box["y"] + b * box["height"]) for a, b in corners
    ]
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y, steps=6)
    page.mouse.up()


def test_the_first_minute_needs_no_kernel(visit):
    page = visit("notebooks/00_start_here.html")
    house(page)
    page.get_by_text("Closest is Hebrew").wait_for()
    page.get_by_label("name of the class to enrol").fill("house")
    page.get_by_role("button", name="enrol").click()
    page.get_by_role("button", name="clear").click()
    house(page, lean=0.15)
    page.get_by_text("Closest is house").wait_for()


def leave_and_return(page):
    """What a reader does without a thought: reload, and go on and back again."""
    for again in (page.reload, lambda: (page.goto("about:blank"), page.go_back())):
        again()
        page.wait_for_function(DRAWN)


SLIDING = [number for number, name in enumerate(EXPLORERS) if name != "one_shot"]


@pytest.mark.parametrize("number", SLIDING, ids=[EXPLORERS[number] for number in SLIDING])
def test_an_explorer_stays_as_it_was_left(number, visit):
    page = visit("notebooks/explorers.html")
    handle = page.locator(".siamese-explorer").nth(number).locator(".noUi-handle").first
    before = page.evaluate(VALUES, number)
    move(page, number)
    page.wait_for_function(CHANGED, arg=[number, before])
    at, after = handle.get_attribute("aria-valuenow"), page.evaluate(VALUES, number)
    leave_and_return(page)
    page.wait_for_function(f"([e, after]) => ({VALUES})(e) === after", arg=[number, after])
    assert handle.get_attribute("aria-valuenow") == at


def test_who_was_enrolled_stays_and_a_new_tab_begins_anew(visit):
    page = visit("notebooks/00_start_here.html")
    house(page)
    page.get_by_text("Closest is Hebrew").wait_for()
    page.get_by_label("name of the class to enrol").fill("house")
    page.get_by_role("button", name="enrol").click()
    page.get_by_text("house is enrolled").wait_for()
    leave_and_return(page)
    page.get_by_text("1 enrolled by you").wait_for()
    house(page, lean=0.15)
    page.get_by_text("Closest is house").wait_for()
    fresh = visit("notebooks/00_start_here.html")
    assert fresh.get_by_text("1 enrolled by you").count() == 0


def test_signatures_on_file_stay(visit):
    page = visit("notebooks/13_signatures.html")
    for k in range(3):
        for name in ("a genuine one", "enrol"):
            page.get_by_role("button", name=name, exact=True).click()
        page.get_by_text(f"Enrolled {k + 1}").wait_for()
    leave_and_return(page)
    page.get_by_role("button", name="a forgery", exact=True).click()
    page.get_by_role("button", name="check", exact=True).click()
    page.wait_for_function("document.querySelector('output[aria-label=energy]').dataset.value > 0")
    assert page.locator("output[aria-label=enrolled]").get_attribute("data-value") == "3"


def tab_to(page, label):
    """Tab until what has that name has the focus, and is seen to have it."""
    for _ in range(200):
        page.keyboard.press("Tab")
        name, seen = page.evaluate(
            "() => { const at = document.activeElement; return [at.ariaLabel ?? at.innerText,"
            " at.matches(':focus-visible')]; }"
        )
        if name and name.startswith(label):
            assert seen
            return
    raise AssertionError(f"no way by Tab to {label!r}")


def test_the_first_minute_needs_no_mouse(visit):
    page = visit("notebooks/00_start_here.html")
    for _ in range(2):  # the same sign, once to enrol it and once to ask
        tab_to(page, "drawing pad")
        page.keyboard.press("Space")
        for arrow, times in (("Right", 6), ("Down", 8), ("Left", 6), ("Up", 3)):
            for _ in range(times):
                page.keyboard.press(f"Arrow{arrow}")
        page.keyboard.press("Space")
        page.get_by_text("Closest is").wait_for()
        if page.get_by_text("Closest is hook").is_visible():
            return
        tab_to(page, "name of the class")
        page.keyboard.type("hook")
        page.keyboard.press("Enter")
        page.get_by_text("hook is enrolled").wait_for()
        tab_to(page, "clear")
        page.keyboard.press("Enter")
    raise AssertionError("the sign that was enrolled is not the closest")


def test_a_pad_that_needs_a_kernel_says_so(visit):
    page = visit("notebooks/06_one_shot_testing.html")
    assert page.get_by_role("application").count() == 0
    assert page.get_by_text("asks the network that was just trained").is_visible()


def test_a_guess_is_kept_through_reload_and_back_and_ticked_off(visit):
    page = visit("notebooks/02_cosine_cost.html")
    box = page.locator(".siamese-guess-all").first
    box.get_by_role("radio").nth(1).check()
    asked = box.locator("legend").inner_text()
    for again in (page.reload, lambda: (page.goto("about:blank"), page.go_back())):
        again()
        box.get_by_text("You say: it doubles").wait_for()
    page.locator("#recap").scroll_into_view_if_needed()
    page.wait_for_function("JSON.parse(localStorage['siamese-reading'])['02_cosine_cost'].read")
    page.goto(page.url.replace("notebooks/02_cosine_cost", "index"))
    assert "✓ 02 The cosine cost, 1 guessed" in page.locator(".siamese-ticks").inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="export").click()
    with open(download.value.path(), encoding="utf-8") as file:
        assert json.load(file)["02_cosine_cost"]["guesses"] == {asked: "it doubles"}
    page.get_by_role("button", name="forget").click()
    assert page.get_by_text("Nothing yet").is_visible()


def test_an_answer_starts_folded_and_opens(visit):
    page = visit("notebooks/02_cosine_cost.html")
    fold = page.locator("details.hide").first
    output = fold.locator(".cell_output, .output").first
    assert not output.is_visible()
    fold.locator("summary").click()
    output.wait_for(state="visible")


def test_the_quiz_says_why_right_or_wrong_and_keeps_the_first_try(visit):
    page = visit("notebooks/labs/lab6_quiz.html")
    first, asked = page.locator(".siamese-quiz-question").first, questions()[0]
    wrong = (asked["right"] + 1) % len(asked["answers"])
    for choice, word in ((wrong, "No."), (asked["right"], "Right.")):
        first.get_by_role("radio").nth(choice).check()
        said = first.get_by_role("status").inner_text()
        assert said.startswith(word) and asked["answers"][choice][1] in said
    leave_and_return(page)
    page.get_by_text("0 of 1 right at the first try").wait_for()
    assert first.get_by_role("radio").nth(asked["right"]).is_checked()
    page.goto(page.url.replace("notebooks/labs/lab6_quiz", "index"))
    assert "1 answered" in page.locator(".siamese-ticks").inner_text()


def test_the_text_is_found_by_searching(visit):
    page = visit("search.html?q=impostor")
    page.locator("#search-results li").first.wait_for()


def test_buttons_for_binder_and_colab_only_where_a_repository_is_named(site):
    text = (site / "notebooks" / "03_triplets.html").read_text(encoding="utf-8")
    is_named = bool(repository())
    assert ("mybinder" in text) == ("colab.research" in text) == is_named
    assert ("Your answer is checked where the notebook runs." in text) != is_named


def test_the_way_to_an_exercise_ends_at_its_cell(monkeypatch):
    monkeypatch.setattr(pages, "repository", lambda: "anna/siamese")
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    cells = [text("# Title"), text("## Two of them"), code('check("a.1", f)', id="cell-002")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    copy = colab.as_copy(notebook, "03_triplets.ipynb", "anna/siamese")
    said = pages.as_page(notebook, Path("notebooks/03_triplets.ipynb")).cells[-1].source
    binder, at = re.findall(r"\]\(([^)]+)\)", said)
    assert binder.endswith("/notebooks/03_triplets.ipynb%23Two-of-them")
    place, cell = at.split("#scrollTo=")
    assert place.endswith("anna/siamese/blob/main/colab/03_triplets.ipynb")
    (found,) = [c.source for c in copy.cells if c.metadata.get("id") == cell]
    assert found.startswith("check(")
