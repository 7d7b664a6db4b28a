"""The scripts of others that pages load from their own host: AMD, widgets, formulas."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

# What of each package goes where: (package, a file or folder in it, folder for it).
WIDGETS = (
    ("requirejs@2.3.7", "require.js", ""),
    ("@jupyter-widgets/html-manager@1.0.15", "dist/embed-amd.js", ""),
)
FORMULAS = (
    ("mathjax@3.2.2", "es5/tex-chtml.js", "mathjax"),
    ("mathjax@3.2.2", "es5/output/chtml/fonts/woff-v2", "mathjax/output/chtml/fonts"),
)


def bring_widgets(folder):
    """What shows widgets with no kernel, into a folder: require.js, embed-amd.js, anywidget.js."""
    _bring(WIDGETS, folder)
    extension = Path(sys.prefix) / "share" / "jupyter" / "nbextensions" / "anywidget" / "index.js"
    shutil.copy(extension, folder / "anywidget.js")


def bring_formulas(folder):
    """MathJax and its fonts, into a folder."""
    _bring(FORMULAS, folder)


def _bring(needed, folder):
    with tempfile.TemporaryDirectory() as unpacked:
        for package, name, place in needed:
            source, target = unpack(package, unpacked) / name, folder / place / Path(name).name
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)


def unpack(package, folder):
    """The folder of an npm package's files; npm's cache makes the second time offline."""
    target = Path(folder) / package.replace("/", "-")
    if not target.exists():
        npm = shutil.which("npm")
        if npm is None:
            sys.exit("there is no npm; install Node.js, whose npm brings the scripts of the pages")
        command = [npm, "pack", "--silent", "--prefer-offline", package]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"npm could not bring {package}: {done.stderr.strip()}")
        with tarfile.open(Path(folder) / done.stdout.strip()) as packed:
            packed.extractall(target, filter="data")
    return target / "package"
