"""Notebook 09's grid: every loss with every miner, three seeds each, on scripts never seen.

Usage: python benchmarks/losses.py         writes siamese_lib/data/results/losses.json

The harness is read from the notebook's own cells, those that begin with "# Recipe", so the two
cannot drift apart. For each cell of the grid the loss's one number (margin, temperature, scale,
the head's rate) is chosen on the validation scripts with a seed of its own; then seeds 0 to 2 are
trained and scored, on the test scripts once each. Seconds are those of the processor, all cores
together, of training only; other work on the machine makes them somewhat longer.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from machine import describe

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "siamese_lib" / "data" / "results" / "losses.json"
SEEDS, SEARCH_SEED = (0, 1, 2), 9
EPISODES = 400
sys.path.insert(0, str(ROOT / "tools"))
import notebooks as runner  # noqa: E402

HARNESS = runner.definitions("09", "# Recipe")
CELLS = [(name, miner) for name in HARNESS["ON_TRIPLETS"] for miner in HARNESS["MINERS"]]
CELLS += [(name, None) for name in HARNESS["ON_BATCHES"]]


def train(name, miner, number, seed, validate=True):
    """(network, validation accuracy after each epoch, seconds of training until then)."""
    curve, seconds, start = [], [], time.process_time()

    def on_epoch(network):
        nonlocal start
        seconds.append(time.process_time() - start)
        if validate:
            curve.append(float(HARNESS["accuracy"](network, HARNESS["validation"], EPISODES)))
            start = time.process_time() - seconds[-1]

    network, _ = HARNESS["run"](name, miner, number, seed, on_epoch)
    return network, curve, seconds


def chosen_number(name, miner):
    """({number: validation accuracy}, the best number), never looking at the test scripts."""
    tried = {}
    for number in HARNESS["NUMBERS"][name]:
        network, _, _ = train(name, miner, number, SEARCH_SEED, validate=False)
        tried[number] = float(HARNESS["accuracy"](network, HARNESS["validation"], EPISODES))
    return tried, max(tried, key=tried.get)


def measure(name, miner):
    tried, number = chosen_number(name, miner)
    runs = []
    for seed in SEEDS:
        network, curve, seconds = train(name, miner, number, seed)
        score = float(HARNESS["accuracy"](network, HARNESS["test"], EPISODES))
        curve, seconds = np.round(curve, 4).tolist(), np.round(seconds, 2).tolist()
        runs.append(
            {"seed": seed, "test": round(score, 4), "validation": curve, "seconds": seconds}
        )
    scores = [run["test"] for run in runs]
    cell = {
        "loss": name,
        "miner": miner,
        "number": number,
        "tried": {str(n): round(a, 4) for n, a in tried.items()},
        "mean": round(float(np.mean(scores)), 4),
        "low": min(scores),
        "high": max(scores),
        "runs": runs,
    }
    print(
        {key: cell[key] for key in ("loss", "miner", "number", "mean", "low", "high")}, flush=True
    )
    return cell


if __name__ == "__main__":
    start, start_cpu = time.perf_counter(), time.process_time()
    cells = [measure(name, miner) for name, miner in CELLS]
    result = {
        "machine": describe(),
        "seeds": SEEDS,
        "search_seed": SEARCH_SEED,
        "episodes": EPISODES,
        "seconds": round(time.perf_counter() - start),
        "cpu_seconds": round(time.process_time() - start_cpu),
        "cells": cells,
    }
    TARGET.write_text(json.dumps(result, indent=1) + "\n")
