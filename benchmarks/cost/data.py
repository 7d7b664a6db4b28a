"""Does data ever take longer than an epoch of training? Tokenising, rendering glyphs, episodes.

Usage: python -m benchmarks.cost.data        writes siamese_lib/data/results/data.json
Each row stands beside one epoch of the training that it feeds, compiled before, in one process.
"""

import time

import jax.numpy as jnp
import matplotlib.pyplot  # noqa: F401, as every notebook has before it draws glyphs
import numpy as np
import optax
from flax import nnx

from benchmarks.measure import clocked, describe, store
from benchmarks.notebook_recipe import recipe
from benchmarks.speed import retrieval
from siamese_lib.datasets import load_omniglot
from siamese_lib.datasets.glyphs import _render_all
from siamese_lib.encoders import QuestionEncoder
from siamese_lib.evaluation import sample_episode
from siamese_lib.losses import modified_triplet_loss
from siamese_lib.text import build_tokenizer, encode_texts, stair_plan, to_stairs
from siamese_lib.training import fit


def second_epoch(model, loss, batches, **options):
    """Seconds of an epoch after the one that compiles."""
    ticks = []
    fit(
        model, loss, batches, epochs=2, progress=False,
        on_epoch=lambda _: ticks.append(time.perf_counter()), **options,
    )  # fmt: skip
    return round(ticks[1] - ticks[0], 2)


def questions():
    """400,000 questions, and an epoch of QuestionEncoder on them, a quarter of which is run."""
    texts = retrieval.questions()
    tokenizer = build_tokenizer(texts[:30_000], vocabulary_size=retrieval.VOCABULARY)
    tokens, seconds, _ = clocked(lambda: encode_texts(tokenizer, texts, max_length=64))
    plan = stair_plan((tokens != 0).sum(axis=1), rows=512)
    steps = len(tokens) // 512 // 4

    def batches(epoch):
        return ((to_stairs(tokens[512 * k : 512 * k + 512], plan),) for k in range(steps))

    def loss(model, both):
        return modified_triplet_loss(*jnp.split(model(both), 2))

    model = QuestionEncoder(retrieval.VOCABULARY, rngs=nnx.Rngs(0))
    return {"tokenise 400,000 questions": round(seconds, 4)}, 4 * second_epoch(model, loss, batches)


def pictures():
    """All glyphs rendered anew, and an epoch of notebook 06."""
    _, seconds, _ = clocked(lambda: _render_all(20, 0))
    names = recipe("06", SEED=0)
    epoch = second_epoch(
        names["network"], names["loss"], names["batches"], optimizer=optax.adam(1e-3)
    )
    return {"render all glyphs, once": round(seconds, 4)}, epoch


def omniglot():
    """One 20-way 5-shot episode of Omniglot, the mean of 200."""
    data = load_omniglot("evaluation")
    rng = np.random.default_rng(0)

    def draw():
        for _ in range(200):
            sample_episode(data.label, n_way=20, k_shot=5, rng=rng)

    _, seconds, _ = clocked(draw)
    return {"an episode of Omniglot": round(round(seconds, 4) / 200, 6)}


def main():
    """Each beside its epoch."""
    result = {"machine": describe()}
    for part, (taken, epoch) in (("questions", questions()), ("glyphs", pictures())):
        result[part] = taken | {"one epoch": epoch}
        print(result[part], flush=True)
    result["omniglot"] = omniglot() | {"one epoch": result["glyphs"]["one epoch"]}
    print(result["omniglot"])
    store("data", result)


if __name__ == "__main__":
    main()
