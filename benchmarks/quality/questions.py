"""Notebook 05's recipe on meanings never trained on, with three seeds, next to TF-IDF.

Usage: python -m benchmarks.quality.questions [questions] [banking77] [quora]
Writes siamese_lib/data/results/questions.json; data not named keep their entry. Seed 0 is the run
of the notebook, so both should print the same figures on one machine.
"""

import sys

import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.measure import SEEDS, chosen, describe, peak_mb, spread, stopwatch, store, stored
from benchmarks.quality import pairs
from siamese_lib.datasets import load_banking77, load_questions, load_quora, pairs_from_labels
from siamese_lib.datasets.questions import question_table
from siamese_lib.encoders import QuestionEncoder, SiameseNetwork
from siamese_lib.evaluation import accuracy_at, roc_auc
from siamese_lib.losses import modified_triplet_loss
from siamese_lib.text import build_tokenizer, duplicate_batches, duplicate_groups, encode_texts
from siamese_lib.training import encode, fit

LOADERS = {
    "questions": load_questions,
    "banking77": lambda split: pairs_from_labels(load_banking77(split)),
    "quora": load_quora,
}
BATCH_SIZE = {"questions": 128, "banking77": 32, "quora": 128}
EPOCHS = {"questions": 8, "banking77": 4, "quora": 8}


def score(embed, validation, test):
    """What pairs.score says, the accuracy at 0.7, and the AUC on new aspects."""
    on_validation, on_test = (pairs.pair_similarity(embed, part) for part in (validation, test))
    at = accuracy_at(on_test, test.is_same, threshold=0.7)
    return {
        **pairs.score(on_validation, validation, on_test, test),
        "accuracy_at_0.7": round(at, 4),
        **by_aspect(on_test, test),
    }


def by_aspect(similarity, test):
    """For the written questions: AUC where training never saw what both questions ask for."""
    aspect = {question.text: question.aspect for question in question_table("test")}
    if test.question1[0] not in aspect:
        return {}
    seen = {question.aspect for question in question_table("train")}
    is_new = np.array([not {aspect[a], aspect[b]} & seen for a, b in zip(*test[:2], strict=True)])
    auc = roc_auc(similarity[is_new], test.is_same[is_new])
    return {"new_aspect_pairs": int(is_new.sum()), "new_aspect_auc": round(auc, 4)}


def train(data, tokenizer, tokens, group, seed, dtype=jnp.float32):
    """(model, steps) of the notebook's training; seed moves weights and batches."""
    rngs = nnx.Rngs(seed)
    model = SiameseNetwork(QuestionEncoder(tokenizer.get_vocab_size(), dtype=dtype, rngs=rngs))

    def batches(epoch):
        return duplicate_batches(
            tokens, group, batch_size=BATCH_SIZE[data], seed=1000 * seed + epoch
        )

    def loss(model, anchor, positive):
        return modified_triplet_loss(*model(anchor, positive), margin=0.25, negatives="hardest")

    history = fit(
        model, loss, batches, epochs=EPOCHS[data], optimizer=optax.adam(0.003), progress=False
    )
    return model, len(history["loss"])


def embedder(model, tokenizer):
    """texts -> their embeddings."""
    return lambda texts: encode(model.encoder, encode_texts(tokenizer, texts))


def prepare(data):
    """(train, validation and test pairs, tokenizer, texts to train on, their groups)."""
    train, *held = [LOADERS[data](split) for split in ("train", "validation", "test")]
    texts, group = duplicate_groups(*train)
    tokenizer = build_tokenizer(texts)
    held = [pairs.known_pairs(part, tokenizer) for part in held]
    return train, *held, tokenizer, texts, group


def measure(data):
    """Every figure for one data set."""
    train_pairs, validation, test, tokenizer, texts, group = prepare(data)
    tokens = encode_texts(tokenizer, texts)
    sizes = {"train_pairs": len(train_pairs.is_same), "test_pairs": len(test.is_same)}
    result = sizes | {"tfidf": {}, "seeds": []}
    for name, options in pairs.TFIDF.items():
        vectoriser = TfidfVectorizer(**options).fit(texts)
        result["tfidf"][name] = score(vectoriser.transform, validation, test)
        print(f"{data:10} TF-IDF {name:10} {result['tfidf'][name]}", flush=True)
    for seed in SEEDS:
        took = stopwatch()
        model, steps = train(data, tokenizer, tokens, group, seed)
        found = {"seed": seed, "steps": steps, "training_seconds": round(took()[0], 1)}
        result["seeds"].append(found | score(embedder(model, tokenizer), validation, test))
        print(f"{data:10} {result['seeds'][-1]}", flush=True)
    return result | summary(result)


def summary(result):
    """Mean, lowest and highest over the seeds, and the lead over the better TF-IDF."""
    found = {
        name: spread([run[name] for run in result["seeds"]], "mean", "min", "max")
        for name in ("auc", "accuracy", "new_aspect_auc")
        if name in result["seeds"][0]
    }
    better = max(entry["auc"] for entry in result["tfidf"].values())
    lead = {name: round(found["auc"][name] - better, 4) for name in ("mean", "min")}
    return found | {"auc_lead_over_tfidf": lead}


def main(asked):
    """Measure the data sets asked for, or the written questions."""
    for data in chosen(asked or ["questions"], LOADERS):
        found = measure(data) | {"peak_mb": peak_mb(), "machine": describe()}
        store("questions", stored("questions") | {data: found})


if __name__ == "__main__":
    main(sys.argv[1:])
