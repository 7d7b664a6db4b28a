"""Notebook 09's recipe with three seeds: the head's own learning rate, and head against cosine.

Usage: python -m benchmarks.quality.pairwise        writes siamese_lib/data/results/pairwise.json

Seed 0 is the run of the notebook. "one rate" is the recipe with plain Adam; "modified triplet loss"
trains the same encoder with notebook 06's loss, on as many pictures a step and for as many steps.
Same or different is asked on validation pairs, one-shot on the test scripts.
"""

import numpy as np
import optax

from benchmarks.measure import SEEDS, describe, spread, stopwatch, store
from benchmarks.notebook_recipe import recipe, train
from siamese_lib.encoders import SiameseNetwork
from siamese_lib.training import encode, fit


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
    """The recipe, or the recipe with one learning rate for the encoder and its head."""
    names = recipe("09", SEED=seed)
    train(names, optimizer=None if has_own_rate else optax.adam(names["rate"]))
    head = names["network"].head
    return {
        "validation pairs": pairs_right(names, head),
        "one-shot by head": one_shot_right(names, lambda q, s: names["head_logits"](head, q, s)),
        "one-shot by cosine": one_shot_right(names, cosine),
    }


def with_triplets(seed):
    """Notebook 06's loss and batches on notebook 09's encoder, optimizer steps and pictures."""
    names, rival = (recipe(number, SEED=seed) for number in ("09", "06"))
    ours, theirs = (names["PAIRS"], names["STEPS"]), (rival["LETTERS"], rival["STEPS"])
    if ours != theirs:
        raise ValueError(f"08 has {ours} pairs and steps, 06 {theirs}; make them equal")
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
    """Mean, lowest and highest over the seeds."""
    return {what: spread([run[what] for run in runs], "mean", "low", "high") for what in runs[0]}


def main():
    """Each way with each seed."""
    took, runs = stopwatch(), {name: [] for name in WAYS}
    for name, measure in WAYS.items():
        for seed in SEEDS:
            runs[name].append(measure(seed))
            print(name, "seed", seed, runs[name][-1], flush=True)
    wall, processor = took()
    result = {
        "machine": describe(),
        "seeds": SEEDS,
        "seconds": round(wall),
        "cpu_seconds": round(processor),
        "mean": {name: summary(own) for name, own in runs.items()},
        "runs": runs,
    }
    store("pairwise", result)


if __name__ == "__main__":
    main()
