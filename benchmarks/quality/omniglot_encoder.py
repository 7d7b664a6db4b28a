"""Train the Omniglot encoder that siamese_lib ships: about an hour on two cores.

Usage: python -m benchmarks.quality.omniglot_encoder [--folder FOLDER] [--held-out]

Writes siamese_lib/data/omniglot_encoder.safetensors (half precision) and
siamese_lib/data/results/omniglot_encoder.json. Stopped and started again with the same folder it
goes on from its last checkpoint, to the same weights. --held-out keeps the last five background
alphabets back, prints the accuracy there and writes nothing: for choosing settings. The evaluation
alphabets are opened once, after the last step.
"""

import argparse
import json
import sys
import tempfile

import jax
import jax.numpy as jnp
from flax import nnx

from benchmarks.measure import ROOT, describe, peak_mb, store
from benchmarks.quality import omniglot
from benchmarks.quality import omniglot_recipe as recipe
from siamese_lib.encoders import embed_views, omniglot_encoder
from siamese_lib.evaluation import evaluate_n_way, evaluate_runs
from siamese_lib.training import save

STEPS, SEED = 7000, 0
WEIGHTS = ROOT / "siamese_lib" / "data" / "omniglot_encoder.safetensors"


def held_out_accuracy(kept):
    """20-way one-shot within the alphabets kept back, support and query by different hands."""
    return lambda encoder: evaluate_n_way(
        lambda images: embed_views(encoder, images, views=0), kept.images, kept.label, n_way=20,
        k_shot=1, episodes=400, seed=0, within=kept.alphabet, drawer=kept.drawer,
    ).mean  # fmt: skip


def ship(encoder):
    """Save the weights in half precision: three digits of each, half the size, the same answers."""
    nnx.update(encoder, jax.tree.map(lambda x: x.astype(jnp.float16), nnx.state(encoder)))
    save(encoder, WEIGHTS)


def figures():
    """What the shipped file scores."""
    encoder = omniglot_encoder()
    one_view = evaluate_runs(lambda x: embed_views(encoder, x, views=0), omniglot.runs())
    found = omniglot.scores(lambda images: embed_views(encoder, images))
    return {"official runs, one view": round(one_view, 4), **found}


def main(arguments):
    """Train, ship the weights and store what they score."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.omniglot_encoder")
    parser.add_argument("--folder", help="where checkpoints go")
    parser.add_argument("--held-out", action="store_true")
    asked = parser.parse_args(arguments)
    folder = asked.folder or tempfile.mkdtemp()
    print(f"checkpoints go to {folder}", flush=True)
    recipe.use_one_device_per_core()
    data, kept = recipe.load_background(without=5 if asked.held_out else 0)
    encoder, took = recipe.train(
        recipe.LARGE, seed=SEED, steps=STEPS, checkpoint=folder,
        batches=lambda s: recipe.draw_batches(data, s),
        validate=held_out_accuracy(kept) if asked.held_out else None,
    )  # fmt: skip
    print(took, flush=True)
    if asked.held_out:
        return
    ship(encoder)
    result = {"machine": describe(), "seed": SEED, **took, **figures(), "peak_mb": peak_mb()}
    result["file_mb"] = round(WEIGHTS.stat().st_size / 1e6, 2)
    store("omniglot_encoder", result)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
