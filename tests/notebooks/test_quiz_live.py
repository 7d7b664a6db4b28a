"""Lab 6's quiz answers clicks and keys in JupyterLab and Notebook 7, in a real Chromium."""

import shutil
from pathlib import Path

import pytest
from browser import errors_of, open_and_run, serving, watched

from siamese_lib.checks.quiz import questions

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("program", ["lab", "notebook"])
def test_it_explains_each_answer_that_is_chosen(program, tmp_path, chromium):
    shutil.copy(ROOT / "notebooks" / "labs" / "lab6_quiz.ipynb", tmp_path)
    with serving(program, tmp_path) as address:
        page = watched(chromium.new_context(viewport={"width": 1200, "height": 900}), address)
        open_and_run(page, program, address, "lab6_quiz.ipynb")
        first = page.locator(".siamese-quiz-question").first
        first.wait_for()
        assert page.locator(".siamese-quiz-question").count() == len(questions())
        asked, score = questions()[0], page.locator(".siamese-quiz-score")
        wrong = (asked["right"] + 1) % len(asked["answers"])
        first.get_by_role("radio").nth(wrong).check()
        said = first.get_by_role("status")
        place = f" (More in notebook {asked['notebook']}.)"
        assert said.inner_text() == f"No. {asked['answers'][wrong][1]}{place}"
        assert score.inner_text().startswith("0 of 1 right")
        # An arrow key goes to the answer before; in Notebook 7 it must not fold a heading away.
        page.keyboard.press("ArrowUp")
        assert said.inner_text() == f"Right. {asked['answers'][asked['right']][1]}{place}"
        assert first.get_by_role("radio").nth(asked["right"]).is_checked()
        assert score.inner_text().startswith("0 of 1 right")  # the first try counts
        page.keyboard.press("ArrowLeft")
        assert first.is_visible()
        assert errors_of(page) == [] and page.blocked == []
        page.context.close()


# True where the text of every question lies within its frame, and nothing is wider than the window.
FRAMED = """() => [...document.querySelectorAll('.siamese-quiz-question')].every((box) => {
    const frame = box.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(box);
    const text = [...range.getClientRects()];
    return frame.right <= innerWidth && text.every((r) =>
        r.left >= frame.left && r.right <= frame.right &&
        r.top >= frame.top && r.bottom <= frame.bottom);
})"""


@pytest.mark.parametrize(("program", "width"), [("notebook", 800)])
def test_long_questions_stay_in_their_frame_and_the_score_in_sight(
    program, width, tmp_path, chromium
):
    shutil.copy(ROOT / "notebooks" / "labs" / "lab6_quiz.ipynb", tmp_path)
    with serving(program, tmp_path) as address:
        page = watched(chromium.new_context(viewport={"width": 1200, "height": 900}), address)
        open_and_run(page, program, address, "lab6_quiz.ipynb")
        asked = page.locator(".siamese-quiz-question")
        asked.first.wait_for()
        if width < 600:  # the list of files takes two thirds of a phone
            page.keyboard.press("Control+b")
            page.locator(".jp-DirListing").wait_for(state="hidden")
        page.set_viewport_size({"width": width, "height": 900})  # the toolbar folds when narrow
        page.wait_for_function(FRAMED)
        asked.last.scroll_into_view_if_needed()
        asked.last.get_by_role("radio").first.check()
        score = page.locator(".siamese-quiz-score")
        assert "of 1 right" in score.inner_text()
        height, panel = score.bounding_box()["y"], page.locator(".jp-NotebookPanel").bounding_box()
        assert panel["y"] <= height < asked.last.bounding_box()["y"]
        page.context.close()
