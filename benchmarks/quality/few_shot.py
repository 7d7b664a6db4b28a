"""K shots of scripts never seen: prototypes, fine-tuning and probabilities, with three seeds.

Usage: python -m benchmarks.quality.few_shot        writes siamese_lib/data/results/few_shot.json

Prototypes and fine-tuning on the support set against the mean cosine, and the calibration of the
cosine, with notebook 06's loss and batches, a smaller encoder and 8 epochs. Settings are chosen
on the validation scripts, scores taken on the test scripts.
"""

import time

import numpy as np
import optax
from flax import nnx
from sklearn.linear_model import LogisticRegression

from benchmarks.measure import run_seeds, store
from benchmarks.notebook_recipe import recipe
from siamese_lib.encoders import ImageEncoder, SiameseNetwork
from siamese_lib.evaluation import (
    classify_by_support,
    fine_tune,
    probabilities,
    prototype_head,
    prototypes,
    sample_episode,
)
from siamese_lib.training import encode, fit

EPOCHS, CHANNELS = 8, (16, 32, 64)
TASKS = ((5, 1), (5, 5), (20, 1), (20, 5))
# Tried on validation scripts, for each task and seed.
SETTINGS = [
    {"scale": scale, "steps": steps, "learning_rate": rate}
    for scale in (10.0, 30.0)
    for steps in (30, 100, 300)
    for rate in (0.01, 0.1)
]
ENTROPY = (0.03, 0.1, 0.3)


def embed_unseen(seed):
    """{split: (data, embeddings)} of the scripts kept back, after training on the others."""
    names = recipe("06", SEED=seed)
    network = SiameseNetwork(ImageEncoder(channels=CHANNELS, rngs=nnx.Rngs(seed)))
    steps = names["STEPS"]
    rate = optax.warmup_cosine_decay_schedule(0, 3e-3, steps, EPOCHS * steps)
    fit(network, names["loss"], names["batches"], epochs=EPOCHS, optimizer=optax.adam(rate),
        progress=False)  # fmt: skip
    splits = {name: names[name] for name in ("validation", "test")}
    return {name: (data, encode(network.encoder, data.images)) for name, data in splits.items()}


