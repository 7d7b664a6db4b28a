"""Type hints: every public function of siamese_lib has them, and mypy finds them to be true."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(ROOT.glob("siamese_lib/**/*.py"))


def public_functions(tree, within=""):
    """Functions at the top of a module, and the methods of its public classes: (name, node)."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            called_on_use = within and node.name in ("__init__", "__call__")
            if called_on_use or not node.name.startswith("_"):
                yield within + node.name, node


def without_hints(source):
    """What lacks a hint, such as "Encoder.__init__: dim" or "load: return"."""
    for name, node in public_functions(ast.parse(source)):
        is_static = any(getattr(d, "id", "") == "staticmethod" for d in node.decorator_list)
        given = node.args
        named = [*given.posonlyargs, *given.args]
        named = named[1:] if "." in name and not is_static else named  # self, cls
        for argument in filter(None, [*named, given.vararg, *given.kwonlyargs, given.kwarg]):
            if argument.annotation is None:
                yield f"{name}: {argument.arg}"
        if node.returns is None:
            yield f"{name}: return"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_public_function_has_type_hints(path):
    assert list(without_hints(path.read_text(encoding="utf-8"))) == []


def test_a_function_without_hints_is_found():
    source = """
def load(path, *rows: int, strict=True, **rest) -> dict: ...
def _helper(x): ...
class Encoder:
    def __init__(self, dim): ...
    def __call__(self, x: int): ...
    def __repr__(self): ...
    @staticmethod
    def read(path) -> str: ...
    @classmethod
    def make(cls) -> str: ...
class _Block:
    def __call__(self, x): ...
"""
    assert list(without_hints(source)) == [
        "load: path", "load: strict", "load: rest",
        "Encoder.__init__: dim", "Encoder.__init__: return", "Encoder.__call__: return",
        "Encoder.read: path",
    ]  # fmt: skip


def mypy(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "mypy", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_mypy_passes():
    done = mypy()
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_knows_what_the_library_returns(tmp_path):
    """A user's mistake is found, so the hints are not all Any."""
    script = tmp_path / "script.py"
    script.write_text(
        "from siamese_lib.evaluation import accuracy_at\n"
        "from siamese_lib.text import encode_texts\n"
        "label: str = accuracy_at([0.9], [1])\n"
        "encode_texts('no tokenizer', ['a question'])\n"
    )
    said = mypy(script).stdout
    assert (
        'script.py:3: error: Incompatible types in assignment (expression has type "float"' in said
    )
    assert 'script.py:4: error: Argument 1 to "encode_texts" has incompatible type "str"' in said
