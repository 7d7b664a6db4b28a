"""Record the letter encoder of the one-shot explorer: notebook 06's recipe, seed 0.

Usage: python tools/record_encoder.py     writes siamese_lib/data/explorer_encoder.safetensors
"""

import sys
from pathlib import Path

import jax
import jax.numpy as jnp
from flax import nnx

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
import glyphs  # noqa: E402

from siamese_lib.training import encode, fit, save  # noqa: E402

TARGET = ROOT / "siamese_lib" / "data" / "explorer_encoder.safetensors"

if __name__ == "__main__":
    names = glyphs.recipe(0)
    network, test = names["network"], names["test"]
    fit(
        network, names["loss"], names["batches"], epochs=names["EPOCHS"],
        optimizer=names["optimizer"], progress=False,
    )  # fmt: skip
    print("32 bits", glyphs.scores(encode(network.encoder, test.images), test))
    # Half the bytes, and the same answers: compare the two lines.
    halves = jax.tree.map(lambda leaf: leaf.astype(jnp.float16), nnx.state(network.encoder))
    nnx.update(network.encoder, halves)
    save(network.encoder, TARGET)
    singles = jax.tree.map(lambda leaf: leaf.astype(jnp.float32), halves)
    nnx.update(network.encoder, singles)
    print("16 bits", glyphs.scores(encode(network.encoder, test.images), test))
    print(TARGET.stat().st_size // 1024, "KB")
