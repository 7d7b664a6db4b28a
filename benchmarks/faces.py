"""Notebook 07's recipe on groups of people held out, with three seeds, next to raw pixels.

Usage: python benchmarks/faces.py         writes benchmarks/results/faces.json

The recipe is read from the notebook's own cells, those that begin with "# Recipe", so the two
cannot drift apart. The last group with seed 0 is the run of the notebook: there, too, the 28 people
before are trained on. Four of the groups chose the recipe, two never had a say.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
from machine import describe

from siamese_lib.metrics import equal_error_rate
from siamese_lib.training import encode

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "benchmarks" / "results" / "faces.json"
SEEDS = (0, 1, 2)
GROUPS = {0: True, 7: True, 14: True, 28: True, 20: False, 34: False}  # first person: chosen on
HELD_OUT = 6
TRAINING_PEOPLE = 28
TRAINING_PHOTOS = 7  # of each person where people are shared: 280 pictures, as many as of 28 people
sys.path.insert(0, str(ROOT / "tools"))
import notebooks as runner  # noqa: E402


def equal_error(vectors, person):
    """The equal error rate over all pairs."""
    first, second = np.triu_indices(len(person), 1)
    distance = np.linalg.norm(vectors[first] - vectors[second], axis=1)
    return round(equal_error_rate(-distance, person[first] == person[second])[0], 4)


def score(recipe, train, tests):
    """{name: {"pixels": EER, "network": [an EER a seed]}} of networks trained on the same rows."""
    images, person = recipe["load_people"]("all")
    result = {
        name: {"pixels": equal_error(images[rows].reshape(len(rows), -1), person[rows])}
        for name, rows in tests.items()
    }
    for seed in SEEDS:
        encoder, _ = recipe["train_faces"](images[train], person[train], seed=seed)
        for name, rows in tests.items():
            eer = equal_error(encode(encoder, images[rows]), person[rows])
            result[name].setdefault("network", []).append(eer)
            print(f"{name:27} seed {seed}  EER {eer:.3f}", flush=True)
    return result


def by_group(recipe, person):
    """One entry a group. Nobody is trained on people 34 to 39."""
    entries = []
    for first, chosen_on in GROUPS.items():
        held_out = np.arange(first, first + HELD_OUT)
        others = np.setdiff1d(np.arange(40), held_out)
        train = np.flatnonzero(np.isin(person, others[:TRAINING_PEOPLE]))
        name = f"{first} to {held_out[-1]}"
        tests = {name: np.flatnonzero(np.isin(person, held_out)), "training pictures": train}
        scores = score(recipe, train, tests)
        entries.append({"people": name, "chosen_on": chosen_on, **scores[name],
                        "training_pictures": scores["training pictures"]})  # fmt: skip
    return entries


def by_split(recipe, groups, person, photo):
    """People held out, pictures only, nothing: the last two are leaks."""
    known = np.flatnonzero(photo < TRAINING_PHOTOS)
    unknown = np.flatnonzero(photo >= TRAINING_PHOTOS)
    leaky = score(recipe, known, {"pictures, people are shared": unknown, "nothing": known})
    (test,) = [group for group in groups if group["people"] == "34 to 39"]
    honest = {name: test[name] for name in ("pixels", "network")}
    return {"six people, the test": honest, **leaky}


def means(groups):
    """Means over groups and seeds, of all groups and of those that did not choose the recipe."""
    result = {}
    for name, some in (("", groups), ("_new", [g for g in groups if not g["chosen_on"]])):
        for rival in ("pixels", "network"):
            values = np.concatenate([np.atleast_1d(group[rival]) for group in some])
            result[rival + name] = round(float(values.mean()), 4)
    return result


if __name__ == "__main__":
    start = time.perf_counter()
    recipe = runner.definitions("07", "# Recipe")
    data = recipe["datasets"].load_faces("all")
    groups = by_group(recipe, data.label)
    splits = by_split(recipe, groups, data.label, data.drawer)
    TARGET.parent.mkdir(exist_ok=True)
    result = {
        "machine": describe(),
        "seeds": SEEDS,
        "mean": means(groups),
        "groups": groups,
        "splits": splits,
        "seconds": round(time.perf_counter() - start),
        "cpu_seconds": round(time.process_time()),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    TARGET.write_text(json.dumps(result, indent=1) + "\n")
