"""Write what learners get from the labs: notebooks without solutions, and the checks' tables.

Usage: python -m instructor.build_checks [LAB ...]     from the repository's root; make labs does
"""

import json
import re
import sys
from pathlib import Path

import nbformat

from instructor.labs.find import exercises, find_labs, read_master
from instructor.labs.table import table
from siamese_lib.checks.work import STAMP, fingerprint
from tools.badges import badged

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks" / "labs"
TABLES = ROOT / "siamese_lib" / "checks" / "lab_data"
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION$.*?^ *### END SOLUTION$", re.DOTALL | re.MULTILINE)


def main(*names):
    """Writes the labs of these names, or all of them."""
    labs = {lab.name: lab for lab in find_labs()}
    for name in names:
        if name not in labs:
            raise ValueError(f"there is no lab {name!r}; give one of {', '.join(labs)}")
    for name in names or labs:
        write(labs[name])


def write(lab):
    """Writes the notebook of a lab, and its table where it has exercises."""
    target, said = NOTEBOOKS / f"{lab.notebook}.ipynb", ""
    nbformat.write(learner_notebook(lab.master), target)
    if found := tables(lab):
        lines = [f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in found.items()]
        place = TABLES / f"{lab.name}.json"
        place.write_text("{\n" + ",\n".join(lines) + "\n}\n")
        said = f", {len(found)} exercises, {place.stat().st_size // 1024} KB"
    print(f"{target.relative_to(ROOT)}{said}", flush=True)


def learner_notebook(master):
    """The notebook of a master with dots in place of the solutions, stamped with how it came."""
    notebook = badged(read_master(master), f"labs/{master.stem}.ipynb")
    for cell in notebook.cells:
        cell.source = SOLUTION.sub(r"\1...", cell.source)
        if "SOLUTION" in cell.source:
            raise ValueError(f"{master.name} has a solution mark without its partner")
    notebook.metadata[STAMP] = fingerprint(notebook)
    return notebook


def tables(lab):
    """Name of an exercise as check() takes it ("lab2.3") -> its table; none for a quiz."""
    return {
        f"lab{name}": table(f"lab{name}", exercise)
        for name, exercise in exercises(lab.package).items()
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
