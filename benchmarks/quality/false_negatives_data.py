"""Data for false_negatives.py: letters and questions with their class, and a tower for each."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from flax import nnx

from benchmarks.quality.pairs import known_pairs, pair_similarity
from siamese_lib.datasets import load_glyphs, load_questions, load_quora
from siamese_lib.encoders import QuestionEncoder
from siamese_lib.energy import l2_normalize
from siamese_lib.evaluation import roc_auc
from siamese_lib.text import build_tokenizer, duplicate_groups, encode_texts

LOADERS = {"questions": load_questions, "quora": load_quora}


class Data(NamedTuple):
    """What to train on, and score(embed): the AUC on classes that were never trained on."""

    x: np.ndarray
    label: np.ndarray
    pairs: np.ndarray  # [n, 2] rows of x that show one class, sorted by class
    tower: Callable  # rngs -> network
    rate: float
    steps: int
    score: Callable


class Dense(nnx.Module):
    """Two dense layers over what `inputs` makes of a batch, and length 1."""

    def __init__(self, inputs, dim, *, rngs):
        self.inputs = inputs
        self.hidden, self.head = nnx.Linear(dim, 128, rngs=rngs), nnx.Linear(128, 64, rngs=rngs)

    def __call__(self, x):
        return l2_normalize(self.head(nnx.relu(self.hidden(self.inputs(x)))))


class WordMean(nnx.Module):
    """The mean of a question's word vectors, in place of an LSTM: a tenth of the time."""

    def __init__(self, words, *, rngs):
        self.embedding = nnx.Embed(words, 128, rngs=rngs)

    def __call__(self, tokens):
        is_real = (tokens != 0)[..., None]
        return (self.embedding(tokens) * is_real).sum(axis=1) / is_real.sum(axis=1)


def glyphs(letters=512):
    """Letters at half the size, as in notebook 11; the new ones are of two other scripts."""
    train, new = load_glyphs("train"), load_glyphs("validation")

    def small(images):
        return images.reshape(len(images), 14, 2, 14, 2).mean(axis=(2, 4)).reshape(len(images), 196)

    chosen = np.random.default_rng(0).choice(np.unique(train.label), letters, replace=False)
    own = np.isin(train.label, chosen)
    label = train.label[own]  # sorted, as the pairs must be
    pairs = np.argwhere(np.triu(label[:, None] == label, 1))
    new_x, new_label = small(new.images)[::4], new.label[::4]
    i, j = np.triu_indices(len(new_x), 1)

    def score(embed):
        rows = embed(new_x)
        return roc_auc((rows[i] * rows[j]).sum(axis=1), new_label[i] == new_label[j])

    tower = partial(Dense, lambda x: x, 196)
    return Data(
        small(train.images[own]), label, pairs, lambda rngs: tower(rngs=rngs), 2e-3, 400, score
    )


def questions(name, lstm=False):
    """Questions, those with one meaning as a class; the AUC is notebook 05's, on the test pairs."""
    train, test = LOADERS[name]("train"), LOADERS[name]("test")
    texts, group = duplicate_groups(*train)
    row = {text: place for place, text in enumerate(texts)}
    tokenizer = build_tokenizer(texts)
    words, test = tokenizer.get_vocab_size(), known_pairs(test, tokenizer)

    def tower(rngs):
        if lstm:
            return QuestionEncoder(words, rngs=rngs)
        return Dense(WordMean(words, rngs=rngs), 128, rngs=rngs)

    def score(embed):
        return roc_auc(
            pair_similarity(lambda t: embed(encode_texts(tokenizer, t)), test), test.is_same
        )

    first, second = (np.array([row[text] for text in side]) for side in train[:2])
    same = np.flatnonzero(train.is_same)
    pairs = np.stack([first, second], 1)[same[np.argsort(group[first[same]], kind="stable")]]
    return Data(encode_texts(tokenizer, texts), group, pairs, tower, 3e-3, 472, score)
