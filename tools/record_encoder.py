"""Record the letter encoder of the one-shot explorer: notebook 06's recipe, seed 0.

Usage: python -m tools.record_encoder     writes siamese_lib/data/explorer_encoder.safetensors
"""

import jax
import jax.numpy as jnp
from flax import nnx

from benchmarks.measure import ROOT
from benchmarks.notebook_recipe import recipe, train
from benchmarks.quality import glyphs
from siamese_lib.training import encode, save

TARGET = ROOT / "siamese_lib" / "data" / "explorer_encoder.safetensors"

if __name__ == "__main__":
    names = recipe("06", SEED=0)
    network, test = train(names), names["test"]
    print("32 bits", glyphs.scores(encode(network.encoder, test.images), test))
    # Half the bytes, and the same answers: compare the two lines.
    halves = jax.tree.map(lambda leaf: leaf.astype(jnp.float16), nnx.state(network.encoder))
    nnx.update(network.encoder, halves)
    save(network.encoder, TARGET)
    singles = jax.tree.map(lambda leaf: leaf.astype(jnp.float32), halves)
    nnx.update(network.encoder, singles)
    print("16 bits", glyphs.scores(encode(network.encoder, test.images), test))
    print(TARGET.stat().st_size // 1024, "KB")
