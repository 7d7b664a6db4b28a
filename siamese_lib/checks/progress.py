"""The exercises passed so far: one small file for the whole of this course, beside notebook 00."""

import contextlib
import importlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from siamese_lib.checks.contents import CONTENTS, current
from siamese_lib.checks.place import course_folder, unused

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_HERE = Path(__file__).parent
CORE = tuple(notebook.topic for notebook in CONTENTS)
LABS = tuple(sorted(path.stem for path in _HERE.glob("lab_data/*.json")))
NAME = ".progress.json"
EXERCISE = re.compile(r'"([a-z_]*\d*\.\d+)"')


def exercises(notebook: str) -> dict[str, Any]:
    """The exercises of a notebook ("cost") or lab ("lab2") by name; {} where it has no checks."""
    if notebook in LABS:
        return json.loads((_HERE / "lab_data" / f"{notebook}.json").read_text(encoding="utf-8"))
    if notebook in CORE:
        return importlib.import_module(f"siamese_lib.checks.notebooks.{notebook}").EXERCISES
    return {}


def progress_file() -> Path:
    """The file SIAMESE_PROGRESS if it is set, otherwise one in this course's folder."""
    named = os.environ.get("SIAMESE_PROGRESS")
    return Path(named).expanduser() if named else course_folder() / NAME


def done() -> set[str]:
    """The names of the exercises passed so far; if the file is damaged, those still legible."""
    path = progress_file()
    with _alone(path):
        return _gathered(path)


def remember(*names: str) -> None:
    """Tick exercises off; what other kernels tick off at the same time is kept.

    Raises: OSError where the file cannot be written.
    """
    path = progress_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        _replace(path, _gathered(path) | set(names))


def forget(notebook: str | None = None) -> None:
    """Untick the exercises of one notebook ("cost", "lab2"), or of all."""
    path = progress_file()
    with _alone(path):
        kept = {n for n in _gathered(path) if notebook and n.partition(".")[0] != notebook}
        _replace(path, kept)


def course_progress() -> list[tuple[str, int, int]]:
    """(name, exercises passed, exercises) for each notebook, then for each lab with points."""
    passed, tables = done(), {name: exercises(name).keys() for name in CORE + LABS}
    return [(name, len(passed & own), len(own)) for name, own in tables.items()]


def _older(path):
    """Files from when each folder had its own; none if the user has named the file to use."""
    if os.environ.get("SIAMESE_PROGRESS"):
        return []
    places = (path.parent / "labs" / NAME, Path.cwd() / NAME)
    return [place for place in places if place.exists() and place != path]


def _gathered(path):
    return set().union(*map(_read, (path, *_older(path))))


def _read(path):
    try:
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except FileNotFoundError:
        return set()
    except OSError as error:
        print(f"{path} cannot be read ({error.strerror}), so nothing shows as passed.")
        return set()
    names, is_whole = names_in(text)
    return names if is_whole else _mended(path, names)


def names_in(text: str) -> tuple[set[str], bool]:
    """(today's names of exercises, whether the text is whole); if damaged, the legible ones."""
    with contextlib.suppress(ValueError, RecursionError):
        names = json.loads(text)
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            return set(map(current, names)), True
    return set(map(current, EXERCISE.findall(text))), False


def _mended(path, names):
    """Keep a damaged file under another name, and write the names that were legible in it."""
    aside = unused(path.with_name(f"{path.stem}.damaged.json"))
    with contextlib.suppress(OSError):
        path.replace(aside)
        _write(path, names)
        print(
            f"{path} was damaged and is kept as {aside.name}. Legible in it: {len(names)} passes."
        )
    return names


def _replace(path, names):
    _write(path, names)
    for old in _older(path):
        with contextlib.suppress(OSError):
            old.unlink()


def _write(path, names):
    """Write the whole file or none of it, so that a crash loses nothing."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    partial.write_text(json.dumps(sorted(names)), encoding="utf-8")
    partial.replace(path)


@contextlib.contextmanager
def _alone(path):
    """Lock the file against other kernels; go on without a lock if the folder allows none."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            file = stack.enter_context(path.with_name(f"{path.name}.lock").open("ab"))
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX)
        yield
