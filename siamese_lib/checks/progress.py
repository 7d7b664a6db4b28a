"""What the reader has done so far: one small file for all of this course, beside notebook 00."""

import contextlib
import importlib
import json
import os
import re
from pathlib import Path

from siamese_lib.checks.place import course_folder, unused

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

_HERE = Path(__file__).parent
CORE = tuple(sorted(path.stem[-2:] for path in _HERE.glob("notebook_*.py")))
LABS = tuple(sorted(path.stem for path in _HERE.glob("lab_data/*.json")))
NAME = ".progress.json"
EXERCISE = re.compile(r'"((?:lab)?\d+\.\d+)"')


def exercises(notebook):
    """The exercises of a notebook ("02") or lab ("lab2") by name; none where it has no checks."""
    if notebook in LABS:
        return json.loads((_HERE / "lab_data" / f"{notebook}.json").read_text(encoding="utf-8"))
    if notebook in CORE:
        return importlib.import_module(f"siamese_lib.checks.notebook_{notebook}").EXERCISES
    return {}


def progress_file():
    """SIAMESE_PROGRESS where it is set, else a file in this course's folder."""
    named = os.environ.get("SIAMESE_PROGRESS")
    return Path(named).expanduser() if named else course_folder() / NAME


def done():
    """Names of the exercises passed so far; of a damaged file those that can still be read."""
    path = progress_file()
    with _alone(path):
        return _gathered(path)


def remember(*names):
    """Tick exercises off, beside what other kernels tick off meanwhile.

    Raises: OSError where the file cannot be written.
    """
    path = progress_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        _replace(path, _gathered(path) | set(names))


def forget(notebook=None):
    """Untick the exercises of one notebook ("02", "lab2"), or of all."""
    path = progress_file()
    with _alone(path):
        kept = {n for n in _gathered(path) if notebook and n.partition(".")[0] != notebook}
        _replace(path, kept)


def course_progress():
    """(notebook, passed, exercises) for each notebook, then for each lab with points."""
    passed, tables = done(), {name: exercises(name).keys() for name in CORE + LABS}
    return [(name, len(passed & own), len(own)) for name, own in tables.items()]


def _older(path):
    """Files of the time when each folder had its own; a file named by hand takes none in."""
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


def names_in(text):
    """(names of exercises, whether the text is whole): of a damaged one what is legible."""
    with contextlib.suppress(ValueError, RecursionError):
        names = json.loads(text)
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            return set(names), True
    return set(EXERCISE.findall(text)), False


def _mended(path, names):
    """Keeps a damaged file aside and goes on with the names that were legible in it."""
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
    """Whole file or none, so that a crash loses nothing."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    partial.write_text(json.dumps(sorted(names)), encoding="utf-8")
    partial.replace(path)


@contextlib.contextmanager
def _alone(path):
    """No other kernel changes the file meanwhile. No lock where the folder takes none."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            file = stack.enter_context(path.with_name(f"{path.name}.lock").open("ab"))
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX)
            else:
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        yield
