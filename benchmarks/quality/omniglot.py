"""Five minutes of training on Omniglot, three seeds, next to the literature on its own protocols.

Usage: python -m benchmarks.quality.omniglot        writes siamese_lib/data/results/omniglot.json

Trained on the 30 background alphabets, tested on the 20 others: the official runs (20-way one-shot
inside one alphabet), and episodes that mix all alphabets, as prototypical networks are tested. The
settings were chosen on background alphabets kept back (omniglot_encoder.py --held-out).
"""

import json

from benchmarks.measure import SEEDS, describe, peak_mb, store
from benchmarks.quality import omniglot_recipe as recipe
from benchmarks.quality import shots
from siamese_lib.datasets import load_omniglot, load_omniglot_runs
from siamese_lib.encoders import embed_views
from siamese_lib.evaluation import evaluate_runs

STEPS = 2000
EPISODES = 1000
TASKS = ((5, 1), (5, 5), (20, 1), (20, 5))


def scores(embed):
    """Every figure of one encoder; embed: pictures [n, SOURCE, SOURCE] -> vectors."""
    result = {"official runs": round(evaluate_runs(embed, runs()), 4)}
    test = load_omniglot("evaluation", size=recipe.SOURCE)
    vectors = embed(test.images)
    for name, within in (("mixed", None), ("within", test.alphabet)):
        found = shots.accuracies(vectors, test.label, TASKS, episodes=EPISODES, within=within)
        result |= {f"{name} {task}": accuracy for task, accuracy in found.items()}
    return result


def runs():
    return load_omniglot_runs(size=recipe.SOURCE)


def pixels(images):
    return images.reshape(len(images), -1)


def measure(seed):
    data, _ = recipe.load_background()
    encoder, took = recipe.train(
        recipe.SMALL, seed=seed, steps=STEPS, batches=lambda s: recipe.draw_batches(data, s)
    )
    one_view = evaluate_runs(lambda images: embed_views(encoder, images, views=0), runs())
    found = scores(lambda images: embed_views(encoder, images))
    result = {"seed": seed, **took, "official runs, one view": round(one_view, 4), **found}
    print(json.dumps(result), flush=True)
    return result


def main():
    """Three seeds, and the pixels."""
    recipe.use_one_device_per_core()
    found = [measure(seed) for seed in SEEDS]
    result = {
        "machine": describe(),
        "mean": shots.over_seeds(found, "mean", "std", "min", "max"),
        "pixels": scores(pixels),
        "seeds": found,
        "peak_mb": peak_mb(),
    }
    store("omniglot", result)


if __name__ == "__main__":
    main()
