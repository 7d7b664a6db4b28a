"""What the reader has done so far: a small file beside the notebooks."""

import importlib
import json
import os
from pathlib import Path

_HERE = Path(__file__).parent
CORE = tuple(sorted(path.stem[-2:] for path in _HERE.glob("notebook_*.py")))
LABS = tuple(sorted(path.stem for path in _HERE.glob("lab_data/*.json")))


def exercises(notebook):
    """The exercises of a notebook ("02") or lab ("lab2") by name; none where it has no checks."""
    if notebook in LABS:
        return json.loads((_HERE / "lab_data" / f"{notebook}.json").read_text(encoding="utf-8"))
    if notebook in CORE:
        return importlib.import_module(f"siamese_lib.checks.notebook_{notebook}").EXERCISES
    return {}


def _file():
    return Path(os.environ.get("SIAMESE_PROGRESS", ".progress.json"))


def done():
    """Names of the exercises passed so far.

    Raises: ValueError where the file cannot be read, naming it.
    """
    try:
        return set(json.loads(_file().read_text()))
    except FileNotFoundError:
        return set()
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{_file()} cannot be read ({error}); delete it to start afresh"
        ) from error


def remember(name):
    """Tick one exercise off; whole file or none, so that a crash loses nothing."""
    partial = _file().with_suffix(".part")
    partial.write_text(json.dumps(sorted(done() | {name})))
    partial.replace(_file())


def forget(notebook=None):
    """Untick the exercises of one notebook ("02"), or of all."""
    kept = [name for name in done() if notebook is not None and not name.startswith(notebook)]
    _file().write_text(json.dumps(sorted(kept)))


def course_progress():
    """(notebook, passed, exercises) for each notebook, then for each lab with points."""
    passed, tables = done(), {name: exercises(name).keys() for name in CORE + LABS}
    return [(name, len(passed & own), len(own)) for name, own in tables.items()]
