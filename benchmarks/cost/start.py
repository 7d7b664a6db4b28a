"""What a reader waits for before anything is computed: imports, first compilations, second starts.

Usage: python benchmarks/start.py            writes siamese_lib/data/results/start.json
Each figure is the median of fresh processes. "first" is the first step of training less a later
one; "again" the same with jax's persistent cache filled before, as `make lab` sets it.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from machine import describe

TARGET = Path(__file__).resolve().parent.parent / "siamese_lib" / "data" / "results" / "start.json"
RUNS = 3
IMPORTS = """
import time; start = time.perf_counter()
import jax, optax, flax.nnx; middle = time.perf_counter()
import siamese_lib; end = time.perf_counter()
print(middle - start, end - middle)
"""
STEPS = """
import time, sys, jax, jax.numpy as jnp, numpy as np, optax
from flax import nnx
from siamese_lib.encoders import ImageEncoder, QuestionEncoder, SimilarityHead, SimilarityNetwork
from siamese_lib.losses import contrastive_loss, modified_triplet_loss, pairwise_cross_entropy
from siamese_lib.energy import euclidean_distance
from siamese_lib.stairs import stair_plan, to_stairs
from siamese_lib.training import fit
rng = np.random.default_rng(0)
tokens = rng.integers(2, 5000, (2, 128, 16)).astype(np.int32)
images = rng.random((2, 64, 28, 28)).astype(np.float32)
same = rng.integers(0, 2, 64)
both = lambda model, a, b: (model(a), model(b))
modified = lambda model, a, b: modified_triplet_loss(*both(model, a, b), negatives="hardest")
questions = lambda: QuestionEncoder(5000, rngs=nnx.Rngs(0))
pictures = lambda: ImageEncoder(channels=(16, 64, 128), rngs=nnx.Rngs(0))
plan = stair_plan(np.tile(np.arange(3, 40), 9), rows=128)
rows = np.where(np.arange(39) < rng.integers(3, 12, 128)[:, None], 7, 0)
cases = {
    "questions (05)": (questions, modified, (*tokens,)),
    "letters (06)": (pictures, modified, (*images,)),
    "contrastive (07)": (pictures, lambda m, a, b, y: contrastive_loss(
        euclidean_distance(*both(m, a, b)), y).mean(), (*images, same)),
    "pairwise (08)": (
        lambda: SimilarityNetwork(pictures(), SimilarityHead(64, rngs=nnx.Rngs(1))),
        lambda m, a, b, y: pairwise_cross_entropy(m(a, b), y).mean(), (*images, same)),
    "staircase": (questions, lambda m, s: modified_triplet_loss(*jnp.split(m(s), 2)),
                  (to_stairs(rows, plan),)),
}
make, loss, batch = cases[sys.argv[1]]
model, ticks = make(), [time.perf_counter()]
fit(model, loss, lambda epoch: [batch], epochs=4, progress=False,
    on_epoch=lambda _: ticks.append(time.perf_counter()))
seconds = np.diff(ticks)
print(seconds[0] - seconds[1:].min())
"""
CASES = ("questions (05)", "letters (06)", "contrastive (07)", "pairwise (08)", "staircase")


def run(code, *arguments, cache=None):
    """The numbers that a fresh process prints."""
    env = dict(os.environ)
    env.pop("JAX_COMPILATION_CACHE_DIR", None)
    if cache:
        env |= {
            "JAX_COMPILATION_CACHE_DIR": cache,
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.2",
        }
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def main():
    """Imports, then each training step without and with the cache."""
    times = [run(IMPORTS) for _ in range(RUNS + 1)][1:]  # the first warms the disk's cache
    base, own = (round(statistics.median(column), 2) for column in zip(*times, strict=True))
    result = {"machine": describe(), "import": {"jax, flax, optax": base, "siamese_lib": own}}
    print(result["import"])
    result["first step, compile seconds"] = {}
    for case in CASES:
        with tempfile.TemporaryDirectory() as cache:
            cold = statistics.median(run(STEPS, case)[0] for _ in range(RUNS))
            run(STEPS, case, cache=cache)
            again = statistics.median(run(STEPS, case, cache=cache)[0] for _ in range(RUNS))
        found = {"first": round(cold, 2), "again": round(again, 2)}
        result["first step, compile seconds"][case] = found
        print(case, found, flush=True)
    TARGET.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
