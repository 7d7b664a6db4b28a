"""The stored results of benchmarks/: they come with the package, and the notebooks quote them."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "data" / "results"


def load_results(name):
    """What the benchmark of this name stored: figures by seed, mean and spread, machine, versions.

    name is that of the script in benchmarks/ (a few write under names of their own, such as
    "omniglot_encoder"). Returns what the JSON file holds, mostly a dict. A name that nothing was
    stored under is a ValueError that lists those there are.
    """
    known = sorted(path.stem for path in FOLDER.glob("*.json"))
    if name not in known:
        raise ValueError(f"there are no results named {name!r}; there are {', '.join(known)}")
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
