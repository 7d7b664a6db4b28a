"""The scripts of others that the pages load from their own host: AMD, widgets, formulas."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

# What of each package goes where: (package, files in it, folder under _static).
NEEDED = (
    ("requirejs@2.3.7", ("require.js",), ""),
    ("@jupyter-widgets/html-manager@1.0.15", ("dist/embed-amd.js",), ""),
    ("mathjax@3.2.2", ("es5/tex-chtml.js",), "mathjax"),
    ("mathjax@3.2.2", ("es5/output/chtml/fonts/woff-v2",), "mathjax/output/chtml/fonts"),
)


def bring_scripts(static):
    """Copy them into the folder of static files; npm's cache makes the second time offline."""
    with tempfile.TemporaryDirectory() as folder:
        unpacked = {package: _unpack(package, Path(folder)) for package, _, _ in NEEDED}
        for package, files, place in NEEDED:
            (static / place).mkdir(parents=True, exist_ok=True)
            for name in files:
                source, target = unpacked[package] / name, static / place / Path(name).name
                (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    extension = Path(sys.prefix) / "share" / "jupyter" / "nbextensions" / "anywidget" / "index.js"
    shutil.copy(extension, static / "anywidget.js")


def _unpack(package, folder):
    target = folder / package.replace("/", "-")
    if not target.exists():
        npm = shutil.which("npm")
        if npm is None:
            sys.exit("make site: there is no npm; install Node.js, whose npm brings the scripts")
        command = [npm, "pack", "--silent", "--prefer-offline", package]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"make site: npm could not bring {package}: {done.stderr.strip()}")
        with tarfile.open(folder / done.stdout.strip()) as packed:
            packed.extractall(target, filter="data")
    return target / "package"
