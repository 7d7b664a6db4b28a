"""Notebook 10's grid: every loss with every miner, three seeds each, on scripts never seen.

Usage: python -m benchmarks.quality.losses        writes siamese_lib/data/results/losses.json

For each cell of the grid the loss's one number (margin, temperature, scale, the head's rate) is
chosen on the validation scripts with a seed of its own; then seeds 0 to 2 are trained, and scored
once each on the test scripts. Seconds are those of the processor, all cores together, of training
only; other work on the machine makes them somewhat longer.
"""

import time

import numpy as np

from benchmarks.measure import SEEDS, describe, spread, stopwatch, store
from benchmarks.notebook_recipe import recipe

SEARCH_SEED = 9
EPISODES = 400


def cells(harness):
    """(loss, miner) of every cell of the grid; a loss of whole batches has no miner."""
    mined = [(name, miner) for name in harness["ON_TRIPLETS"] for miner in harness["MINERS"]]
    return mined + [(name, None) for name in harness["ON_BATCHES"]]


def accuracy(harness, network, split):
    return float(harness["accuracy"](network, harness[split], EPISODES))


def train(harness, name, miner, number, seed, validate=True):
    """(network, validation accuracy after each epoch, seconds of training until then)."""
    curve, seconds, start = [], [], time.process_time()

    def on_epoch(network):
        nonlocal start
        seconds.append(time.process_time() - start)
        if validate:
            curve.append(accuracy(harness, network, "validation"))
            start = time.process_time() - seconds[-1]

    network, _ = harness["run"](name, miner, number, seed, on_epoch)
    return network, curve, seconds


def chosen_number(harness, name, miner):
    """({number: validation accuracy}, the best number); the test scripts are not looked at."""
    tried = {}
    for number in harness["NUMBERS"][name]:
        network, _, _ = train(harness, name, miner, number, SEARCH_SEED, validate=False)
        tried[number] = accuracy(harness, network, "validation")
    return tried, max(tried, key=tried.get)


def measure(harness, name, miner):
    """One cell of the grid."""
    tried, number = chosen_number(harness, name, miner)
    runs = []
    for seed in SEEDS:
        network, curve, seconds = train(harness, name, miner, number, seed)
        score = accuracy(harness, network, "test")
        curve, seconds = np.round(curve, 4).tolist(), np.round(seconds, 2).tolist()
        runs.append(
            {"seed": seed, "test": round(score, 4), "validation": curve, "seconds": seconds}
        )
    tried = {str(number): round(accuracy, 4) for number, accuracy in tried.items()}
    found = spread([run["test"] for run in runs], "mean", "low", "high")
    cell = {"loss": name, "miner": miner, "number": number}
    print(cell | found, flush=True)
    return cell | {"tried": tried} | found | {"runs": runs}


def main():
    """Every cell of the grid."""
    harness = recipe("10")
    took = stopwatch()
    found = [measure(harness, name, miner) for name, miner in cells(harness)]
    wall, processor = took()
    result = {
        "machine": describe(),
        "seeds": SEEDS,
        "search_seed": SEARCH_SEED,
        "episodes": EPISODES,
        "seconds": round(wall),
        "cpu_seconds": round(processor),
        "cells": found,
    }
    store("losses", result)


if __name__ == "__main__":
    main()
