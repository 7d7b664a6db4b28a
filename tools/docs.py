"""Write docs/api.md from the docstrings.

Usage: python tools/docs.py
"""

import importlib
import inspect
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = (
    "energy", "text", "losses", "evaluation", "datasets", "training", "training.launch", "encoders",
    "recipes", "plots", "explorers", "checks", "environment",
)  # fmt: skip


def api():
    """The API page: every public function and class with its signature and docstring."""
    parts = [
        "# API\n\nWritten by `make docs` from the docstrings. `distance`: lower is closer. "
        "`similarity`: higher is closer.\n`is_same`: 1 = same.\n"
    ]
    for name in MODULES:
        module = importlib.import_module(f"siamese_lib.{name}")
        parts.append(f"## siamese_lib.{name}\n\n{inspect.getdoc(module)}\n")
        parts += [_entry(key, value) for key, value in _public(module)]
    return "\n".join(parts)


def _public(module):
    listed = getattr(module, "__all__", None)
    for key, value in vars(module).items():
        is_own = getattr(value, "__module__", "").startswith(module.__name__)
        is_shown = key in listed if listed else not key.startswith("_") and is_own
        if is_shown and (inspect.isfunction(value) or inspect.isclass(value)):
            yield key, value


def _entry(key, value):
    return f"### {key}{_signature(value)}\n\n```text\n{inspect.getdoc(value)}\n```\n"


def _signature(value):
    """Names and defaults: the docstring says the types."""
    is_module = inspect.isclass(value) and not issubclass(value, tuple)
    signature = inspect.signature(value.__init__ if is_module else value)
    named = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    shown = named[1:] if is_module else named  # without self
    bare = signature.replace(parameters=shown, return_annotation=signature.empty)
    # A default that is a function would print its address, another one each time.
    return re.sub(r"<function (\w+) at 0x\w+>", r"\1", str(bare))


if __name__ == "__main__":
    (ROOT / "docs" / "api.md").write_text(api(), encoding="utf-8")
