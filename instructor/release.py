"""Write the learners' bundle: the course, without what is for those who teach or maintain it.

Usage: python -m instructor.release [FOLDER]        default: dist/learners; make release does this

The bundle is a repository of its own, ready to push and to launch on Binder. Its README and its
Makefile lie in instructor/learners/. It is searched for every line of the masters' solutions and of
the exercises' code before it is called done.
"""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from instructor.labs.find import exercises, find_labs

ROOT = Path(__file__).resolve().parent.parent
# What learners get; a new file elsewhere in the repository stays with us until it is named here.
FOR_LEARNERS = re.compile(
    r"(notebooks/(?!scripts)|siamese_lib/|binder/|colab/)|docs/api\.md$|tools/make_env\.py$"
    r"|(requirements\.txt|pyproject\.toml|LICENSE|\.gitignore)$"
)
THEIR_OWN = "instructor/learners/"  # README.md, Makefile
SETTINGS = ("[build-system]", "[project]", "[tool.setuptools")  # no addresses, no tests' settings
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
SHORTEST = 16  # characters without spaces: shorter lines are anybody's
TAUGHT = re.compile(
    r"siamese_lib/(?!checks/lab)|(notebooks/(scripts/)?|colab/)\d|tests/|tools/|docs/|benchmarks/|README"
)
ROW = 3  # lines of a solution in a row: more than the course's own text has by chance


def main(folder="dist/learners"):
    bundle = Path(folder).resolve()
    release(bundle)
    if leaks := find_leaks(bundle, *secrets()):
        sys.exit("release: the bundle would give away\n" + "\n".join(leaks[:20]))
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", bundle], check=True)
    print(f"{bundle}: ready to commit and push; it holds no solution and no hidden input")


def release(bundle):
    """Copies what git knows and learners may have. Replaces a bundle written before."""
    if bundle.exists() and not (bundle / "siamese_lib").is_dir() and any(bundle.iterdir()):
        sys.exit(f"release: {bundle} holds something else; give an empty or a new folder")
    history = bundle / ".git"
    for old in bundle.iterdir() if bundle.exists() else ():
        if old != history:  # what was pushed before stays the bundle's past
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for name in tracked():
        if FOR_LEARNERS.match(name) or name.startswith(THEIR_OWN):
            target = bundle / name.removeprefix(THEIR_OWN)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
            shutil.copymode(ROOT / name, target)
    settings = bundle / "pyproject.toml"
    settings.write_text(_without_tools(settings.read_text(encoding="utf-8")), encoding="utf-8")


def tracked():
    """Files of the repository, so that nothing that merely lies about is ever released."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return sorted(name for name in done.stdout.decode().split("\0") if name)


def secrets():
    """(runs of lines that no learner's file may hold, the text that is no secret), all bare.

    Held back: solutions, and all else in the labs' folders: right and wrong answers, hidden
    inputs, judges. Public: the labs' own text outside the solutions, and the questions, which
    every learner's kernel is sent.
    """
    pieces, public = [], []
    for lab in find_labs():
        master = lab.master.read_text()
        pieces += SOLUTION.findall(master)
        public.append(SOLUTION.sub("", master))
        for place in sorted(path for path in lab.master.parent.iterdir() if path.is_file()):
            text = place.read_text() if place != lab.master else ""
            pieces += _functions(text) if place.suffix == ".py" else [text]
        for exercise in exercises(lab.package).values():
            public += [exercise.ask, *(part.ask for part in exercise.parts)]
    runs = [[_bare(line) for line in piece.splitlines() if line.strip()] for piece in pieces]
    return runs, _bare("\n".join(public))


def find_leaks(bundle, runs, public):
    """Every "file: line" that gives something away. Notebooks are read outputs, metadata and all.

    In the course's own text, which teaches the same ideas, single lines may coincide; several
    lines in a row may not.
    """
    leaks = []
    for path in sorted(bundle.rglob("*")):
        name = path.relative_to(bundle).as_posix()
        if path.is_file() and not name.startswith(".git/"):
            text, rows = _text(path), ROW if TAUGHT.match(name) else 1
            for run in runs:
                leaks += [f"{name}: {line}" for line in _found(run, text, rows, public)]
    return leaks


def _found(run, text, rows, public):
    for start in range(len(run) - rows + 1):
        lines = "".join(run[start : start + rows])
        is_telling = len(lines) >= SHORTEST * rows and not lines.startswith("#")
        if is_telling and lines not in public and lines in text:
            yield lines


def _functions(text):
    return [ast.get_source_segment(text, node) for node in ast.parse(text).body
            if isinstance(node, ast.FunctionDef)]  # fmt: skip


def _text(path):
    """All text of a file without white space; of JSON every string in it, joined."""
    text = path.read_bytes().decode(errors="ignore")
    if path.suffix in (".ipynb", ".json"):
        pieces = []
        _strings(json.loads(text), pieces)
        text = "".join(pieces)
    return _bare(text)


def _strings(value, pieces):
    if isinstance(value, str):
        pieces.append(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _strings(key, pieces)
            _strings(item, pieces)
    elif isinstance(value, list):
        for item in value:
            _strings(item, pieces)


def _bare(text):
    return re.sub(r"\s+", "", text)


def _without_tools(text):
    """pyproject.toml as far as installing needs it."""
    tables = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    return "".join(table for table in tables if table.startswith(SETTINGS)).rstrip() + "\n"


if __name__ == "__main__":
    main(*sys.argv[1:])
