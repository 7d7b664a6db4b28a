"""How long until an AUC of .80 on pairs never seen, from the excerpt of Quora: ours and Keras's.

Usage: python -m benchmarks.speed.time_to_auc [--peers PYTHON]
Writes siamese_lib/data/results/time_to_auc.json. The clock runs from texts in memory: tokenising,
compiling and training count, imports and the scoring after each epoch do not. In Keras the layers
and the loss are the DeepLearning.AI course's (words, LSTM, modified triplet loss on duplicates,
Adam, batches padded to their longest); the mean over real tokens, Adam's rate of 0.001 and the
epochs are not. Ours are the pairwise head on TF-IDF vectors, and one bag of pieces. AUC is measured
on validation pairs.
"""

import sys
import tempfile

import numpy as np
from flax import nnx

from benchmarks.measure import apart, clocked, describe, stopwatch, store
from benchmarks.quality import duplicates_recipe as recipe
from benchmarks.speed.beside import PEERS, command_line, save_batches, widen
from siamese_lib.datasets import load_quora
from siamese_lib.encoders import BagEncoder, SiameseNetwork, start_from_texts
from siamese_lib.evaluation import roc_auc
from siamese_lib.text import (
    build_tokenizer,
    duplicate_batches,
    duplicate_groups,
    encode_texts,
    ngram_tokens,
    pair_batches,
    pair_rows,
)
from siamese_lib.training import fit

GOAL, KERAS_EPOCHS, OTHER = 0.80, 12, "the DeepLearning.AI course"


def reached(curve):
    """Seconds at which the goal was reached, or None."""
    return next((seconds for seconds, auc in curve if auc >= GOAL), None)


def point(seconds, scores, validation):
    """[seconds, AUC] of a curve."""
    return [round(seconds, 2), round(roc_auc(scores, validation.is_same), 4)]


def sparse(train, validation):
    """The curve of the pairwise head, one point: it is trained in one go."""
    similarity, seconds, _ = clocked(lambda: recipe.train_sparse(train, 0))
    return [point(seconds, similarity(validation), validation)]


def bag(train, validation, epochs=3):
    """The curve of one bag of pieces, a point for each epoch."""
    took = stopwatch()
    texts, *where = pair_rows(*train[:2])
    tokens = ngram_tokens(texts)
    encoder = start_from_texts(BagEncoder(rngs=nnx.Rngs(0)), tokens)
    curve, scoring = [], 0.0

    def on_epoch(_):
        nonlocal scoring
        now, _ = took()
        scores = recipe.logits(encoder, ngram_tokens, validation)
        curve.append(point(now - scoring, scores, validation))
        scoring += took()[0] - now

    def batches(epoch):
        return pair_batches(tokens, *where, train.is_same, batch_size=256, seed=epoch)

    optimizer = recipe.bag_optimizer(epochs, len(train.is_same))
    fit(
        SiameseNetwork(encoder), recipe.loss, batches, epochs=epochs, optimizer=optimizer,
        on_epoch=on_epoch, progress=False,
    )  # fmt: skip
    return curve


def keras(train, validation, peers):
    """The DeepLearning.AI course's layers and loss; tokenising counts, at our tokenizer's speed."""
    took = stopwatch()
    texts, group = duplicate_groups(*train)
    tokenizer = build_tokenizer(texts, vocabulary_size=36_224)
    tokens = encode_texts(tokenizer, texts, max_length=1000)
    before, _ = took()
    with tempfile.TemporaryDirectory() as folder:
        for epoch in range(KERAS_EPOCHS):
            drawn = duplicate_batches(tokens, group, batch_size=256, seed=epoch)
            save_batches(f"{folder}/epoch_{epoch}.npz", drawn)
        sides = [encode_known(tokenizer, side) for side in validation[:2]]
        width = max(side.shape[1] for side in sides)
        np.savez(f"{folder}/validation.npz", *(widen(side, width) for side in sides))
        curve = apart(PEERS / "keras_epochs.py", folder, KERAS_EPOCHS, python=peers)
    return [point(before + seconds, np.array(scores), validation) for seconds, scores in curve]


def encode_known(tokenizer, texts):
    """Tokens, with one unknown word for a text that has no known one."""
    rows = [[token or 1 for token in tokenizer.encode(text).ids] or [1] for text in texts]
    longest = max(map(len, rows))
    return np.stack([np.pad(row, (0, longest - len(row))) for row in rows]).astype(np.int32)


def main(arguments):
    """Measure the three and print when each reaches the goal."""
    peers = command_line("time_to_auc").parse_args(arguments).peers
    train, validation = load_quora("train"), load_quora("validation")
    curves = {
        "|x1 - x2| on TF-IDF": sparse(train, validation),
        "one bag of pieces": bag(train, validation),
        f"{OTHER}'s layers and loss in Keras": keras(train, validation, peers),
    }
    result = {"goal": GOAL, "machine": describe(), "curves": {}}
    for name, curve in curves.items():
        result["curves"][name] = {"seconds_to_goal": reached(curve), "seconds_and_auc": curve}
        print(name, result["curves"][name], flush=True)
    store("time_to_auc", result)


if __name__ == "__main__":
    main(sys.argv[1:])
