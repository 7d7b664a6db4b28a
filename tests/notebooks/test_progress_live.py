"""In a real JupyterLab: a lab's pass reaches 00's map, the zip comes back, hints wrap at words.

In Notebook 7: a whole notebook runs, its guesses, explorer and checks answer.
"""

import re
import shutil
import sys
import zipfile
from pathlib import Path

import jupytext
import nbformat
import pytest
from browser import errors_of, open_and_run, painted, serving, watched

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import notebooks as runner  # noqa: E402

PASS = """
def count_parameters(vocabulary_size, embedding_dim, hidden_dim, layers):
    inputs = [embedding_dim] + [hidden_dim] * (layers - 1)
    table = vocabulary_size * embedding_dim
    return table + sum(4 * hidden_dim * (i + hidden_dim + 1) for i in inputs)

check("lab1.5", count_parameters)
"""
SLIP = "check('lab2.1', lambda a, b, weight: 1 - (a * b).sum() / (a @ a * (b @ b)) ** 0.5)"
LAB, START = "labs/lab1_siamese_model.ipynb", "00_start_here.ipynb"


def start_here():
    """Those cells of notebook 00 that show the map and save, as they stand there."""
    (script,) = runner.scripts(["00"])
    code = [cell for cell in runner.read(script).cells if cell.cell_type == "code"]
    kept = [cell for cell in code if re.search("course_progress|save_work", cell.source)]
    assert len(kept) == 3
    return script.read_text(), nbformat.v4.new_notebook(cells=kept)


def written(folder, name, *sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / name)


def course(folder, *, save):
    _, start = start_here()
    sources = [cell.source.replace("SAVE = False", f"SAVE = {save}") for cell in start.cells]
    written(folder, START, *sources)
    written(folder, LAB, "from siamese_lib.checks import check", PASS)
    return folder


def ran(chromium, address, name, said, width=1200):
    """The page after all cells of a notebook ran and the words were said there."""
    page = watched(chromium.new_context(viewport={"width": 1200, "height": 900}), address)
    open_and_run(page, "lab", address, name)
    page.keyboard.press("Control+b")  # the list of files may take most of the window
    page.locator(".jp-DirListing").wait_for(state="hidden")
    page.set_viewport_size({"width": width, "height": 900})  # the toolbar folds when narrow
    page.locator(".jp-OutputArea-output", has_text=said).first.wait_for()
    return page


def done(page):
    assert errors_of(page) == [] and page.blocked == []
    page.context.close()


@pytest.fixture(autouse=True)
def no_name_by_hand(monkeypatch):
    monkeypatch.delenv("SIAMESE_PROGRESS")


def test_a_pass_in_a_lab_reaches_the_map_and_survives_binder(tmp_path, chromium):
    mine = course(tmp_path / "mine" / "notebooks", save=True)
    with serving("lab", mine) as address:
        done(ran(chromium, address, LAB, "right, 3 of 3 cases"))
        page = ran(chromium, address, START, "my_work.zip holds 1 passes")
        shown = page.locator(".jp-OutputArea-output", has_text="of 5 exercises").first.inner_text()
        assert re.search(r"lab1 +x\.\.\.\. +1 of 5 exercises", shown)
        done(page)
    assert LAB in zipfile.ZipFile(mine / "my_work.zip").namelist()

    prose, _ = start_here()
    line = re.search(r"`(from siamese_lib.checks import restore_work; [^`]*)`", prose)[1]
    fresh = course(tmp_path / "fresh", save=False)
    written(fresh, "unpack.ipynb", line)
    written(fresh, LAB, "from siamese_lib.checks import check")
    shutil.copy(mine / "my_work.zip", fresh)
    with serving("lab", fresh) as address:
        done(ran(chromium, address, "unpack.ipynb", "1 passes and"))
        page = ran(chromium, address, START, "of 5 exercises")
        shown = page.locator(".jp-OutputArea-output", has_text="of 5 exercises").first.inner_text()
        assert re.search(r"lab1 +x\.\.\.\. +1 of 5 exercises", shown)
        done(page)
    assert "def count_parameters" in (fresh / LAB).read_text()


# Lines of an element as they are drawn: the words of each, by the height where they stand.
LINES = """(box) => {
    const lines = new Map();
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        for (const match of node.textContent.matchAll(/\\S+/g)) {
            const range = document.createRange();
            range.setStart(node, match.index);
            range.setEnd(node, match.index + match[0].length);
            lines.set(match[0], Math.max(lines.get(match[0]) || 0, range.getClientRects().length));
        }
    }
    return [...lines.values()].every((n) => n === 1);
}"""


@pytest.mark.parametrize("width", [375, 1200])
def test_a_long_hint_wraps_at_words(width, tmp_path, chromium):
    written(tmp_path, "slip.ipynb", "from siamese_lib.checks import check", SLIP)
    with serving("lab", tmp_path) as address:
        page = ran(chromium, address, "slip.ipynb", "two things", width)
        for words in page.locator(".siamese-check > div").all():
            assert words.evaluate(LINES), "a word was cut in two"
            assert words.evaluate("box => box.scrollWidth <= box.clientWidth + 1")
        done(page)


def test_a_notebook_answers_in_notebook_7(tmp_path, chromium):
    name = "02_cosine_cost.ipynb"
    notebook = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []  # what is seen below is new
    for source in ("from siamese_lib.checks import check" + PASS, SLIP):
        notebook.cells.append(nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, tmp_path / name)
    with serving("notebook", tmp_path) as address:
        page = watched(chromium.new_context(viewport={"width": 1200, "height": 900}), address)
        open_and_run(page, "notebook", address, name)
        for said in ("right, 3 of 3 cases", "two things"):
            page.locator(".siamese-check", has_text=said).wait_for()
        assert page.locator(".siamese-check", has_text="not yet").count() > 1
        box = page.locator(".siamese-guess-all").first
        box.get_by_label("it doubles").check()
        assert "You say: it doubles." in box.get_by_role("status").inner_text()
        root = page.locator(".siamese-explorer").first
        root.scroll_into_view_if_needed()
        before = root.locator("output").all_text_contents()
        root.get_by_role("slider").first.focus()
        page.keyboard.press("Home")
        painted(page)
        assert root.locator("output").all_text_contents() != before
        done(page)


def test_the_script_of_00_is_a_percent_script():
    assert jupytext.read(runner.scripts(["00"])[0])
