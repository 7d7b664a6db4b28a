"""Notebook 05's recipe on meanings never trained on, with three seeds, next to TF-IDF.

Usage: python benchmarks/questions.py [questions] [banking77] [quora]
Writes siamese_lib/data/results/questions.json; data not named keeps its entry. Seed 0 is the run of
the notebook, so both should print the same figures on one machine.
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
from sklearn.feature_extraction.text import TfidfVectorizer

from siamese_lib.datasets import load_banking77, load_questions, load_quora, pairs_from_labels
from siamese_lib.datasets.questions import question_table
from siamese_lib.encoders import QuestionEncoder, SiameseNetwork
from siamese_lib.evaluation import accuracy_at, best_threshold, roc_auc
from siamese_lib.losses import modified_triplet_loss
from siamese_lib.text import build_tokenizer, duplicate_batches, duplicate_groups, encode_texts
from siamese_lib.training import encode, fit

TARGET = (
    Path(__file__).resolve().parent.parent / "siamese_lib" / "data" / "results" / "questions.json"
)
SEEDS = (0, 1, 2)
LOADERS = {
    "questions": load_questions,
    "banking77": lambda split: pairs_from_labels(load_banking77(split)),
    "quora": load_quora,
}
BATCH_SIZE = {"questions": 128, "banking77": 32, "quora": 128}
EPOCHS = {"questions": 8, "banking77": 4, "quora": 8}
TFIDF = {"words": {}, "characters": {"analyzer": "char_wb", "ngram_range": (3, 5)}}


def known_pairs(pairs, tokenizer):
    """The pairs whose two questions hold at least one word of the vocabulary."""
    keep = [
        all(max(tokenizer.encode(text).ids, default=0) > 1 for text in pair)
        for pair in zip(*pairs[:2], strict=True)
    ]
    columns = [[text for text, k in zip(c, keep, strict=True) if k] for c in pairs[:2]]
    return type(pairs)(*columns, pairs.is_same[np.array(keep)])


def pair_similarity(embed, pairs):
    """Cosine of each pair; embed(texts) -> unit rows, dense or sparse. Each text once."""
    texts = list(dict.fromkeys(pairs.question1 + pairs.question2))
    row = {text: i for i, text in enumerate(texts)}
    vectors = embed(texts)
    left, right = (vectors[[row[text] for text in column]] for column in pairs[:2])
    product = left * right if isinstance(left, np.ndarray) else left.multiply(right)
    return np.asarray(product.sum(axis=1)).ravel()


def score(embed, validation, test):
    """AUC on test, and the accuracy there at the threshold chosen on validation."""
    similarity = pair_similarity(embed, validation)
    threshold = best_threshold(similarity, validation.is_same)
    on_test = pair_similarity(embed, test)
    return {
        "validation_auc": round(roc_auc(similarity, validation.is_same), 4),
        "auc": round(roc_auc(on_test, test.is_same), 4),
        "threshold": round(threshold, 4),
        "accuracy": round(accuracy_at(on_test, test.is_same, threshold=threshold), 4),
        "accuracy_at_0.7": round(accuracy_at(on_test, test.is_same, threshold=0.7), 4),
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


def train(data, tokenizer, tokens, group, seed):
    """The notebook's model after the notebook's training; seed moves weights and batches."""
    rngs = nnx.Rngs(seed)
    model = SiameseNetwork(QuestionEncoder(tokenizer.get_vocab_size(), rngs=rngs))

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


def measure(data):
    """Every figure for one data set."""
    pairs = [LOADERS[data](split) for split in ("train", "validation", "test")]
    texts, group = duplicate_groups(*pairs[0])
    tokenizer = build_tokenizer(texts)
    tokens = encode_texts(tokenizer, texts)
    validation, test = (known_pairs(part, tokenizer) for part in pairs[1:])
    sizes = {"train_pairs": len(pairs[0].is_same), "test_pairs": len(test.is_same)}
    result = sizes | {"tfidf": {}, "seeds": []}
    for name, options in TFIDF.items():
        vectoriser = TfidfVectorizer(**options).fit(texts)
        result["tfidf"][name] = score(vectoriser.transform, validation, test)
        print(f"{data:10} TF-IDF {name:10} {result['tfidf'][name]}", flush=True)
    for seed in SEEDS:
        start = time.perf_counter()
        model, steps = train(data, tokenizer, tokens, group, seed)
        seconds = round(time.perf_counter() - start, 1)

        def embed(questions, encoder=model.encoder):
            return encode(encoder, encode_texts(tokenizer, questions))

        found = {"seed": seed, "steps": steps, "training_seconds": seconds}
        result["seeds"].append(found | score(embed, validation, test))
        print(f"{data:10} {result['seeds'][-1]}", flush=True)
    return result | summary(result)


def summary(result):
    """Mean, lowest and highest over the seeds, and the lead over the better TF-IDF."""
    spread = {}
    names = ("auc", "accuracy", "new_aspect_auc")
    for name in names[: 3 if names[2] in result["seeds"][0] else 2]:
        values = [entry[name] for entry in result["seeds"]]
        spread[name] = {
            "mean": round(float(np.mean(values)), 4), "min": min(values), "max": max(values),
        }  # fmt: skip
    better = max(entry["auc"] for entry in result["tfidf"].values())
    lead = {"mean": spread["auc"]["mean"] - better, "min": spread["auc"]["min"] - better}
    return spread | {"auc_lead_over_tfidf": {k: round(v, 4) for k, v in lead.items()}}


if __name__ == "__main__":
    stored = json.loads(TARGET.read_text()) if TARGET.exists() else {}
    for data in sys.argv[1:] or ["questions"]:
        stored[data] = measure(data)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        stored[data] |= {"peak_mb": round(peak), "machine": describe()}
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(json.dumps(stored, indent=1) + "\n")
