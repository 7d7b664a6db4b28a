"""Question duplicates from few pairs: four models, three seeds, and TF-IDF beside them.

Usage: python -m benchmarks.quality.duplicates [--full-size]
Writes siamese_lib/data/results/duplicates.json. The models are those of duplicates_recipe.py,
trained on load_quora("train"), each in a process of its own. --full-size measures in their place
time and memory on 404,351 made-up rows, as many as the public file has. Either way the other's
entry in the JSON stays.
"""

import argparse
import csv
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from flax import nnx
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.measure import SEEDS, apart, clocked, describe, peak_mb, spread, store, stored
from benchmarks.quality import duplicates_recipe as recipe
from benchmarks.quality.pairs import TFIDF, pair_similarity, score
from siamese_lib.datasets import load_quora
from siamese_lib.encoders import BagEncoder, SubwordLSTM
from siamese_lib.text import ngram_tokens, pair_rows, word_grid

FULL_ROWS = 404_351
MAKERS = {
    "sparse": recipe.train_sparse,
    "bags": recipe.train_bags,
    "mixed": recipe.train_mixed,
    "lstm": recipe.train_lstms,
}


def splits():
    return [load_quora(split) for split in ("train", "validation", "test")]


def cost(make):
    """(what make() gives, {seconds, processor seconds, peak memory so far})."""
    made, wall, processor = clocked(make)
    found = {"seconds": round(wall, 1), "processor_seconds": round(processor, 1)}
    return made, found | {"peak_mb": peak_mb()}


def one_seed(name, seed):
    """The entry of one model and seed. Tokenising and compiling count as training."""
    pairs, validation, test = splits()
    similarity, took = cost(lambda: MAKERS[name](pairs, seed))
    took = {"training_seconds": took.pop("seconds")} | took
    scores = score(similarity(validation), validation, similarity(test), test)
    return {"seed": seed} | took | scores


def tfidf(options, pairs, validation, test):
    """The scores of the cosine of TF-IDF vectors, fitted on the training texts."""
    vectoriser = TfidfVectorizer(**options).fit(pair_rows(*pairs[:2])[0])
    found = (pair_similarity(vectoriser.transform, part) for part in (validation, test))
    on_validation, on_test = found
    return score(on_validation, validation, on_test, test)


def measure():
    """Every figure on the excerpt."""
    pairs, validation, test = splits()
    majority = max(test.is_same.mean(), 1 - test.is_same.mean())
    sizes = [len(part.is_same) for part in (pairs, validation, test)]
    result = dict(zip(("train_pairs", "validation_pairs", "test_pairs"), sizes, strict=True))
    result |= {"majority": round(float(majority), 4), "tfidf": {}}
    for name, options in TFIDF.items():
        result["tfidf"][name] = tfidf(options, pairs, validation, test)
        print(name, result["tfidf"][name], flush=True)
    for name in MAKERS:
        # In fresh processes, so that no seed finds anything compiled.
        seeds = [apart("-m", __spec__.name, "--one", name, seed) for seed in SEEDS]
        result[name] = {"seeds": seeds, **summary(seeds)}
        print(name, result[name], flush=True)
    return result


def summary(seeds):
    """Mean and standard deviation over the seeds."""
    names = ("auc", "accuracy", "training_seconds", "processor_seconds")
    return {name: spread([entry[name] for entry in seeds], "mean", "std") for name in names}


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
    """What each step takes on a file of the public size, with one encoder of each kind."""
    found = {"rows": FULL_ROWS, "epochs": epochs}

    def step(name, make):
        made, found[name] = cost(make)
        print(name, found[name], file=sys.stderr, flush=True)
        return made

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "full.tsv"
        write_full_size(path)
        found["file_mb"] = round(path.stat().st_size / 2**20)
        pairs = step("load", lambda: load_quora("train", path=path))
    texts, *where = pair_rows(*pairs[:2])
    found |= {"train_pairs": len(pairs.is_same), "questions": len(texts)}
    tokens = step("tokenise", lambda: ngram_tokens(texts))
    rows, options = (*where, pairs.is_same), {"epochs": epochs, "seed": 0}
    bag = BagEncoder(rngs=nnx.Rngs(0))
    step("train", lambda: recipe.train(
        bag, tokens, tokens, rows, recipe.bag_optimizer, **options))  # fmt: skip
    step("lstm", lambda: recipe.train(
        SubwordLSTM(rngs=nnx.Rngs(0)), word_grid(texts), tokens, rows, recipe.lstm_optimizer,
        **options))  # fmt: skip
    step("sparse", lambda: recipe.train_sparse(pairs, 0))
    return found


def main(arguments):
    """Measure the excerpt or the full size; --one is a single run, printed for `measure`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.duplicates")
    parser.add_argument("--full-size", action="store_true")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        name, seed = options.one
        print(json.dumps(one_seed(name, int(seed))))
        return
    found = {"full_size": full_size()} if options.full_size else {"excerpt": measure()}
    for entry in found.values():
        entry["machine"] = describe()
    store("duplicates", stored("duplicates") | found)


if __name__ == "__main__":
    main(sys.argv[1:])
