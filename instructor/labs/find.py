"""Finds the labs and their exercises by listing folders, and holds them against one another.

A lab is a folder lab2/ with a master lab2_*.py; exercise 2.3 is in its ex_2_3.py.
"""

import importlib
import re
from pathlib import Path
from typing import NamedTuple

import jupytext

LABS = "instructor.labs"


class Lab(NamedTuple):
    """name: lab2; notebook: lab2_modified_triplet_loss; points: exercise -> points.

    package: where its exercises are imported from, instructor.labs.lab2.
    """

    name: str
    notebook: str
    master: Path
    package: str
    points: dict[str, float]


def find_labs(package=LABS):
    """The labs whose folders lie in a package, in order; one without points is a quiz.

    Raises: ValueError where a folder has no master, or several; where a graded cell has no
      exercise, or other points than its parts.
    """
    (place,) = importlib.import_module(package).__path__
    folders = [path for path in Path(place).glob("lab*") if re.fullmatch(r"lab\d+", path.name)]
    return [_lab(folder, package) for folder in sorted(folders, key=lambda f: int(f.name[3:]))]


def exercises(package):
    """The exercises of a lab's package by name: {"2.1": Exercise, ...}."""
    (place,) = importlib.import_module(package).__path__
    names = sorted((path.stem for path in Path(place).glob("ex_*.py")), key=_numbers)
    return {
        name.removeprefix("ex_").replace("_", "."): importlib.import_module(
            f"{package}.{name}"
        ).EXERCISE
        for name in names
    }


def exercise_name(grade_id):
    """The graded cell check-2-4 belongs to exercise 2.4."""
    return grade_id.removeprefix("check-").replace("-", ".")


def read_master(path):
    """The notebook of a master, solutions included, no outputs; graded cells keep their ids."""
    notebook = jupytext.reads(Path(path).read_text(encoding="utf-8"), fmt="py:percent")
    for number, cell in enumerate(notebook.cells):
        cell["id"] = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{number:03d}")
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3", "language": "python", "name": "python3",
    }  # fmt: skip
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata.pop("jupytext", None)
    return notebook


def _numbers(name):
    return [int(number) for number in re.findall(r"\d+", name)]


def _lab(folder, package):
    masters = sorted(folder.glob(f"{folder.name}_*.py"))
    if len(masters) != 1:
        raise ValueError(
            f"{folder.name}/ has {len(masters)} masters; give it one, {folder.name}_title.py"
        )
    lab = Lab(folder.name, masters[0].stem, masters[0], f"{package}.{folder.name}",
              _points(masters[0]))  # fmt: skip
    _agree(lab)
    return lab


def _points(master):
    cells = (cell.metadata.get("nbgrader", {}) for cell in read_master(master).cells)
    return {
        exercise_name(cell["grade_id"]): float(cell["points"])
        for cell in cells
        if cell.get("grade")
    }


def _agree(lab):
    found = exercises(lab.package)
    if found.keys() != lab.points.keys():
        raise ValueError(
            f"{lab.master.name} grades {sorted(lab.points)}, its folder has the exercises "
            f"{sorted(found)}; give every graded cell check-2-3 a file ex_2_3.py"
        )
    for name, exercise in found.items():
        total = sum(part.points for part in exercise.parts)
        if total != lab.points[name]:
            raise ValueError(
                f"exercise {name} of {lab.name} gives {lab.points[name]:g} points, its parts "
                f"{total:g}; make them equal"
            )
