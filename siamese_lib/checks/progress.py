"""What the reader has done so far: a small file beside the notebooks."""

import importlib
import json
import os
from importlib.util import find_spec
from pathlib import Path

CORE = tuple(f"{number:02d}" for number in range(11))


def exercises(notebook):
    """The exercises of notebook "NN" by name; none where it has no checks."""
    module = f"siamese_lib.checks.notebook_{notebook}"
    return importlib.import_module(module).EXERCISES if find_spec(module) else {}


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
    """(notebook, passed, exercises) for each notebook of the core course."""
    passed = done()
    return [(n, len(passed & exercises(n).keys()), len(exercises(n))) for n in CORE]
