"""Notebook 06's recipe with three seeds: 20-way accuracy on the test scripts, next to raw pixels.

Usage: python benchmarks/glyphs.py         writes siamese_lib/data/results/glyphs.json

The recipe is read from the notebook's own cells, those that begin with "# Recipe", so the two
cannot drift apart. Seed 0 is the run of the notebook.
"""

import json
import resource
import sys
import time
from pathlib import Path

from machine import describe

from siamese_lib.evaluation import evaluate_n_way
from siamese_lib.training import encode, fit

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "siamese_lib" / "data" / "results" / "glyphs.json"
SEEDS = (0, 1, 2)
SHOTS = (1, 5)
sys.path.insert(0, str(ROOT / "tools"))
import notebooks as runner  # noqa: E402


def recipe(seed):
    """What the notebook's set-up and recipe cells define, with another seed."""
    return runner.definitions("06", "# Recipe", SEED=seed)


def scores(vectors, test):
    """{"20-way 1-shot": [mean, low, high], ...} on the test scripts, each within one script."""
    result = {}
    for k_shot in SHOTS:
        accuracy = evaluate_n_way(
            lambda _: vectors, test.images, test.label, n_way=20, k_shot=k_shot, episodes=400,
            seed=0, within=test.alphabet, drawer=test.drawer,
        )  # fmt: skip
        result[f"20-way {k_shot}-shot"] = [round(value, 4) for value in accuracy]
    return result


def measure(seed):
    start = time.perf_counter()
    names = recipe(seed)
    loaded = time.perf_counter()
    fit(
        names["network"], names["loss"], names["batches"], epochs=names["EPOCHS"],
        optimizer=names["optimizer"], progress=False,
    )  # fmt: skip
    trained = time.perf_counter()
    test = names["test"]
    result = scores(encode(names["network"].encoder, test.images), test)
    seconds = {"load": round(loaded - start, 1), "train": round(trained - loaded, 1)}
    print(f"seed {seed}", result, seconds, flush=True)
    return {"seed": seed, **result, "seconds": seconds}, test


def summary(runs):
    """Mean over the seeds, with the lowest and the highest of them."""
    result = {}
    for k_shot in SHOTS:
        name = f"20-way {k_shot}-shot"
        means = [run[name][0] for run in runs]
        mean = round(sum(means) / len(means), 4)
        result[name] = {"mean": mean, "low": min(means), "high": max(means)}
    return result


if __name__ == "__main__":
    runs = []
    for seed in SEEDS:
        run, test = measure(seed)
        runs.append(run)
    pixels = scores(test.images.reshape(len(test.images), -1), test)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(
        json.dumps(
            {
                "machine": describe(),
                "mean": summary(runs),
                "pixels": pixels,
                "seeds": runs,
                "peak_mb": round(peak),
            },
            indent=1,
        )  # fmt: skip
        + "\n"
    )
