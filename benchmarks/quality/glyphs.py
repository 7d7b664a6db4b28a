"""Notebook 06's recipe with three seeds: 20-way accuracy on the test scripts, next to raw pixels.

Usage: python -m benchmarks.quality.glyphs        writes siamese_lib/data/results/glyphs.json

Seed 0 is the run of the notebook.
"""

from benchmarks.measure import SEEDS, describe, peak_mb, stopwatch, store
from benchmarks.notebook_recipe import recipe, train
from benchmarks.quality import shots
from siamese_lib.training import encode

TASKS = ((20, 1), (20, 5))


def scores(vectors, test):
    """{"20-way 1-shot": [mean, low, high], ...} on the test scripts, each within one script."""
    return shots.accuracies(
        vectors, test.label, TASKS, episodes=400, within=test.alphabet, drawer=test.drawer
    )


def measure(seed):
    """(scores and seconds of one seed, the test pictures)."""
    took = stopwatch()
    names = recipe("06", SEED=seed)
    loaded, _ = took()
    network = train(names)
    trained, _ = took()
    seconds = {"load": round(loaded, 1), "train": round(trained - loaded, 1)}
    result = scores(encode(network.encoder, names["test"].images), names["test"])
    print(f"seed {seed}", result, seconds, flush=True)
    return {"seed": seed, **result, "seconds": seconds}, names["test"]


def main():
    """Three seeds, and the pixels."""
    runs = []
    for seed in SEEDS:
        run, test = measure(seed)
        runs.append(run)
    result = {
        "machine": describe(),
        "mean": shots.over_seeds(runs, "mean", "low", "high"),
        "pixels": scores(test.images.reshape(len(test.images), -1), test),
        "seeds": runs,
        "peak_mb": peak_mb(),
    }
    store("glyphs", result)


if __name__ == "__main__":
    main()
