"""BANKING77: 13,083 questions that customers asked a bank, in 77 intents."""

import csv

import numpy as np

from siamese_lib.datasets.downloads import fetch
from siamese_lib.datasets.types import LabelledTexts
from siamese_lib.validate import require_option

# The intents of each split, after a fixed shuffle: 47 to train on, 10 to choose settings by and
# 20 to test on.
_SPLITS = {"train": range(47), "validation": range(47, 57), "test": range(57, 77)}


def load_banking77(split: str) -> LabelledTexts:
    """Questions labelled by intent; no intent of validation or test occurs in training.

    split is "train" (47 intents), "validation" (10), "test" (20) or "all". In the published split
    all 77 intents occur on both sides. Here its two files are joined and each intent goes to one
    split, since a Siamese network should compare things that it was not trained on.

    Shapes: text [n]; label [n] int32, the intent, 0 to 76. An intent has the same number in its
    split and in "all".
    Raises: ValueError where split is unknown; OSError or ValueError where the download fails.
    Source: Casanueva et al. 2020; PolyAI, CC BY 4.0.
    """
    require_option("split", split, (*_SPLITS, "all"))
    rows = [row for name in ("train", "test") for row in _read(f"banking77/{name}.csv")]
    intents = sorted({intent for _, intent in rows})
    order = np.random.default_rng(0).permutation(len(intents))
    number = {intents[old]: new for new, old in enumerate(order)}
    wanted = _SPLITS.get(split, range(len(intents)))
    chosen = [(text, number[intent]) for text, intent in rows if number[intent] in wanted]
    return LabelledTexts(
        text=[text for text, _ in chosen],
        label=np.array([label for _, label in chosen], np.int32),
    )


def _read(path: str) -> list[tuple[str, str]]:
    with open(fetch(path), encoding="utf-8", newline="") as file:
        return [(row["text"].strip(), row["category"]) for row in csv.DictReader(file)]
