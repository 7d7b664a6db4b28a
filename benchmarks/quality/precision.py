"""bfloat16 factors against float32: accuracy on test questions and unseen scripts, three seeds.

Usage: python -m benchmarks.quality.precision        writes siamese_lib/data/results/precision.json
The recipes are those of notebooks 05 and 06, with the same seeds; only dtype differs.
"""

import jax.numpy as jnp
from flax import nnx

from benchmarks.measure import SEEDS, describe, spread, stopwatch, store
from benchmarks.notebook_recipe import recipe, train
from benchmarks.quality import glyphs, questions
from siamese_lib.encoders import ImageEncoder, SiameseNetwork
from siamese_lib.text import encode_texts
from siamese_lib.training import encode

DTYPES = {"float32": jnp.float32, "bfloat16": jnp.bfloat16}


def question_accuracy(dtype, seed):
    """Accuracy on the test pairs of load_questions, threshold from validation, as notebook 05."""
    _, validation, test, tokenizer, texts, group = questions.prepare("questions")
    tokens = encode_texts(tokenizer, texts)
    model, _ = questions.train("questions", tokenizer, tokens, group, seed, dtype)
    return questions.score(questions.embedder(model, tokenizer), validation, test)["accuracy"]


def glyph_accuracy(dtype, seed):
    """20-way 1-shot on the test scripts after notebook 06's recipe."""
    names = recipe("06", SEED=seed)
    tower = ImageEncoder(channels=(16, 64, 128), dtype=dtype, rngs=nnx.Rngs(seed))
    network = train(names, network=SiameseNetwork(tower))
    vectors = encode(network.encoder, names["test"].images)
    return glyphs.scores(vectors, names["test"])["20-way 1-shot"][0]


def main():
    """Each task, kind of number and seed; then the means and what bfloat16 changes."""
    result = {"seeds": SEEDS, "machine": describe()}
    for task, measure in (("questions", question_accuracy), ("glyphs", glyph_accuracy)):
        result[task] = {}
        for name, dtype in DTYPES.items():
            took = stopwatch()
            found = [measure(dtype, seed) for seed in SEEDS]
            result[task][name] = {
                "accuracy": found,
                **spread(found, "mean", "std"),
                "processor_seconds": round(took()[1]),
            }
            print(task, name, result[task][name], flush=True)
        means = [result[task][name]["mean"] for name in DTYPES]
        result[task]["difference"] = round(means[1] - means[0], 4)
    store("precision", result)


if __name__ == "__main__":
    main()
