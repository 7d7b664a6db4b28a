"""nbgrader's Validate on the labs: success for the solutions, else it names what is wrong.

A check prints and raises nothing, so that a notebook runs to its end. While nbgrader validates it
raises, because Validate sees nothing but errors.
"""

import lab_help
import nbformat
import pytest
from browser import errors_of, open_notebook, serving, watched

# A solution cell, a replacement in it, and a word of the hint that then must be seen.
SLIPS = {
    "lab1": ("ex-1-5", ("4 * hidden_dim", "3 * hidden_dim"), "four gates"),
    "lab2": (
        "ex-2-6",
        ("value, of_anchor, of_positive\n", "value, of_positive, of_anchor\n"),
        "swapped",
    ),
    "lab3": ("ex-3-2", ("else 0.0", "else float('nan')"), "NaN"),
    "lab4": ("ex-4-4", ("(2 * n)) / scale", "(2 * n))"), "centre is divided"),
    "lab5": ("ex-5-4", ("similarity <= low", "similarity < low"), "<= and not <"),
}


def write(folder, lab, slip):
    """The master's notebook, with its slip or without."""
    notebook = lab_help.master(lab)
    if slip:
        name, (old, new), _ = SLIPS[lab]
        (cell,) = [c for c in notebook.cells if c.id == name]
        cell.source = lab_help.mutated(cell.source, old, new)
    nbformat.write(notebook, folder / f"{lab}.ipynb")


@pytest.mark.parametrize("slip", [False, True], ids=["solution", "slip"])
@pytest.mark.parametrize("lab", SLIPS)
def test_nbgrader_s_validator(lab, slip, tmp_path):
    from nbgrader.validator import Validator

    write(tmp_path, lab, slip)
    found = Validator().validate(str(tmp_path / f"{lab}.ipynb"))
    if slip:
        name, _, word = SLIPS[lab]
        (failed,) = found["failed"]
        assert failed["source"].startswith(f'check("lab{name[3:].replace("-", ".")}"')
        assert word in failed["raw_error"]
    else:
        assert found == {}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab with nbgrader's extension over two notebooks; yields its address."""
    folder = tmp_path_factory.mktemp("lab")
    for slip in (False, True):
        write(folder, "lab4", slip)
        (folder / "lab4.ipynb").rename(folder / f"{'slip' if slip else 'solution'}.ipynb")
    with serving("lab", folder) as address:
        yield address


@pytest.mark.parametrize("name", ["solution", "slip"])
def test_the_button_in_jupyterlab(name, lab, chromium):
    page = watched(chromium.new_context(viewport={"width": 1400, "height": 1000}), lab)
    open_notebook(page, "lab", lab, f"{name}.ipynb")
    page.get_by_role("button", name="Validate").click()
    said = page.locator("#validation-message")
    said.wait_for()
    text = said.inner_text()
    if name == "slip":
        assert text.count("The following cell failed:") == 1
        assert 'check("lab4.4", wilson)' in text
        assert "lab4.4 Wilson interval" in text and SLIPS["lab4"][2] in text
    else:
        assert text == "Success! Your notebook passes all the tests."
    assert errors_of(page) == [] and page.blocked == []
    page.context.close()
