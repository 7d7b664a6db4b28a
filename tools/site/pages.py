"""A notebook as a page: outputs as stored, folds kept, explorers and guesses alive."""

import re
import sys
from pathlib import Path

import nbformat
from alive import revive

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tools.badges import BINDER, COLAB, repository  # noqa: E402

OWN_NETWORK = (
    "*This pad asks the network that was just trained, so it moves where the notebook runs. "
    "[The pad of notebook 00](00_start_here.ipynb) asks that network as stored; it answers here.*"
)


def as_page(notebook: nbformat.NotebookNode, path: Path) -> nbformat.NotebookNode:
    """The notebook with widgets in place of stills, and what only a kernel can do said in words."""
    revive(notebook)
    title, *rest = notebook.cells
    cells, heading = [title, nbformat.v4.new_markdown_cell(_what_it_is(path))], ""
    for cell in rest:
        cells.append(cell)
        if cell.cell_type == "markdown":
            heading = (re.findall(r"^#+ (.+)$", cell.source, re.MULTILINE) or [heading])[-1]
            continue
        _fold(cell)
        if re.search(r"^check\(", cell.source, re.MULTILINE):
            cell.outputs = []  # "not yet": nobody can answer here
            cells.append(
                nbformat.v4.new_markdown_cell(_where_it_is_checked(path, heading, cell.id))
            )
        if "one_shot_explorer(lambda" in cell.source:
            cells.append(nbformat.v4.new_markdown_cell(OWN_NETWORK))
    notebook.cells = cells
    return notebook


def _fold(cell):
    """JupyterLab's folds are Sphinx's tags."""
    folds = cell.metadata.get("jupyter", {})
    tags = {"source_hidden": "hide-input", "outputs_hidden": "hide-output"}
    hidden = [tag for key, tag in tags.items() if folds.get(key)]
    if hidden:
        cell.metadata["tags"] = [*cell.metadata.get("tags", []), *hidden]


def _what_it_is(path):
    to_root = "../" * (len(path.parts) - 1)
    return (
        "*This page is the notebook as it ran. What can be moved, drawn or chosen answers here; "
        f"to run and change its code, [run the notebook]({to_root}docs/install.md).*"
    )


def _where_it_is_checked(path, heading, cell):
    if not (name := repository()):
        return "*Your answer is checked where the notebook runs.*"
    place, heading = path.relative_to("notebooks").as_posix(), heading.replace(" ", "-")
    binder = f"{BINDER.format(name, place)}%23{heading}"
    colab = f"{COLAB.format(name, place)}#scrollTo={cell}"
    return (
        f"*Your answer is checked where the notebook runs: [Binder]({binder}), [Colab]({colab}).*"
    )
