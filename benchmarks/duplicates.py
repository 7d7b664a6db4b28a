"""Question duplicates from few pairs: four models, three seeds.

sparse: |x1 - x2| and a sigmoid on TF-IDF vectors; bags: two bags of pieces; mixed: the sum of the
logits of both; lstm: two LSTMs that read letters.

Usage: python benchmarks/duplicates.py [--train FILE --test FILE] [--full-size]
Writes siamese_lib/data/results/duplicates.json. With no file it trains on load_quora("train"); FILE
is in Quora's public format, and then validation is split off the training file, a tenth of its
pairs with no question on two sides. --full-size measures time and memory on 404,351 made-up rows,
in place of the rest; the other entries of the JSON stay.
"""

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import jax
import numpy as np
import optax
from flax import nnx
from machine import describe
from sklearn.feature_extraction.text import TfidfVectorizer

from siamese_lib.datasets import load_quora
from siamese_lib.encoders import (
    BagEncoder,
    Committee,
    SiameseNetwork,
    SubwordLSTM,
    pair_logits,
    start_from_texts,
)
from siamese_lib.evaluation import accuracy_at, best_threshold, roc_auc
from siamese_lib.losses import pairwise_cross_entropy
from siamese_lib.recipes import fit_sparse_pairs, sparse_logits
from siamese_lib.text import ngram_tokens, pair_batches, pair_rows, word_grid
from siamese_lib.training import encode, fit

TARGET = (
    Path(__file__).resolve().parent.parent / "siamese_lib" / "data" / "results" / "duplicates.json"
)
SEEDS = (0, 1, 2)
BATCH_SIZE = 256
MEMBERS = 2  # encoders in a committee
FULL_ROWS = 404_351
START_TEXTS = 60_000  # texts that the singular value decomposition looks at, where there are more
TFIDF = {"words": {}, "characters": {"analyzer": "char_wb", "ngram_range": (3, 5)}}


