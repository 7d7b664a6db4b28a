"""Two minutes of training on glyphs with the deeper tower, three seeds, on scripts never seen.

Usage: python benchmarks/glyphs_residual.py [--held-out]
Writes siamese_lib/data/results/glyphs_residual.json.

What the Omniglot benchmarks do, on the letters of notebook 06: residual encoder, InfoNCE, distorted
pictures, letters also turned and mirrored. --held-out scores the validation scripts, on which the
settings were chosen, and writes nothing.
"""

import json
import resource
import sys
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import omniglot_recipe as recipe
from machine import describe

from siamese_lib.datasets import load_glyphs
from siamese_lib.encoders import embed_views
from siamese_lib.evaluation import evaluate_n_way

TARGET = (
    Path(__file__).resolve().parent.parent
    / "siamese_lib"
    / "data"
    / "results"
    / "glyphs_residual.json"
)
SEEDS = (0, 1, 2)
STEPS = 800


def draw_batches(data, seed):
    """An epoch of (anchor, positive): letters of all scripts, the positive in another typeface."""
    random = np.random.default_rng(seed)
    images = jnp.asarray(data.images)
    by_letter = np.argsort(data.label, kind="stable").reshape(-1, recipe.DRAWINGS)
    for key in recipe.draw_keys(random):
        rows = by_letter[random.choice(len(by_letter), recipe.CHARACTERS, replace=False)]
        rows = random.permuted(rows, axis=1)
        anchor = rows[:, 0]
        is_other = data.drawer[rows] != data.drawer[anchor][:, None]
        positive = rows[np.arange(len(rows)), is_other.argmax(axis=1)]
        # One turn a script: two letters of which one is the other one turned stay apart.
        turns = random.integers(8, size=data.alphabet.max() + 1)[data.alphabet[anchor]]
        yield recipe.pair(images, anchor, positive, turns, key)


def score(encoder, data):
    """20-way 1-shot and 5-shot inside a script, queries in other typefaces than their support."""
    vectors = embed_views(encoder, data.images)
    result = {}
    for k_shot in (1, 5):
        found = evaluate_n_way(
            lambda _: vectors, data.images, data.label, n_way=20, k_shot=k_shot, episodes=1000,
            seed=0, within=data.alphabet, drawer=data.drawer,
        )  # fmt: skip
        result[f"20-way {k_shot}-shot"] = [round(x, 4) for x in found]
    return result


if __name__ == "__main__":
    is_held_out = "--held-out" in sys.argv
    train, test = load_glyphs("train"), load_glyphs("validation" if is_held_out else "test")
    seeds = []
    for seed in SEEDS[:1] if is_held_out else SEEDS:
        encoder, took = recipe.train(
            recipe.SMALL, seed=seed, steps=STEPS, batches=lambda s: draw_batches(train, s)
        )
        seeds.append({"seed": seed, **took, **score(encoder, test)})
        print(json.dumps(seeds[-1]), flush=True)
    if not is_held_out:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        result = {"machine": describe(), "mean": recipe.summary(seeds), "seeds": seeds}
        TARGET.write_text(json.dumps(result | {"peak_mb": round(peak)}, indent=1) + "\n")
