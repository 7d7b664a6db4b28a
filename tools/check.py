"""What to run after each edit: style, types, and the fast tests of what changed.

Usage: python tools/check.py [SINCE]     make check does; SINCE is a commit, HEAD if none is given

Changed is what differs from SINCE, including files that git does not know yet. A test belongs to a
file that it imports or that has its name. No browser, no kernel and no sandbox is started. After 80
seconds no further test begins; those left over are named, for make test.
"""

import ast
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUDGET = 80  # seconds in which tests begin, so that the whole stays below two minutes
PLACES = ["siamese_lib", "tests", "tools", "benchmarks", "instructor"]
ALWAYS = ["tests/repository/test_package.py", "tests/repository/test_results.py"]
# Files that are not modules, and the tests that read them.
READERS = {
    r"notebooks/|siamese_lib/data/results/|tools/prose/|.*README\.md$|docs/": [
        "tests/notebooks/test_prose_rules.py", "tests/notebooks/test_rendering.py",
        "tests/notebooks/test_other_course.py", "tests/notebooks/test_work.py",
    ],
    r"docs/|README\.md|siamese_lib/.*\.py": ["tests/repository/test_docs.py"],
    r"\.github/|\.devcontainer/|Makefile|pyproject\.toml|C[A-Z]+\.(md|cff)": [
        "tests/repository/test_files.py",
    ],
}  # fmt: skip
SLOW = re.compile(r"live|page|browser|setup|versions|release|notebooks\.py|processes|launch|sandbox"
                  r"|attacks|limits|user|intake|test_grading|claims|new_lab|elsewhere"
                  r"|contributing|benchmarks|colab")  # fmt: skip


class Budget:
    """A pytest plugin: no test begins after the budget is spent."""

    def __init__(self):
        self.end, self.left = time.monotonic() + BUDGET, []

    def pytest_runtest_setup(self, item):
        import pytest

        if time.monotonic() > self.end:
            self.left.append(item.nodeid)
            pytest.skip("no time left")


def changed(since):
    """Paths, from the root, of what differs from a commit and of what git does not know."""
    said = [
        subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        for words in (
            ["diff", "--name-only", since],
            ["ls-files", "--others", "--exclude-standard"],
        )
    ]
    return sorted(set(sum(said, [])))


def imported(path):
    """Dotted names of what a test imports: modules, and names of packages as modules, too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def home(name, package):
    """The file, from the root, that defines a name which a package re-exports; or None."""
    for path in sorted((ROOT / package).glob("*.py")):
        if re.search(rf"^(def|class) {name}\b|^{name} = ", path.read_text(), re.MULTILINE):
            return path.relative_to(ROOT).as_posix()
    return None


def files_behind(dotted):
    """Candidates of files for a dotted name: the module itself, or where its last name stands."""
    place = dotted.replace(".", "/")
    package, _, name = place.rpartition("/")
    yield from (f"{place}.py", f"{package}.py")
    if package and (ROOT / package / "__init__.py").exists():
        yield from filter(None, [home(name, package)])


def tests_of(paths):
    """Test files for changed files, those named like them first."""
    chosen = [name for name in paths if re.match(r"tests/.*/test_\w+\.py", name)]
    stems = {Path(name).stem for name in paths}
    every = sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("tests/*/test_*.py"))
    chosen += [name for name in every if Path(name).stem.removeprefix("test_") in stems]
    for pattern, readers in READERS.items():
        if any(re.match(pattern, name) for name in paths):
            chosen += readers
    modules = {name for name in paths if name.endswith(".py")}
    for name in every:
        if any(
            file in modules for dotted in imported(ROOT / name) for file in files_behind(dotted)
        ):
            chosen.append(name)
    there = dict.fromkeys([*ALWAYS, *chosen])
    return [name for name in there if not SLOW.search(name) and (ROOT / name).exists()]


def main(since="HEAD"):
    import pytest

    bad = 0
    for words in (
        ["ruff", "check", "--quiet", *PLACES],
        ["ruff", "format", "--check", "--quiet", *PLACES[:-1]],
        ["mypy", "--no-error-summary"],
    ):
        print("·", *words, flush=True)
        bad |= subprocess.run([sys.executable, "-m", *words], cwd=ROOT, check=False).returncode
    sys.path.insert(0, str(ROOT))  # as python -m pytest has it
    tests, budget = tests_of(changed(since)), Budget()
    print("· pytest", *tests, flush=True)
    deselected = ["-k", "not _code and not style_check and not mypy"]  # the last two have just run
    bad |= pytest.main(["-q", *deselected, *tests], plugins=[budget])
    if budget.left:
        files = sorted({name.split("::")[0] for name in budget.left})
        print(f"no time for {len(budget.left)} tests, in {', '.join(files)}; make test runs them")
    return bad


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
