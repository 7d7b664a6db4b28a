"""Lab 6's quiz answers clicks and keys in JupyterLab and Notebook 7, in a real Chromium."""

import shutil
from pathlib import Path

import pytest
from browser import errors_of, open_and_run, serving, watched

from siamese_lib.checks.quiz import questions

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("program", ["lab", "notebook"])
def test_it_explains_each_answer_that_is_chosen(program, tmp_path, chromium):
    shutil.copy(ROOT / "notebooks" / "labs" / "lab6_quiz.ipynb", tmp_path)
    with serving(program, tmp_path) as address:
        page = watched(chromium.new_context(viewport={"width": 1200, "height": 900}), address)
        open_and_run(page, program, address, "lab6_quiz.ipynb")
        first = page.locator(".siamese-quiz-question").first
        first.wait_for(timeout=120_000)
        assert page.locator(".siamese-quiz-question").count() == len(questions())
        asked, score = questions()[0], page.locator(".siamese-quiz-score")
        wrong = (asked["right"] + 1) % len(asked["answers"])
        first.get_by_role("radio").nth(wrong).check()
        said = first.get_by_role("status")
        assert said.inner_text() == f"No. {asked['answers'][wrong][1]}"
        assert score.inner_text().startswith("0 of 1 right")
        # An arrow key goes to the answer before; in Notebook 7 it must not fold a heading away.
        page.keyboard.press("ArrowUp")
        assert said.inner_text() == f"Right. {asked['answers'][asked['right']][1]}"
        assert first.get_by_role("radio").nth(asked["right"]).is_checked()
        assert score.inner_text().startswith("0 of 1 right")  # the first try counts
        page.keyboard.press("ArrowLeft")
        assert first.is_visible()
        assert errors_of(page) == [] and page.blocked == []
        page.context.close()
