"""bfloat16 factors against float32: accuracy on test questions and unseen scripts, three seeds.

Usage: python benchmarks/precision.py            writes siamese_lib/data/results/precision.json
The recipes are those of notebooks 05 and 06, with the same seeds; only dtype differs.
"""

import json
import time
from pathlib import Path

import glyphs
import jax.numpy as jnp
import numpy as np
import optax
import questions
from flax import nnx
from machine import describe

from siamese_lib.datasets import load_questions
from siamese_lib.encoders import ImageEncoder, QuestionEncoder, SiameseNetwork
from siamese_lib.losses import modified_triplet_loss
from siamese_lib.text import build_tokenizer, duplicate_batches, duplicate_groups, encode_texts
from siamese_lib.training import encode, fit

TARGET = (
    Path(__file__).resolve().parent.parent / "siamese_lib" / "data" / "results" / "precision.json"
)
SEEDS = (0, 1, 2)
DTYPES = {"float32": jnp.float32, "bfloat16": jnp.bfloat16}


def question_accuracy(dtype, seed):
    """Accuracy on the test pairs of load_questions, threshold from validation, as notebook 05."""
    pairs = [load_questions(split) for split in ("train", "validation", "test")]
    texts, group = duplicate_groups(*pairs[0])
    tokenizer = build_tokenizer(texts)
    tokens, size = encode_texts(tokenizer, texts), tokenizer.get_vocab_size()
    model = SiameseNetwork(QuestionEncoder(size, dtype=dtype, rngs=nnx.Rngs(seed)))

    def batches(epoch):
        return duplicate_batches(tokens, group, batch_size=128, seed=1000 * seed + epoch)

    def loss(model, anchor, positive):
        return modified_triplet_loss(*model(anchor, positive), margin=0.25, negatives="hardest")

    fit(model, loss, batches, epochs=8, optimizer=optax.adam(0.003), progress=False)

    def embed(texts):
        return encode(model.encoder, encode_texts(tokenizer, texts))

    known = [questions.known_pairs(part, tokenizer) for part in pairs[1:]]
    return questions.score(embed, *known)["accuracy"]


def glyph_accuracy(dtype, seed):
    """20-way 1-shot on the test scripts after notebook 06's recipe."""
    names = glyphs.recipe(seed)
    tower = ImageEncoder(channels=(16, 64, 128), dtype=dtype, rngs=nnx.Rngs(seed))
    network = SiameseNetwork(tower)
    fit(
        network, names["loss"], names["batches"], epochs=names["EPOCHS"],
        optimizer=names["optimizer"], progress=False,
    )  # fmt: skip
    vectors = encode(network.encoder, names["test"].images)
    return glyphs.scores(vectors, names["test"])["20-way 1-shot"][0]


def main():
    """Each task, kind of number and seed; then the means and what bfloat16 changes."""
    result = {"seeds": SEEDS, "machine": describe()}
    for task, measure in (("questions", question_accuracy), ("glyphs", glyph_accuracy)):
        result[task] = {}
        for name, dtype in DTYPES.items():
            start = time.process_time()
            found = [measure(dtype, seed) for seed in SEEDS]
            result[task][name] = {
                "accuracy": found,
                "mean": round(float(np.mean(found)), 4),
                "std": round(float(np.std(found, ddof=1)), 4),
                "processor_seconds": round(time.process_time() - start),
            }
            print(task, name, result[task][name], flush=True)
        means = [result[task][name]["mean"] for name in DTYPES]
        result[task]["difference"] = round(means[1] - means[0], 4)
    TARGET.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
