"""How long until an AUC of .80 on pairs never seen, from the excerpt of Quora: ours and Keras's.

Usage: make bench, or python benchmarks/time_to_auc.py --peers PYTHON
Writes siamese_lib/data/results/time_to_auc.json. The clock runs from texts in memory: tokenising,
compiling and training count, imports and the scoring after each epoch do not. In Keras the layers
and the loss are the DeepLearning.AI course's (words, LSTM, modified triplet loss on duplicates,
Adam, batches padded to their longest); the mean over real tokens, Adam's rate of 0.001 and the
epochs are not. Ours are the pairwise head on TF-IDF vectors, and one bag of pieces. AUC is measured
on validation pairs.
"""

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import duplicates
import numpy as np
from flax import nnx
from machine import describe

from siamese_lib.bag_encoder import BagEncoder, start_from_texts
from siamese_lib.datasets import load_quora
from siamese_lib.encoders import SiameseNetwork
from siamese_lib.metrics import roc_auc
from siamese_lib.ngrams import ngram_tokens
from siamese_lib.text import (
    build_tokenizer,
    duplicate_batches,
    duplicate_groups,
    encode_texts,
    pair_batches,
    pair_rows,
)
from siamese_lib.training import fit

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "siamese_lib" / "data" / "results" / "time_to_auc.json"
GOAL, KERAS_EPOCHS, OTHER = 0.80, 12, "the DeepLearning.AI course"
KERAS = """
import sys, time, json
sys.path.insert(0, sys.argv[1])
import keras, numpy as np, keras_peer
folder, epochs = sys.argv[2], int(sys.argv[3])
keras.utils.set_random_seed(0)
model = keras_peer.siamese(36_224)
model.compile(keras.optimizers.Adam(1e-3), keras_peer.modified_triplet_loss, jit_compile=False)
first, second = np.load(f"{folder}/validation.npz").values()
clock, curve = 0.0, []
for epoch in range(epochs):
    start = time.perf_counter()
    with np.load(f"{folder}/epoch_{epoch}.npz") as file:
        for key in sorted(file.files):
            model.train_on_batch([*file[key]], np.ones(file[key].shape[1]))
    clock += time.perf_counter() - start
    joined = model.predict([first, second], batch_size=256, verbose=0)
    h1, h2 = np.split(joined, 2, axis=1)
    curve.append([round(clock, 2), (h1 * h2).sum(1).tolist()])
print(json.dumps(curve))
"""


def reached(curve):
    """Seconds at which the goal was reached, or None."""
    return next((seconds for seconds, auc in curve if auc >= GOAL), None)


def sparse(train, validation):
    start = time.perf_counter()
    similarity = duplicates.train_sparse(train, 0)
    seconds = time.perf_counter() - start
    return [[round(seconds, 2), round(roc_auc(similarity(validation), validation.is_same), 4)]]


def bag(train, validation, epochs=3):
    start = time.perf_counter()
    texts, *where = pair_rows(*train[:2])
    tokens = ngram_tokens(texts)
    encoder = start_from_texts(BagEncoder(rngs=nnx.Rngs(0)), tokens)
    curve, scoring = [], 0.0

    def on_epoch(_):
        nonlocal scoring
        now = time.perf_counter()
        scores = duplicates.logits(encoder, ngram_tokens, validation)
        curve.append(
            [round(now - start - scoring, 2), round(roc_auc(scores, validation.is_same), 4)]
        )
        scoring += time.perf_counter() - now

    def batches(epoch):
        return pair_batches(tokens, *where, train.is_same, batch_size=256, seed=epoch)

    optimizer = duplicates.bag_optimizer(epochs, len(train.is_same))
    fit(
        SiameseNetwork(encoder), duplicates.loss, batches, epochs=epochs, optimizer=optimizer,
        on_epoch=on_epoch, progress=False,
    )  # fmt: skip
    return curve


def keras(train, validation, peers):
    """The DeepLearning.AI course's layers and loss; tokenising counts, at our tokenizer's speed."""
    start = time.perf_counter()
    texts, group = duplicate_groups(*train)
    tokenizer = build_tokenizer(texts, vocabulary_size=36_224)
    tokens = encode_texts(tokenizer, texts, max_length=1000)
    before = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        for epoch in range(KERAS_EPOCHS):
            drawn = duplicate_batches(tokens, group, batch_size=256, seed=epoch)
            store(f"{folder}/epoch_{epoch}.npz", drawn)
        sides = [encode_known(tokenizer, side) for side in validation[:2]]
        width = max(side.shape[1] for side in sides)
        np.savez(f"{folder}/validation.npz", *(widen(side, width) for side in sides))
        command = [peers, "-c", KERAS, str(HERE / "peers"), folder, str(KERAS_EPOCHS)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [
        [round(before + seconds, 2), round(roc_auc(np.array(scores), validation.is_same), 4)]
        for seconds, scores in json.loads(said.splitlines()[-1])
    ]


def encode_known(tokenizer, texts):
    """Tokens, with one unknown word for a text that has no known one."""
    rows = [[token or 1 for token in tokenizer.encode(text).ids] or [1] for text in texts]
    return np.stack([np.pad(row, (0, 300 - len(row))) for row in rows])[
        :, : max(map(len, rows))
    ].astype(np.int32)


def widen(tokens, width):
    return np.pad(tokens, ((0, 0), (0, width - tokens.shape[1])))


def store(path, batches):
    """Each batch [2, 256, its longest]."""
    stored = {}
    for place, sides in enumerate(batches):
        width = max(int((side != 0).sum(axis=1).max()) for side in sides)
        stored[f"{place:03}"] = np.stack([widen(side[:, :width], width) for side in sides])
    np.savez(path, **stored)


def main():
    """Measure the three and print when each reaches the goal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", required=True)
    options = parser.parse_args()
    train, validation = load_quora("train"), load_quora("validation")
    curves = {
        "|x1 - x2| on TF-IDF": sparse(train, validation),
        "one bag of pieces": bag(train, validation),
        f"{OTHER}'s layers and loss in Keras": keras(train, validation, options.peers),
    }
    result = {"goal": GOAL, "machine": describe(), "curves": {}}
    for name, curve in curves.items():
        result["curves"][name] = {"seconds_to_goal": reached(curve), "seconds_and_auc": curve}
        print(name, result["curves"][name], flush=True)
    TARGET.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
