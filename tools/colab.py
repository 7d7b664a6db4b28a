"""Copies of the notebooks for Google Colab: a first cell installs what Colab lacks.

Usage: python tools/colab.py write          writes colab/, where pyproject.toml names a repository
       python tools/colab.py run [NAME ...] runs copies as on Colab, from that first cell on, and
                                            compares; all of them, or those that start with a NAME

To run, it makes an environment of Colab's Python with Colab's versions (tools/colab.txt), with
no JupyterLab, and an empty working folder; the package comes as a wheel instead of from GitHub.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import nbformat
from packaging.requirements import Requirement

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from siamese_lib.checks.work import STAMP, fingerprint  # noqa: E402
from tools import notebooks as runner  # noqa: E402
from tools.badges import BOOKS, COLAB, badged, notebooks, repository  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
PYTHON = "3.13"  # Colab's
VERSIONS = ROOT / "tools" / "colab.txt"
# Colab's front end is built for its own: newer ones would break its sessions. The notebooks run
# with them.
COLABS_OWN = ("ipython", "ipywidgets", "traitlets")
FILE = "https://github.com/{0}/blob/main/notebooks/{1}"
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+\.(?:ipynb|md))")  # to a file beside it
# Not -q: from the list of what was installed Colab sees that it must offer a restart.
INSTALL = """\
# Run this first: it brings what Colab lacks. If Colab offers a restart, accept it and go on below.
import sys

if "google.colab" in sys.modules:
    %pip install --no-deps {what}"""


def colab_versions():
    """{package: version} of what Colab has and the notebooks could use."""
    lines = VERSIONS.read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def to_install():
    """Requirements of the package that Colab's versions do not meet, quoted for a shell.

    jaxlib and jax are one program in two packages.
    """
    has = {name.lower(): version for name, version in colab_versions().items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in project["dependencies"]:
        asked = Requirement(line)
        if asked.name in COLABS_OWN or asked.specifier.contains(has.get(asked.name, "0")):
            continue
        yield f'"{line}"'
        if asked.name == "jax":
            yield f'"{line.replace("jax", "jaxlib", 1)}"'


def as_copy(notebook, path, name, package=None):
    """The copy for Colab of the notebook notebooks/PATH, without outputs.

    name: owner/name of the repository. package: what pip installs, the repository if None.
    """
    notebook = badged(notebook, path, "")
    for cell in notebook.cells:
        cell.metadata["id"] = cell.id  # the place that #scrollTo= finds in Colab
        if cell.cell_type == "markdown":
            cell.source = re.sub(LINK, lambda link: f"]({_there(link[1], path, name)}", cell.source)
        else:
            cell.update(outputs=[], execution_count=None)
    words = [package or f"git+https://github.com/{name}", *to_install()]
    cell = nbformat.v4.new_code_cell(INSTALL.format(what=" ".join(words)), id="colab")
    notebook.cells.insert(1, cell)
    notebook.metadata[STAMP] = fingerprint(notebook)
    return notebook


def _there(target, path, name):
    """The address of what the notebook at path links to: a notebook's copy, or a file on GitHub."""
    place = os.path.normpath(Path(path).parent / target).replace(os.sep, "/")
    return (COLAB if place.endswith(".ipynb") else FILE).format(name, place)


def write(folder):
    """Write the folder of copies; none where no repository is named."""
    shutil.rmtree(folder, ignore_errors=True)
    if not (name := repository()):
        print("pyproject.toml names no repository, so there are no copies for Colab")
        return
    for path in notebooks():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(as_copy(nbformat.read(BOOKS / path, as_version=4), path, name), target)
    print(f"{len(notebooks())} notebooks for Colab in {folder}")


# What the package asks of Colab's own module, so that it takes the place for Colab.
OUTPUT = """\
class _widgets:
    _installed_url = None


def enable_custom_widget_manager():
    _widgets._installed_url = "https://example.org/manager.js"
"""
EXECUTE = """\
import nbformat, sys
from nbclient import NotebookClient
path, place = sys.argv[1:]
notebook = nbformat.read(path, as_version=4)
resources = {"metadata": {"path": place}}
NotebookClient(notebook, timeout=900, record_timing=False, resources=resources).execute()
nbformat.write(notebook, path)
"""


