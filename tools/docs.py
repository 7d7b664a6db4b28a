"""Write docs/api.md from the docstrings, the table of rooms in docs/architecture.md, and
notebooks/notation.md from tools/prose/glossary.toml.

Usage: python tools/docs.py
"""

import ast
import importlib
import inspect
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = (
    "energy", "text", "losses", "evaluation", "datasets", "training", "training.launch", "encoders",
    "recipes", "plots", "explorers", "checks", "environment",
)  # fmt: skip


# A room imports only itself and rooms that stand before it.
ROOMS = (
    "validate", "environment", "energy", "text", "losses", "evaluation", "datasets", "training",
    "encoders", "recipes", "plots", "checks", "explorers",
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


def rooms_imported(text):
    """The rooms of siamese_lib that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "siamese_lib":
            names = [f"siamese_lib.{alias.name}" for alias in node.names]
        else:
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        yield from (n.split(".")[1] for n in names if n.startswith("siamese_lib."))


def rooms():
    """The table of rooms: what each is for, and which it imports. docs/architecture.md shows it."""
    lines = ["| room | is for | imports |", "| --- | --- | --- |"]
    for name in ROOMS:
        place = ROOT / "siamese_lib" / name
        files = sorted(place.glob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
        used = {room for file in files for room in rooms_imported(file.read_text(encoding="utf-8"))}
        said = inspect.getdoc(importlib.import_module(f"siamese_lib.{name}")).splitlines()[0]
        above = ", ".join(room for room in ROOMS if room in used - {name})
        lines.append(f"| `{name}` | {said} | {above} |")
    return "\n".join(lines)


def notation():
    """The page of symbols and terms, each term with the notebook that defines it."""
    from siamese_lib.checks.contents import CONTENTS

    glossary = tomllib.loads((ROOT / "tools/prose/glossary.toml").read_text(encoding="utf-8"))
    notebooks = {notebook.topic: notebook for notebook in CONTENTS}
    lines = [
        "# Notation", "", "What letters and words mean in all notebooks and labs. `distance`: "
        "lower is closer. `similarity`: higher is closer.", "",
        "| symbol | means |", "| --- | --- |",
    ]  # fmt: skip
    lines += [f"| {symbol['name']} | {symbol['means']} |" for symbol in glossary["symbol"]]
    lines += ["", "| term | means | defined in |", "| --- | --- | --- |"]
    for term in sorted(glossary["term"], key=lambda term: term["name"].lower()):
        home = notebooks[term["topic"]]
        lines.append(f"| {term['name']} | {term['means']} | [{home.number}]({home.stem}.ipynb) |")
    return "\n".join(lines) + "\n"


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
    # A default that is a function would print its address, a different one each time.
    return re.sub(r"<function (\w+) at 0x\w+>", r"\1", str(bare))


def with_rooms(page):
    """A page with the table of rooms between its two marks."""
    before, _, rest = page.partition("<!-- rooms -->\n")
    after = rest.partition("<!-- /rooms -->")[2]
    return f"{before}<!-- rooms -->\n{rooms()}\n<!-- /rooms -->{after}"


if __name__ == "__main__":
    (ROOT / "docs" / "api.md").write_text(api(), encoding="utf-8")
    (ROOT / "notebooks" / "notation.md").write_text(notation(), encoding="utf-8")
    page = ROOT / "docs" / "architecture.md"
    page.write_text(with_rooms(page.read_text(encoding="utf-8")), encoding="utf-8")
