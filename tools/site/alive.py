"""Widgets for a page with no kernel: explorers and guesses of a notebook, made anew, with state.

Only the cells that show widgets are run, after the notebook's imports, functions and constants.
Where that is not enough, as the widget shows what was trained, all cells before it are run too.
"""

import ast
import os
import re
from pathlib import Path

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from ipywidgets.embed import dependency_state
from ipywidgets.widgets.widget import _instances  # every living widget, by its model's id

VIEW, STATE = (f"application/vnd.jupyter.widget-{kind}+json" for kind in ("view", "state"))
SHOWS = re.compile(r"^(?:guess\(|quiz\(|.*_explorer\((?!lambda))", re.MULTILINE)
BOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def revive(notebook):
    """Put widgets where the stored outputs have their stills, and their state into the metadata."""
    shown = []
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and SHOWS.search(cell.source):
            shown += _made(notebook, place)
    if shown:
        state = dependency_state(shown, drop_defaults=False)
        notebook.metadata["widgets"] = {
            STATE: {"version_major": 2, "version_minor": 0, "state": state}
        }


def _made(notebook, place):
    before = [cell.source for cell in notebook.cells[:place] if cell.cell_type == "code"]
    cell = notebook.cells[place]
    try:
        views = _run([_cheap(source) for source in before], cell.source)
    except NameError:  # it shows what was trained
        views = _run(before, cell.source)
    if not views:
        raise ValueError(f"this cell shows no widget; end it with one:\n{cell.source}")
    printed = [output for output in cell.outputs if output.output_type == "stream"]
    cell.outputs = printed + [
        nbformat.v4.new_output("display_data", {VIEW: view, "text/plain": ""}) for view in views
    ]
    return [_instances[view["model_id"]] for view in views]


def _run(before, source):
    """The views that a cell shows, after others; whatever fails in any of them is raised."""
    os.chdir(BOOKS)  # where a notebook's kernel works
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    with capture_output() as said:
        for code in before:
            shell.run_cell(code).raise_error()
        said_before = len(said.outputs)
        ran = shell.run_cell(source)
        ran.raise_error()
    shown = [output.data for output in said.outputs[said_before:]]
    shown.append(shell.display_formatter.format(ran.result)[0])
    return [data[VIEW] for data in shown if VIEW in data]


def _cheap(source):
    """Imports, functions, classes and plain constants of a cell: what costs nothing to run."""
    kept = [node for node in ast.parse(source).body if _is_cheap(node)]
    return "\n".join(ast.unparse(node) for node in kept)


_CONSTANT = ast.Constant | ast.Name | ast.Store | ast.Load | ast.UnaryOp | ast.USub


def _is_cheap(node):
    if isinstance(node, ast.Assign):
        parts = [part for side in (*node.targets, node.value) for part in ast.walk(side)]
        return all(isinstance(part, _CONSTANT) for part in parts)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)
