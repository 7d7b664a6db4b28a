"""Five minutes of training on Omniglot, three seeds, next to the literature on its own protocols.

Usage: python benchmarks/omniglot.py         writes siamese_lib/data/results/omniglot.json

Trained on the 30 background alphabets, tested on the 20 others: the official runs (20-way one-shot
inside one alphabet), and episodes that mix all alphabets, as prototypical networks are tested. The
settings were chosen on background alphabets kept back (train_omniglot.py --held-out).
"""

import json
import resource
from pathlib import Path

import omniglot_recipe as recipe
from machine import describe

from siamese_lib.datasets import load_omniglot, load_omniglot_runs
from siamese_lib.encoders import embed_views
from siamese_lib.evaluation import evaluate_n_way, evaluate_runs

TARGET = (
    Path(__file__).resolve().parent.parent / "siamese_lib" / "data" / "results" / "omniglot.json"
)
SEEDS = (0, 1, 2)
STEPS = 2000
EPISODES = 1000


def scores(embed):
    """Every figure of one encoder; embed: pictures [n, SOURCE, SOURCE] -> vectors."""
    result = {"official runs": round(evaluate_runs(embed, runs()), 4)}
    test = load_omniglot("evaluation", size=recipe.SOURCE)
    vectors = embed(test.images)
    for name, within in (("mixed", None), ("within", test.alphabet)):
        for n_way, k_shot in ((5, 1), (5, 5), (20, 1), (20, 5)):
            found = evaluate_n_way(
                lambda _: vectors, test.images, test.label, n_way=n_way, k_shot=k_shot,
                episodes=EPISODES, seed=0, within=within,
            )  # fmt: skip
            result[f"{name} {n_way}-way {k_shot}-shot"] = [round(x, 4) for x in found]
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


if __name__ == "__main__":
    found = [measure(seed) for seed in SEEDS]
    result = {
        "machine": describe(),
        "mean": recipe.summary(found),
        "pixels": scores(pixels),
        "seeds": found,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    TARGET.write_text(json.dumps(result, indent=1) + "\n")
