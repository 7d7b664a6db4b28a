"""A guess before the answer, the map at the top, and what a stored notebook shows of them."""

import base64
import io
import sys
from pathlib import Path

import nbformat
import pytest
from PIL import Image

from siamese_lib.checks import course_map, guess
from siamese_lib.checks.contents import CONTENTS

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import notebooks as runner  # noqa: E402


@pytest.mark.parametrize(("question", "choices", "said"), [
    ("", (), "question is ''"),
    (3, (), "question is 3"),
    ("Which?", ("one",), r"choices are \('one',\)"),
    ("Which?", ("a", "a"), "give two or more different ones"),
    ("Which?", ("a", ""), "give two or more different ones"),
])  # fmt: skip
def test_what_cannot_be_asked_is_refused(question, choices, said):
    with pytest.raises(ValueError, match=said):
        guess(question, *choices)


def test_where_no_widget_is_shown_the_question_stands():
    asked = guess("Up or down?", "up", "down")
    (bundle, *_) = asked._repr_mimebundle_()
    assert bundle["text/plain"] == "Predict: Up or down?  ( ) up  ( ) down"
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert repr(guess("How many?")) == "Predict: How many?"
    asked.close()


def test_a_choice_and_a_number_are_kept_in_sight(still):
    choice, number = guess("Up or down?", "up", "down"), guess("How many?")
    page = still(choice, number)
    boxes = page.locator(".siamese-guess-all")
    boxes.nth(1).wait_for()
    assert boxes.nth(0).get_by_role("status").inner_text().startswith("Your guess first")
    boxes.nth(0).get_by_label("down").check()
    assert boxes.nth(0).get_by_role("status").inner_text().startswith("You say: down.")
    boxes.nth(1).get_by_label("your guess").fill("2.5")
    assert boxes.nth(1).get_by_role("status").inner_text().startswith("You say: 2.5.")
    assert boxes.nth(0).get_by_label("down").is_checked()


def test_the_map_marks_the_notebook(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: shown.append(data))
    for notebook in CONTENTS:
        course_map(notebook.topic)
    assert len({data["image/png"] for data in shown}) == len(CONTENTS)
    picture = Image.open(io.BytesIO(base64.b64decode(shown[0]["image/png"])))
    assert picture.width / 2 <= 450  # drawn twice as fine: a phone may not shrink its words by half
    assert shown[3]["text/plain"] == f"You are here: notebook 03, of 00 to {CONTENTS[-1].number}."
    with pytest.raises(ValueError, match="'05'; give one of start, architecture"):
        course_map("05")


def cells(*sources):
    """Markdown where a source begins with "#", otherwise code with an output."""
    made = []
    for source in sources:
        if source.startswith("#"):
            made.append(nbformat.v4.new_markdown_cell(source))
        else:
            output = nbformat.v4.new_output("stream", text="4")
            made.append(nbformat.v4.new_code_cell(source, outputs=[output]))
    return nbformat.v4.new_notebook(cells=made)


def hidden(notebook):
    return [c.metadata.get("jupyter", {}).get("outputs_hidden", False) for c in notebook.cells]


def test_answers_start_folded_and_nothing_else_does():
    notebook = runner.strip(cells("# *Predict: 4?*", "print(4)", "draw()", "# Four.", "more()"))
    assert hidden(notebook) == [False, True, True, False, False]
    notebook = runner.strip(cells("# *Predict: 4?*", "print(4)", "# In a picture:", "draw()"))
    assert hidden(notebook) == [False, True, False, True]
    notebook = runner.strip(cells("# A sum", 'guess("2 + 2?")', "print(4)", "# Four.", "more()"))
    assert hidden(notebook) == [False, False, True, False, False]


def test_a_set_with_no_outputs_can_be_made(tmp_path, capsys):
    runner.write_clean(tmp_path / "clean")
    made = sorted((tmp_path / "clean").glob("*.ipynb"))
    assert [path.stem for path in made] == [notebook.stem for notebook in CONTENTS]
    for path in made:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        assert not any(cell.get("outputs") for cell in notebook.cells)
