"""Train the Omniglot encoder that siamese_lib ships: about an hour on two cores.

Usage: python benchmarks/train_omniglot.py [--steps 7000] [--seed 0] [--folder FOLDER] [--held-out]

Writes siamese_lib/data/omniglot_encoder.safetensors (half precision) and
siamese_lib/data/results/omniglot_encoder.json. Stopped and started again with the same folder it
goes on from its last checkpoint, to the same weights. --held-out keeps the last five background
alphabets back, prints the accuracy there and writes nothing: for choosing settings. The evaluation
alphabets are opened once, after the last step.
"""

import argparse
import json
import resource
import tempfile
from pathlib import Path

import jax
import jax.numpy as jnp
import omniglot
import omniglot_recipe as recipe
from flax import nnx
from machine import describe

from siamese_lib.encoders import embed_views, omniglot_encoder
from siamese_lib.evaluation import evaluate_n_way, evaluate_runs
from siamese_lib.training import save

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "siamese_lib" / "data" / "omniglot_encoder.safetensors"
TARGET = ROOT / "siamese_lib" / "data" / "results" / "omniglot_encoder.json"


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=7000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", help="where checkpoints go")
    parser.add_argument("--held-out", action="store_true")
    return parser.parse_args()


def held_out_accuracy(kept):
    """20-way one-shot within the alphabets kept back, support and query by different hands."""
    return lambda encoder: evaluate_n_way(
        lambda images: embed_views(encoder, images, views=0), kept.images, kept.label, n_way=20,
        k_shot=1, episodes=400, seed=0, within=kept.alphabet, drawer=kept.drawer,
    ).mean  # fmt: skip


def ship(encoder):
    """Half the size, and no answer changes: half precision keeps three digits of a weight."""
    nnx.update(encoder, jax.tree.map(lambda x: x.astype(jnp.float16), nnx.state(encoder)))
    save(encoder, WEIGHTS)


def figures():
    """What the shipped file scores."""
    encoder = omniglot_encoder()
    one_view = evaluate_runs(lambda x: embed_views(encoder, x, views=0), omniglot.runs())
    found = omniglot.scores(lambda images: embed_views(encoder, images))
    return {"official runs, one view": round(one_view, 4), **found}


if __name__ == "__main__":
    asked = parse()
    folder = asked.folder or tempfile.mkdtemp()
    print(f"checkpoints go to {folder}", flush=True)
    data, kept = recipe.load_background(without=5 if asked.held_out else 0)
    encoder, took = recipe.train(
        recipe.LARGE, seed=asked.seed, steps=asked.steps, checkpoint=folder,
        batches=lambda s: recipe.draw_batches(data, s),
        validate=held_out_accuracy(kept) if asked.held_out else None,
    )  # fmt: skip
    print(took, flush=True)
    if not asked.held_out:
        ship(encoder)
        result = {"machine": describe(), "seed": asked.seed, **took, **figures()}
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        result["peak_mb"] = round(peak)
        result["file_mb"] = round(WEIGHTS.stat().st_size / 1e6, 2)
        TARGET.write_text(json.dumps(result, indent=1) + "\n")
        print(json.dumps(result, indent=1))
