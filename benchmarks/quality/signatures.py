"""Notebook 13's recipe with three seeds: error rates of networks, and of rivals that do not learn.

Usage: python -m benchmarks.quality.signatures    writes siamese_lib/data/results/signatures.json
       and the encoder of the signature pad, siamese_lib/data/signature_encoder.safetensors

A seed draws new writers, new forgers and new weights; seed 0 is the notebook's run. The recipe was
chosen on the validation writers of seed 0.
"""

import jax
import jax.numpy as jnp
from flax import nnx

from benchmarks.measure import ROOT, run_seeds, spread, store
from benchmarks.notebook_recipe import recipe
from siamese_lib.training import encode, save

ENCODER = ROOT / "siamese_lib" / "data" / "signature_encoder.safetensors"
PICTURE_EPOCHS, PEN_EPOCHS = 12, 10  # as in the notebook
ENROLLED = (1, 3, 5)


def scores(names, split, measure):
    """{"skilled 1": EER, "simple 1": EER, ...} for one, three and five enrolled signatures."""
    result = {}
    for k in ENROLLED:
        found = names["equal_errors"](names["energies"](split, measure, k=k))
        result |= {f"{kind} {k}": round(found[kind], 4) for kind in ("skilled", "simple")}
    return result


def networks(names):
    """{name: (its inputs by split, its encoder, epochs, forgeries of a name in a batch)}."""
    images = {split: some.images for split, some in names["data"].items()}
    result = {}
    for name, inputs, make, epochs in (
        ("pictures", images, names["picture_encoder"], PICTURE_EPOCHS),
        ("pen", names["features"], names["pen_encoder"], PEN_EPOCHS),
    ):
        result[name] = inputs, make(), epochs, names["COPIES"]
        result[f"{name}, strangers"] = inputs, make(), epochs, 0
    return result


def keep(encoder, names):
    """Store the pad's encoder with 16 bits a weight; its threshold and scores on validation."""
    halves = jax.tree.map(lambda leaf: leaf.astype(jnp.float16), nnx.state(encoder))
    nnx.update(encoder, halves)
    save(encoder, ENCODER)
    nnx.update(encoder, jax.tree.map(lambda leaf: leaf.astype(jnp.float32), halves))
    vectors = encode(encoder, names["data"]["validation"].images)
    found = names["equal_errors"](names["energies"]("validation", names["by_vectors"](vectors)))
    return {name: round(value, 3) for name, value in found.items()}


def measure(seed):
    """The scores of one seed on its test writers."""
    names = recipe("13", SEED=seed)
    result = {name: scores(names, "test", of) for name, of in names["rivals"]("test").items()}
    for name, (inputs, encoder, epochs, copies) in networks(names).items():
        trained, _ = names["train"](inputs["train"], encoder, epochs=epochs, copies=copies)
        vectors = encode(trained, inputs["test"])
        result[name] = scores(names, "test", names["by_vectors"](vectors))
        if name == "pictures" and seed == 0:
            result["pad"] = keep(trained, names)
        print(seed, name, result[name], flush=True)
    return result


def main():
    """Three seeds, and the mean and range of each score."""
    runs, spent = run_seeds(measure)
    pad = runs[0].pop("pad")
    mean = {
        name: {
            what: spread([run[name][what] for run in runs], "mean", "low", "high")
            for what in runs[0][name]
        }
        for name in runs[0]
    }
    store("signatures", {**spent, "pad": pad, "mean": mean, "runs": runs})


if __name__ == "__main__":
    main()