def schedule(epochs, pairs, rate):
    """A learning rate that falls to a tenth over the whole training."""
    return optax.linear_schedule(rate, rate / 10, epochs * (pairs // BATCH_SIZE))


def bag_optimizer(epochs, pairs):
    """Adam with a large rate: a piece is seen a few times only, in three epochs."""
    return optax.adam(schedule(epochs, pairs, 0.02))


def lstm_optimizer(epochs, pairs):
    """Adam, five times slower for the LSTM and what reads it than for the tables before it."""

    def speed(path, _):
        name = jax.tree_util.keystr(path)
        return "slow" if "lstm" in name or "readout" in name else "fast"

    def kind(params):
        return jax.tree_util.tree_map_with_path(speed, params)

    rates = {"fast": 0.01, "slow": 0.002}
    return optax.multi_transform(
        {name: optax.adam(schedule(epochs, pairs, rate)) for name, rate in rates.items()}, kind
    )


def loss(model, x1, x2, is_same):
    """Cross-entropy of the labelled pairs."""
    return pairwise_cross_entropy(pair_logits(*model(x1, x2)), is_same).mean()


def train(encoder, inputs, tokens, rows, optimizer, *, epochs, seed):
    """The encoder after training; rows are (first, second, is_same), inputs what it reads."""
    chosen = np.random.default_rng(seed).permutation(len(tokens))[:START_TEXTS]
    start_from_texts(encoder, tokens[chosen])

    def batches(epoch):
        return pair_batches(inputs, *rows, batch_size=BATCH_SIZE, seed=1000 * seed + epoch)

    optimizer = optimizer(epochs, len(rows[2]))
    network = SiameseNetwork(encoder)
    fit(network, loss, batches, epochs=epochs, optimizer=optimizer, progress=False)
    return encoder


def train_sparse(pairs, seed):
    """similarity(pairs): one convex problem, so the seed changes nothing."""
    model = fit_sparse_pairs(*pairs)
    return lambda some: sparse_logits(model, *some[:2])


def train_bags(pairs, seed, *, epochs=3):
    """similarity(pairs) of a committee: as many bags as MEMBERS, each from its own random start."""
    texts, *where = pair_rows(*pairs[:2])
    tokens = ngram_tokens(texts)
    members = [
        train(
            BagEncoder(rngs=nnx.Rngs(seed * MEMBERS + member)), tokens, tokens,
            (*where, pairs.is_same), bag_optimizer, epochs=epochs, seed=seed * MEMBERS + member,
        )
        for member in range(MEMBERS)
    ]  # fmt: skip
    return partial(logits, Committee(members), ngram_tokens)


def train_mixed(pairs, seed):
    """similarity(pairs): the logits of the sparse head and of the bags, added."""
    sparse, bags = train_sparse(pairs, seed), train_bags(pairs, seed)
    return lambda some: sparse(some) + bags(some)


def train_lstms(pairs, seed, *, epochs=4):
    """similarity(pairs) of a committee of LSTMs, likewise."""
    texts, *where = pair_rows(*pairs[:2])
    tokens, grid = ngram_tokens(texts), word_grid(texts)
    members = [
        train(
            SubwordLSTM(rngs=nnx.Rngs(seed * MEMBERS + member)), grid, tokens,
            (*where, pairs.is_same), lstm_optimizer, epochs=epochs, seed=seed * MEMBERS + member,
        )
        for member in range(MEMBERS)
    ]  # fmt: skip
    return partial(logits, Committee(members), word_grid)


MAKERS = {"sparse": train_sparse, "bags": train_bags, "mixed": train_mixed, "lstm": train_lstms}


def logits(encoder, read, pairs):
    """One number a pair, each text encoded once."""
    texts, first, second = pair_rows(*pairs[:2])
    h = encode(encoder, read(texts))
    return np.asarray(pair_logits(h[first], h[second]))


def score(similarity, validation, test):
    """AUC on test, and the accuracy there at the threshold chosen on validation."""
    on_validation, on_test = similarity(validation), similarity(test)
    threshold = best_threshold(on_validation, validation.is_same)
    return {
        "validation_auc": round(roc_auc(on_validation, validation.is_same), 4),
        "auc": round(roc_auc(on_test, test.is_same), 4),
        "threshold": round(threshold, 4),
        "accuracy": round(accuracy_at(on_test, test.is_same, threshold=threshold), 4),
    }


def tfidf(options, train_pairs):
    """similarity(pairs) by the cosine of TF-IDF vectors."""
    vectoriser = TfidfVectorizer(**options).fit(pair_rows(*train_pairs[:2])[0])

    def similarity(pairs):
        left, right = (vectoriser.transform(side) for side in pairs[:2])
        return np.asarray(left.multiply(right).sum(axis=1)).ravel()

    return similarity


def clocked(make):
    """(what make() gives, seconds, processor seconds, peak memory): tokens and compiling count."""
    wall, processor = time.perf_counter(), time.process_time()
    result = make()
    return result, {
        "training_seconds": round(time.perf_counter() - wall, 1),
        "processor_seconds": round(time.process_time() - processor, 1),
        "peak_mb": peak(),
    }


def peak():
    """The most memory that this process has held so far, MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def one_seed(name, seed, train_file, test_file):
    """The entry of one model and seed; run in a process of its own, so that nothing is warm."""
    pairs, validation, test = splits(train_file, test_file)
    similarity, cost = clocked(lambda: MAKERS[name](pairs, seed))
    return {"seed": seed} | cost | score(similarity, validation, test)


def splits(train_file, test_file):
    """(train, validation, test); from files, train and its test tenth together are trained on."""
    if train_file is None:
        return [load_quora(split) for split in ("train", "validation", "test")]
    parts = [load_quora(split, path=train_file) for split in ("train", "test", "validation")]
    joined = [[*a, *b] for a, b in zip(*parts[:2], strict=True)]
    pairs = type(parts[0])(*joined[:2], np.array(joined[2], np.int8))
    return pairs, parts[2], load_quora("all", path=test_file)


def measure(train_file, test_file):
    """Every figure for one pair of files."""
    pairs, validation, test = splits(train_file, test_file)
    majority = max(test.is_same.mean(), 1 - test.is_same.mean())
    sizes = [len(part.is_same) for part in (pairs, validation, test)]
    result = dict(zip(("train_pairs", "validation_pairs", "test_pairs"), sizes, strict=True))
    result |= {"majority": round(float(majority), 4), "tfidf": {}}
    for name, options in TFIDF.items():
        result["tfidf"][name] = score(tfidf(options, pairs), validation, test)
        print(name, result["tfidf"][name], flush=True)
    for name in MAKERS:
        seeds = [apart("--one", name, str(seed), train_file, test_file) for seed in SEEDS]
        result[name] = {"seeds": seeds, **summary(seeds)}
    return result


def apart(*arguments):
    """The JSON that this script prints last in a fresh process, and prints on."""
    command = [sys.executable, __file__, *("" if a is None else str(a) for a in arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    print(*arguments[1:3], done.stdout.splitlines()[-1], flush=True)
    return json.loads(done.stdout.splitlines()[-1])


def summary(seeds):
    """Mean and standard deviation over the seeds."""
    names = ("auc", "accuracy", "training_seconds", "processor_seconds")
    columns = {name: [entry[name] for entry in seeds] for name in names}
    return {
        name: {"mean": round(float(np.mean(c)), 4), "std": round(float(np.std(c, ddof=1)), 4)}
        for name, c in columns.items()
    }


def write_full_size(path):
    """The public file's size: the excerpt again and again, words swapped and a number appended."""
    pairs, rng = load_quora("all"), np.random.default_rng(0)

    def other(text, number):
        words = text.split()
        if len(words) > 2:
            i, j = rng.choice(len(words), 2, replace=False)
            words[i], words[j] = words[j], words[i]
        return " ".join([*words, str(number)])

    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_ALL)
        writer.writerow(["id", "qid1", "qid2", "question1", "question2", "is_duplicate"])
        for row in range(FULL_ROWS):
            turn, place = divmod(row, len(pairs.is_same))
            texts = [other(side[place], turn) for side in pairs[:2]]
            # qids stay empty: load_quora then links rows by their texts.
            writer.writerow([row, "", "", *texts, pairs.is_same[place]])


def full_size(epochs=1):
    """Seconds and peak memory of each step on a file of the public size; one of each encoder."""
    found = {"rows": FULL_ROWS, "epochs": epochs}

    def step(name, make):
        start = time.perf_counter(), time.process_time()
        result = make()
        found[name] = {
            "seconds": round(time.perf_counter() - start[0], 1),
            "processor_seconds": round(time.process_time() - start[1], 1),
            "peak_mb": peak(),
        }
        print(name, found[name], file=sys.stderr, flush=True)
        return result

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "full.tsv"
        write_full_size(path)
        found["file_mb"] = round(path.stat().st_size / 2**20)
        pairs = step("load", lambda: load_quora("train", path=path))
    texts, *where = pair_rows(*pairs[:2])
    found |= {"train_pairs": len(pairs.is_same), "questions": len(texts)}
    tokens = step("tokenise", lambda: ngram_tokens(texts))
    rows = (*where, pairs.is_same)
    encoder = BagEncoder(rngs=nnx.Rngs(0))
    step("train", lambda: train(
        encoder, tokens, tokens, rows, bag_optimizer, epochs=epochs, seed=0))  # fmt: skip
    step("lstm", lambda: train(
        SubwordLSTM(rngs=nnx.Rngs(0)), word_grid(texts), tokens, rows, lstm_optimizer,
        epochs=epochs, seed=0))  # fmt: skip
    step("sparse", lambda: train_sparse(pairs, 0))
    return found


def main():
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--train")
    parser.add_argument("--test")
    parser.add_argument("--full-size", action="store_true")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if (options.train is None) != (options.test is None):
        parser.error("give --train and --test together")
    if options.one:
        name, seed, *files = options.one
        print(json.dumps(one_seed(name, int(seed), *(file or None for file in files))))
        return
    stored = json.loads(TARGET.read_text()) if TARGET.exists() else {}
    if options.full_size:
        key, found = "full_size", full_size()
    else:
        key = "excerpt" if options.train is None else Path(options.test).name
        found = measure(options.train, options.test)
    stored[key] = found | {"machine": describe()}
    TARGET.write_text(json.dumps(stored, indent=1) + "\n")


if __name__ == "__main__":
    main()
