"""Write what learners get from the masters: the labs without solutions, and the checks' tables.

Usage: python -m instructor.build_checks        from the repository's root; make labs does
"""

import importlib
import json
import re
from pathlib import Path

import jupytext
import nbformat

from instructor.instant.instant import table
from siamese_lib.checks.work import STAMP, fingerprint

ROOT = Path(__file__).resolve().parent.parent
MASTERS = ROOT / "instructor" / "labs"
NOTEBOOKS = ROOT / "notebooks" / "labs"
TABLES = ROOT / "siamese_lib" / "checks" / "lab_data"
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION$.*?^ *### END SOLUTION$", re.DOTALL | re.MULTILINE)


def masters():
    """The percent scripts of the labs, with solutions, in order."""
    return sorted(MASTERS.glob("lab[0-9]_*.py"))


def master_notebook(script):
    """The notebook of a master, solutions included, with no outputs."""
    notebook = jupytext.reads(script.read_text(encoding="utf-8"), fmt="py:percent")
    for number, cell in enumerate(notebook.cells):
        cell["id"] = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{number:03d}")
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3", "language": "python", "name": "python3",
    }  # fmt: skip
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata.pop("jupytext", None)
    return notebook


def learner_notebook(script):
    """The same with dots in place of the solutions, stamped with how it came."""
    notebook = master_notebook(script)
    for cell in notebook.cells:
        cell.source = SOLUTION.sub(r"\1...", cell.source)
        if "SOLUTION" in cell.source:
            raise ValueError(f"{script.name} has a solution mark without its partner")
    notebook.metadata[STAMP] = fingerprint(notebook)
    return notebook


def tables(lab):
    """Exercise name -> its table, for "lab2"; none for the quiz."""
    if not (ROOT / "instructor" / "instant" / f"{lab}.py").exists():
        return {}
    module = importlib.import_module(f"instructor.instant.{lab}")
    return {name: table(name, exercise) for name, exercise in module.EXERCISES.items()}


def write_all():
    for folder in (NOTEBOOKS, TABLES):
        folder.mkdir(exist_ok=True)
    for script in masters():
        target = NOTEBOOKS / f"{script.stem}.ipynb"
        nbformat.write(learner_notebook(script), target)
        lab, said = script.stem.split("_")[0], ""
        found = tables(lab)
        if found:
            lines = [f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in found.items()]
            (TABLES / f"{lab}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
            said = f", {len(found)} exercises, {(TABLES / f'{lab}.json').stat().st_size // 1024} KB"
        print(f"{target.relative_to(ROOT)}{said}", flush=True)


if __name__ == "__main__":
    write_all()
