"""Pairs of questions made from labelled texts."""

import numpy as np

from siamese_lib.datasets.types import LabelledTexts, QuestionPairs
from siamese_lib.text.tokens import require_questions
from siamese_lib.validate import class_numbers


def pairs_from_labels(texts: LabelledTexts, *, seed: int = 0) -> QuestionPairs:
    """As many different pairs as same pairs, shuffled.

    The same pairs of a label form a ring over its texts: each text is compared with two others,
    and the pairs lead from any text to every other one of its label, so `duplicate_groups` finds
    the labels again. Each different pair joins the first text of a same pair with a random text of
    another label. A text that occurs several times under one label counts once.

    Shapes: n texts, labelled by numbers or by words -> 2 m pairs, m about n.
    Raises: ValueError where text and label differ in length, a text is empty or not a string, the
        labels mix kinds or are all equal, or no label has two texts.
    """
    text, label = _distinct(texts)
    rng = np.random.default_rng(seed)
    first, second = _rings(label, rng)
    other = _of_another_label(text, label, first, rng)
    order = rng.permutation(2 * len(first))
    left = np.concatenate([first, first])[order]
    right = np.concatenate([second, other])[order]
    return QuestionPairs(
        question1=[text[i] for i in left],
        question2=[text[i] for i in right],
        is_same=(order < len(first)).astype(np.int8),
    )


def _distinct(texts: LabelledTexts) -> tuple[list[str], np.ndarray]:
    if len(texts.text) != len(texts.label):
        raise ValueError(f"{len(texts.text)} texts but {len(texts.label)} labels; give one each")
    require_questions(text=texts.text)
    label = class_numbers("label", texts.label)
    rows = list(dict.fromkeys(zip(texts.text, label.tolist(), strict=True)))
    label = np.array([number for _, number in rows])
    counts = np.bincount(label)
    if len(counts) < 2:
        names = np.unique(np.asarray(texts.label)).tolist()
        raise ValueError(f"labels are {names}; different pairs need 2 labels or more")
    if counts.max() < 2:
        raise ValueError("no label has two distinct texts; give one label two, for a same pair")
    return [text for text, _ in rows], label


def _rings(label: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the same pairs: each text of a label and the next one, in a random order."""
    first, second = [], []
    for name in np.unique(label):
        mine = rng.permutation(np.flatnonzero(label == name))
        # Two texts make one pair, since a ring would hold it twice; one text makes none.
        steps = len(mine) if len(mine) > 2 else len(mine) - 1
        first.append(mine[:steps])
        second.append(np.roll(mine, -1)[:steps])
    return np.concatenate(first), np.concatenate(second)


def _of_another_label(text, label, first, rng: np.random.Generator) -> np.ndarray:
    """For each index in first a random index of another label, drawn again until it fits."""
    other = rng.integers(len(label), size=len(first))
    words = np.unique(text, return_inverse=True)[1]
    for _ in range(1000):
        wrong = (label[other] == label[first]) | (words[other] == words[first])
        if not wrong.any():
            return other
        other[wrong] = rng.integers(len(label), size=int(wrong.sum()))
    raise ValueError("nearly all texts have the same label; give more texts with other labels")
