"""Write the learners' bundle: this repository without what is for instructors.

Usage: python -m instructor.release [FOLDER]        default: dist/learners; make release does this

The bundle is a repository of its own, ready to push and to launch on Binder. It is searched for
every line of the masters' solutions and of the challenges before it is called done.
"""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from instructor.grading.labs import load_challenges

ROOT = Path(__file__).resolve().parent.parent
PRIVATE = ("instructor/", "benchmarks/grading/", "tests/grading_", "tests/test_grading")
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
FOR_INSTRUCTORS = re.compile(r"<!-- instructors -->.*?<!-- /instructors -->\n*", re.DOTALL)
INSTRUCTORS_WORD = re.compile(r"\binstructor\b|\binstructor[/.]")
TARGETS = ("instructor-env", "grade", "release", "labs")
SHORTEST = 16  # characters without spaces: shorter lines are anybody's
TAUGHT = re.compile(
    r"siamese_lib/(?!checks/lab)|notebooks/(scripts/)?\d|tests/|tools/|docs/|benchmarks/|README"
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
        if not name.startswith(PRIVATE) and not needs_instructor(name):
            target = bundle / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
            shutil.copymode(ROOT / name, target)
    for name, change in (
        ("README.md", _readme),
        ("Makefile", _makefile),
        ("pyproject.toml", _toml),
    ):
        (bundle / name).write_text(change((bundle / name).read_text()))


def tracked():
    """Files of the repository, so that nothing that merely lies about is ever released."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return sorted(name for name in done.stdout.decode().split("\0") if name)


def needs_instructor(name):
    """Tests and tools that import the instructor's package, themselves or through a helper."""
    if not name.startswith(("tests/", "tools/")) or not name.endswith(".py"):
        return False
    text = (ROOT / name).read_text()
    helpers = [n for n in tracked() if re.fullmatch(r"tests/[a-z_]+\.py", n) and n != name]
    imported = [n for n in helpers if re.search(rf"^(from|import) {Path(n).stem}\b", text, re.M)]
    return bool(re.search(r"^\s*(from|import) instructor\b", text, re.M)) or any(
        needs_instructor(n) for n in imported
    )


def secrets():
    """(runs of lines that no learner's file may hold, the text that is no secret), all bare.

    Held back: solutions, challenges, right and wrong answers. Public: the labs' own text outside
    the solutions, and the questions, which every learner's kernel is sent.
    """
    masters = [path.read_text() for path in sorted((ROOT / "instructor/labs").glob("*.py"))]
    public = [SOLUTION.sub("", master) for master in masters]
    pieces = [run for master in masters for run in SOLUTION.findall(master)]
    for folder in ("challenges", "instant"):
        for place in sorted((ROOT / "instructor" / folder).glob("lab*")):
            text = place.read_text()
            pieces += _functions(text) if place.suffix == ".py" else [text]
    for place in sorted((ROOT / "instructor/challenges").glob("lab*.py")):
        challenges = load_challenges(f"instructor.challenges.{place.stem}")
        public += [part.ask for challenge in challenges.values() for part in challenge.parts]
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


def _readme(text):
    return FOR_INSTRUCTORS.sub("", text)


def _makefile(text):
    first, *rest = text.split("\n")
    kept = [first, *rest]
    for target in TARGETS:
        kept = re.sub(
            rf"(?:^#[^\n]*\n)*^{target}:.*\n(?:\t.*\n)*\n?", "", "\n".join(kept), flags=re.M
        )
        kept = [re.sub(rf" · make {target}\b| (?<!-){target}\b", "", line)
                if line.startswith(("# make", ".PHONY")) else line
                for line in kept.split("\n")]  # fmt: skip
    return "\n".join(kept)


def _toml(text):
    return "".join(line for line in text.splitlines(True) if not INSTRUCTORS_WORD.search(line))


if __name__ == "__main__":
    main(*sys.argv[1:])
