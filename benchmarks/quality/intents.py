"""Intents of a bank's customers from one example or five, for 20 intents never trained on.

Usage: python -m benchmarks.quality.intents [--held-out]
Writes siamese_lib/data/results/intents.json.

BANKING77: 47 intents to train on, 10 to choose settings by (--held-out scores those, 10-way, and
writes nothing), 20 to test on. Pairs of one intent are pulled together, the other intents of the
batch pushed away; TF-IDF, fitted on the training texts, answers the same episodes.
"""

import sys

import numpy as np
import optax
from flax import nnx
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.measure import SEEDS, describe, peak_mb, stopwatch, store
from benchmarks.quality import shots
from benchmarks.quality.pairs import TFIDF
from siamese_lib.datasets import balanced_batches, load_banking77
from siamese_lib.encoders import BagEncoder, start_from_texts
from siamese_lib.energy import l2_normalize
from siamese_lib.losses import info_nce_loss
from siamese_lib.text import ngram_tokens
from siamese_lib.training import encode, fit

EPOCHS, STEPS, INTENTS, LEARNING_RATE, TEMPERATURE = 4, 100, 47, 5e-3, 0.1


def without_prior(h):
    """A bag encoder's vector less its last entry, how often a question is asked twice."""
    return l2_normalize(h[:, :-1])


def train(tokens, label, seed):
    """(encoder, what it took)."""
    took = stopwatch()
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
    wall, processor = (round(seconds, 1) for seconds in took())
    return encoder, {"training_seconds": wall, "processor_seconds": processor}


def gram_vectors(rows):
    """Dense vectors [n, n] with the same dot products as the n sparse rows."""
    values, vectors = np.linalg.eigh((rows @ rows.T).toarray())
    return (vectors * np.sqrt(np.maximum(values, 0))).astype(np.float32)


def score(vectors, data):
    """Accuracy from one example and from five, all intents of the data at once."""
    n_way = len(np.unique(data.label))
    return shots.accuracies(vectors, data.label, ((n_way, 1), (n_way, 5)), episodes=1000)


def main(is_held_out):
    """TF-IDF, the encoder before its training, and after it for each seed."""
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
        result["seeds"].append(
            {"seed": seed, **took, **score(encode(encoder, asked)[:, :-1], data)}
        )
        print(result["seeds"][-1], flush=True)
    if not is_held_out:
        result["mean"] = shots.over_seeds(result["seeds"], "mean", "std", "min", "max")
        store("intents", result | {"peak_mb": peak_mb()})


if __name__ == "__main__":
    main("--held-out" in sys.argv)
