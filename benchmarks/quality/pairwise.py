"""Notebook 08's recipe with three seeds: the head's own learning rate, and head against cosine.

Usage: python benchmarks/pairwise.py         writes siamese_lib/data/results/pairwise.json

The recipe is read from the notebook's own cells, those that begin with "# Recipe", so the two
cannot drift apart. Seed 0 is the run of the notebook. "one rate" is the recipe with plain Adam;
"modified triplet loss" trains the same encoder with notebook 06's loss, as many pictures a step
and as many steps. Same or different is asked on validation pairs, one-shot on the test scripts.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import optax
from machine import describe

from siamese_lib.encoders import SiameseNetwork
from siamese_lib.training import encode, fit

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "siamese_lib" / "data" / "results" / "pairwise.json"
SEEDS = (0, 1, 2)
sys.path.insert(0, str(ROOT / "tools"))
import notebooks as runner  # noqa: E402


def pairs_right(names, head):
    """Share of validation pairs called right at probability one half."""
    vectors = encode(names["encoder"], names["validation"].images)
    first, second, is_same = names["draw_pairs"](
        names["validation"], 4000, np.random.default_rng(1)
    )
    logits = np.asarray(head(vectors[first], vectors[second]))
    return float(((logits > 0) == is_same).mean())


def one_shot_right(names, score):
    """20-way 1-shot accuracy on 400 episodes of the test scripts; score(query, support) -> S."""
    vectors = encode(names["encoder"], names["test"].images)
    random = np.random.default_rng(6)
    right = []
    for _ in range(400):
        support, query = names["draw_episode"](names["test"], random)
        answer = score(vectors[query], vectors[support]).argmax(axis=1)
        right.append((answer == np.arange(20)).mean())
    return float(np.mean(right))


def cosine(query, support):
    return query @ support.T


def with_head(seed, has_own_rate):
    names = runner.definitions("08", "# Recipe", SEED=seed)
    optimizer = names["optimizer"] if has_own_rate else optax.adam(names["rate"])
    fit(names["network"], names["loss"], names["batches"], epochs=names["EPOCHS"],
        optimizer=optimizer, progress=False)  # fmt: skip
    head = names["network"].head
    return {
        "validation pairs": pairs_right(names, head),
        "one-shot by head": one_shot_right(names, lambda q, s: names["head_logits"](head, q, s)),
        "one-shot by cosine": one_shot_right(names, cosine),
    }


def with_triplets(seed):
    """Notebook 06's loss and batches on notebook 08's encoder, optimizer steps and pictures."""
    names, rival = (runner.definitions(n, "# Recipe", SEED=seed) for n in ("08", "06"))
    assert rival["LETTERS"] == names["PAIRS"] and rival["STEPS"] == names["STEPS"]
    network = SiameseNetwork(names["encoder"])
    fit(network, rival["loss"], rival["batches"], epochs=names["EPOCHS"],
        optimizer=optax.adam(names["rate"]), progress=False)  # fmt: skip
    return {"one-shot by cosine": one_shot_right(names, cosine)}


WAYS = {
    "recipe": lambda seed: with_head(seed, True),
    "one rate": lambda seed: with_head(seed, False),
    "modified triplet loss": with_triplets,
}


def summary(runs):
    """Mean over the seeds, with the lowest and the highest of them."""
    return {
        what: {
            "mean": round(float(np.mean([run[what] for run in runs])), 4),
            "low": round(min(run[what] for run in runs), 4),
            "high": round(max(run[what] for run in runs), 4),
        }
        for what in runs[0]
    }


if __name__ == "__main__":
    start, start_cpu = time.perf_counter(), time.process_time()
    runs = {name: [] for name in WAYS}
    for name, measure in WAYS.items():
        for seed in SEEDS:
            runs[name].append(measure(seed))
            print(name, "seed", seed, runs[name][-1], flush=True)
    result = {
        "machine": describe(),
        "seeds": SEEDS,
        "seconds": round(time.perf_counter() - start),
        "cpu_seconds": round(time.process_time() - start_cpu),
        "mean": {name: summary(own) for name, own in runs.items()},
        "runs": runs,
    }
    TARGET.write_text(json.dumps(result, indent=1) + "\n")