def _uv(*words):
    subprocess.run([sys.executable, "-m", "uv", *map(str, words)], cwd=ROOT, check=True)


def _python():
    """One of pyenv's, which uv does not look for; otherwise uv finds or fetches one."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return [PYTHON, *sorted(root.glob(f"versions/{PYTHON}.*/bin/python{PYTHON}"))][-1]


def make_environment(folder):
    """Colab's Python and versions, a module google.colab loaded at the start, and the wheel.

    Returns: (python, wheel), two paths in folder.
    """
    python = folder / "env" / "bin" / "python"
    _uv("venv", "--quiet", "--seed", "--python", _python(), folder / "env")
    _uv("pip", "install", "--quiet", "--python", python, "-r", VERSIONS)
    (site,) = folder.glob("env/lib/python*/site-packages")
    (site / "google" / "colab").mkdir(parents=True)
    (site / "google" / "colab" / "__init__.py").touch()
    (site / "google" / "colab" / "output.py").write_text(OUTPUT, encoding="utf-8")
    (site / "colab.pth").write_text("import google.colab.output\n", encoding="utf-8")
    _uv("build", "--quiet", "--wheel", "--out-dir", folder / "wheel", ROOT)
    (wheel,) = folder.glob("wheel/*.whl")
    return python, wheel


def execute(path, python, wheel, folder):
    """Run a copy in an empty working folder; returns what was wrong, a sentence each."""
    committed = nbformat.read(BOOKS / path, as_version=4)
    copy = as_copy(nbformat.read(BOOKS / path, as_version=4), path, "owner/name", str(wheel))
    place, file = folder / "content", folder / "copy.ipynb"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    nbformat.write(copy, file)
    dropped = ("PYTHONPATH", "VIRTUAL_ENV", "MPLBACKEND", "JUPYTER_PATH")
    env = {key: value for key, value in os.environ.items() if key not in dropped}
    env |= {"SIAMESE_DATA_DIR": str(folder / "data"), "JUPYTER_PREFER_ENV_PATH": "1"}
    done = subprocess.run(
        [python, "-c", EXECUTE, file, place], cwd=place, env=env, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        return [done.stderr[-3000:]]
    fresh = nbformat.read(file, as_version=4)
    (install,) = [cell for cell in fresh.cells if cell.id == "colab"]
    fresh.cells = [cell for cell in fresh.cells if cell.id != "colab"]
    return [
        *_not_installed(install),
        *runner.problems(runner.strip(fresh)),
        *differences(fresh, committed),
    ]


def _not_installed(install):
    said = runner.text_of(install)
    if "Successfully installed" not in said and "already satisfied" not in said:
        yield f"the first cell installed nothing: {said[-1000:]}"


def differences(fresh, committed):
    """Where outputs of two notebooks differ; a lab is stored without any.

    Prose is left out, since its links differ on purpose.
    """
    for notebook in (fresh, committed):
        notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for output in (output for cell in notebook.cells for output in cell.outputs):
            text = output.get("data", {}).get("text/plain", "")
            if text.startswith("Predict: "):  # Colab's anywidget puts three dots after 110 letters
                output["data"]["text/plain"] = text[:110]
    if any(cell.outputs for cell in committed.cells):
        yield from runner.differences(fresh, committed)


def run(names=()):
    """Run the copies whose paths start with one of the names, or all; the number that failed."""
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        python, wheel = make_environment(Path(scratch))
        for path in notebooks():
            if names and not path.startswith(tuple(names)):
                continue
            start = time.perf_counter()
            wrong = execute(path, python, wheel, Path(scratch))
            seconds = time.perf_counter() - start
            print(*[f"{path}: {seconds:.0f} s, {len(wrong)} wrong", *wrong], sep="\n", flush=True)
            failed += bool(wrong)
    return failed


if __name__ == "__main__":
    command, *given = sys.argv[1:]
    sys.exit(run(given) if command == "run" else write(ROOT / "colab"))
