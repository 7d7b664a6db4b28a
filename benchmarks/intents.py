"""Intents of a bank's customers from one example or five, for 20 intents never trained on.

Usage: python benchmarks/intents.py [--held-out]        writes siamese_lib/data/results/intents.json

BANKING77: 47 intents to train on, 10 to choose settings by (--held-out scores those, 10-way, and
writes nothing), 20 to test on. Pairs of one intent are pulled together, the other intents of the
batch pushed away; TF-IDF, fitted on the training texts, answers the same episodes.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import optax
from flax import nnx
from machine import describe
from omniglot_recipe import summary
from sklearn.feature_extraction.text import TfidfVectorizer

from siamese_lib.datasets import balanced_batches, load_banking77
from siamese_lib.encoders import BagEncoder, start_from_texts
from siamese_lib.energy import l2_normalize
from siamese_lib.evaluation import evaluate_n_way
from siamese_lib.losses import info_nce_loss
from siamese_lib.text import ngram_tokens
from siamese_lib.training import encode, fit

TARGET = (
    Path(__file__).resolve().parent.parent / "siamese_lib" / "data" / "results" / "intents.json"
)
SEEDS = (0, 1, 2)
EPOCHS, STEPS, INTENTS, LEARNING_RATE, TEMPERATURE = 4, 100, 47, 5e-3, 0.1
TFIDF = {"words": {}, "characters": {"analyzer": "char_wb", "ngram_range": (3, 5)}}


def without_prior(h):
    """A bag encoder's vector of a question alone: how often it is asked twice is no matter here."""
    return l2_normalize(h[:, :-1])


def train(tokens, label, seed):
    """(encoder, what it took)."""
    start = time.perf_counter(), time.process_time()
    encoder = start_from_texts(BagEncoder(rngs=nnx.Rngs(seed)), tokens)

    def batches(epoch):
        for rows in balanced_batches(
            label, classes=INTENTS, per_class=2, steps=STEPS, seed=1000 * seed + epoch
        ):
            yield tokens[rows[::2]], tokens[rows[1::2]]

    def loss(model, anchor, positive):
        h1, h2 = without_prior(model(anchor)), without_prior(model(positive))
        there = info_nce_loss(h1, h2, temperature=TEMPERATURE)
        return (there + info_nce_loss(h2, h1, temperature=TEMPERATURE)).mean() / 2

    rate = optax.linear_schedule(LEARNING_RATE, LEARNING_RATE / 10, EPOCHS * STEPS)
    fit(encoder, loss, batches, epochs=EPOCHS, optimizer=optax.adam(rate), progress=False)
    wall, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
    return encoder, {"training_seconds": round(wall, 1), "processor_seconds": round(cpu, 1)}


def gram_vectors(rows):
    """Dense vectors with the same products as the sparse rows, as long as there are rows."""
    values, vectors = np.linalg.eigh((rows @ rows.T).toarray())
    return (vectors * np.sqrt(np.maximum(values, 0))).astype(np.float32)


def score(vectors, data):
    n_way = len(np.unique(data.label))
    result = {}
    for k_shot in (1, 5):
        found = evaluate_n_way(
            lambda _: vectors, np.arange(len(data.label)), data.label, n_way=n_way, k_shot=k_shot,
            episodes=1000, seed=0,
        )  # fmt: skip
        result[f"{n_way}-way {k_shot}-shot"] = [round(x, 4) for x in found]
    return result


if __name__ == "__main__":
    is_held_out = "--held-out" in sys.argv
    known = load_banking77("train")
    data = load_banking77("validation" if is_held_out else "test")
    tokens, asked = ngram_tokens(known.text), ngram_tokens(data.text)
    result = {"machine": describe(), "tfidf": {}, "seeds": []}
    for name, options in TFIDF.items():
        vectoriser = TfidfVectorizer(**options).fit(known.text)
        result["tfidf"][name] = score(gram_vectors(vectoriser.transform(data.text)), data)
        print(name, result["tfidf"][name], flush=True)
    start = start_from_texts(BagEncoder(rngs=nnx.Rngs(0)), tokens)
    start.eval()
    result["untrained"] = score(encode(start, asked)[:, :-1], data)
    print("untrained", result["untrained"], flush=True)
    for seed in SEEDS:
        encoder, took = train(tokens, known.label, seed)
        found = score(encode(encoder, asked)[:, :-1], data)
        result["seeds"].append({"seed": seed, **took, **found})
        print(result["seeds"][-1], flush=True)
    if not is_held_out:
        result["mean"] = summary(result["seeds"])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        TARGET.write_text(json.dumps(result | {"peak_mb": round(peak)}, indent=1) + "\n")
