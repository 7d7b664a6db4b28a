"""Finds the labs: a master and its challenges each, checked against one another."""

import importlib
import re
from pathlib import Path
from typing import NamedTuple

import jupytext


class Lab(NamedTuple):
    """name: lab2; notebook: lab2_modified_triplet_loss; points: exercise -> points."""

    name: str
    notebook: str
    master: Path
    challenges: str
    points: dict[str, float]


def find_labs(masters, challenges):
    """Graded labs of a folder of masters, sorted. challenges: the package that has their inputs.

    Raises: ValueError where a graded cell has no challenge, or other points than its parts.
    """
    labs = []
    for master in sorted(Path(masters).glob("lab[0-9]*.py")):
        points = _points(master)
        if not points:
            continue  # the quiz
        name = re.match(r"lab\d+", master.stem)[0]
        lab = Lab(name, master.stem, master, f"{challenges}.{name}", points)
        _agree(lab)
        labs.append(lab)
    return labs


def load_challenges(module):
    """Name of a module -> its CHALLENGES."""
    return importlib.import_module(module).CHALLENGES


def read_master(path):
    """The master as a notebook."""
    notebook = jupytext.read(path)
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return notebook


def _points(master):
    cells = (cell.metadata.get("nbgrader", {}) for cell in read_master(master).cells)
    graded = [cell for cell in cells if cell.get("grade")]
    return {
        cell["grade_id"].removeprefix("check-").replace("-", "."): float(cell["points"])
        for cell in graded
    }


def _agree(lab):
    challenges = load_challenges(lab.challenges)
    if challenges.keys() != lab.points.keys():
        raise ValueError(
            f"{lab.master.name} grades {sorted(lab.points)}, its challenges are "
            f"{sorted(challenges)}; give every graded cell a challenge of its name"
        )
    for name, challenge in challenges.items():
        total = sum(part.points for part in challenge.parts)
        if total != lab.points[name]:
            raise ValueError(
                f"exercise {name} of {lab.name} gives {lab.points[name]:g} points, its parts "
                f"{total:g}; make them equal"
            )
