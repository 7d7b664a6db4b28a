"""The stored results of benchmarks/: they come with the package, and notebooks quote them."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "data" / "results"


def load_results(name: str) -> Any:
    """The results of one benchmark: numbers by seed, mean and spread, the machine, the versions.

    name is the name of the script in benchmarks/ (a few scripts store their results under another,
    such as "omniglot_encoder"). Returns the content of the JSON file, usually a dict.
    Raises: ValueError where nothing is stored under that name, listing the names that there are.
    """
    known = sorted(path.stem for path in FOLDER.glob("*.json"))
    if name not in known:
        raise ValueError(f"there are no results named {name!r}; choose from {', '.join(known)}")
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