def draw(data, vectors, n_way, k_shot, count, seed):
    """Episodes as in notebook 06: (support [n, k, dim], one query a class [n, dim])."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        own = np.flatnonzero(data.alphabet == random.choice(np.unique(data.alphabet)))
        rows = sample_episode(
            data.label[own], n_way=n_way, k_shot=k_shot, rng=random, drawer=data.drawer[own]
        )
        yield vectors[own[rows.support]], vectors[own[rows.query[:, 0]]]


def tuned_share(support, query, *, scale, entropy_weight=0.0, **options):
    seen = query if entropy_weight else None
    head = fine_tune(
        prototype_head(support, scale=scale), support, query=seen, entropy_weight=entropy_weight,
        **options,
    )  # fmt: skip
    return share_right(np.asarray(probabilities(head, query)).argmax(axis=1))


def share_right(answers):
    return float((answers == np.arange(len(answers))).mean())


def best(tuned, episodes, settings):
    """The settings with the highest mean over the episodes."""
    return max(settings, key=lambda s: np.mean([tuned(*episode, **s) for episode in episodes]))


def few_shot(splits, n_way, k_shot, seed):
    """Shares right in 200 test episodes by each way, and the settings that validation chose."""
    tries = list(draw(*splits["validation"], n_way, k_shot, 40, seed))
    setting = best(tuned_share, tries, SETTINGS)
    with_entropy = best(tuned_share, tries, [{**setting, "entropy_weight": w} for w in ENTROPY])
    ways = {
        "mean cosine": lambda s, q: share_right(classify_by_support(s, q)),
        "prototypes": lambda s, q: share_right((q @ prototypes(s).T).argmax(axis=1)),
        "fine-tuned": lambda s, q: tuned_share(s, q, **setting),
        "with entropy": lambda s, q: tuned_share(s, q, **with_entropy),
    }
    episodes = list(draw(*splits["test"], n_way, k_shot, 200, 100 + seed))
    scores = {name: [way(*episode) for episode in episodes] for name, way in ways.items()}
    return scores, with_entropy


def gains(runs):
    """Means over all seeds' episodes; mean gain over the prototypes, episode by episode, +- half.

    half: 1.96 standard errors.
    """
    scores = {name: np.concatenate([run[0][name] for run in runs]) for name in runs[0][0]}
    result = {name: {"mean": round(float(own.mean()), 4)} for name, own in scores.items()}
    for name in ("mean cosine", "fine-tuned", "with entropy"):
        gain = scores[name] - scores["prototypes"]
        by_seed = [float(part.mean()) for part in np.split(gain, len(runs))]
        result[name]["gain"] = round(float(gain.mean()), 4)
        result[name]["half"] = round(float(1.96 * gain.std(ddof=1) / np.sqrt(len(gain))), 4)
        result[name]["by seed"] = [round(g, 4) for g in by_seed]
    return {**result, "settings": [run[1] for run in runs]}


def draw_pairs(data, vectors, count, seed):
    """Cosines of balanced pairs, typefaces different, and 1 where both are one letter."""
    random = np.random.default_rng(seed)
    rows = np.argsort(data.label, kind="stable").reshape(-1, 20)
    is_same = np.arange(count) % 2
    letter = random.integers(len(rows), size=count)
    other = (letter + random.integers(1, len(rows), size=count)) % len(rows)
    first = rows[letter, random.integers(20, size=count)]
    partners = random.permuted(rows[np.where(is_same, letter, other)], axis=1)
    is_other_face = data.drawer[partners] != data.drawer[first][:, None]
    second = partners[np.arange(count), is_other_face.argmax(axis=1)]
    return (vectors[first] * vectors[second]).sum(axis=1), is_same


def calibration(splits):
    """Expected calibration error on test pairs, and the curve: (said, found, pairs) of ten bins."""
    (cosine, same), (test_cosine, test_same) = (
        draw_pairs(*splits[name], 4000, 0) for name in ("validation", "test")
    )
    platt = LogisticRegression(C=1e4).fit(cosine[:, None], same)
    said = {
        "(1 + cosine) / 2": (1 + test_cosine) / 2,
        "logistic": platt.predict_proba(test_cosine[:, None])[:, 1],
    }
    return {name: reliability(p, test_same) for name, p in said.items()}


def reliability(p, is_same):
    """Of probabilities in ten bins: what was said and found in each, and the mean difference."""
    group = np.minimum((p * 10).astype(int), 9)
    bins = [
        [round(float(p[group == g].mean()), 4), round(float(is_same[group == g].mean()), 4),
         int((group == g).sum())]
        for g in np.unique(group)
    ]  # fmt: skip
    error = sum(count * abs(said - found) for said, found, count in bins) / len(p)
    return {"error": round(error, 4), "right": float(((p > 0.5) == is_same).mean()), "bins": bins}


def measure(seed):
    splits = embed_unseen(seed)
    shots = {f"{n}-way {k}-shot": few_shot(splits, n, k, seed) for n, k in TASKS}
    print(f"seed {seed}, processor seconds so far {time.process_time():.0f}", flush=True)
    print({name: {way: np.mean(s) for way, s in run[0].items()} for name, run in shots.items()})
    return shots, calibration(splits)


def main():
    """Three seeds, their episodes taken together."""
    runs, beside = run_seeds(measure)
    result = {
        **beside,
        "few-shot": {name: gains([shots[name] for shots, _ in runs]) for name in runs[0][0]},
        "calibration": [own for _, own in runs],
    }
    store("few_shot", result)


if __name__ == "__main__":
    main()
