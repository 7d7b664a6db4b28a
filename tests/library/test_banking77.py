"""BANKING77: whole intents are kept back."""

import csv

import numpy as np
import pytest
from mirror import need_mirror

from siamese_lib.datasets import load_banking77


@pytest.fixture
def files():
    return [need_mirror(f"banking77/{name}.csv") for name in ("train", "test")]


def test_splits_share_no_intent_and_make_up_all(files):
    parts = [load_banking77(split) for split in ("train", "validation", "test")]
    assert [len(np.unique(part.label)) for part in parts] == [47, 10, 20]
    assert len(np.unique(np.concatenate([part.label for part in parts]))) == 77
    everything = load_banking77("all")
    assert len(everything.text) == 13_083
    pairs = zip(everything.text, everything.label.tolist(), strict=True)
    apart = [pair for part in parts for pair in zip(part.text, part.label.tolist(), strict=True)]
    assert sorted(pairs) == sorted(apart)
    assert everything.label.dtype == np.int32


def test_a_label_is_an_intent(files):
    data = load_banking77("all")
    rows = []
    for path in files:
        with open(path, encoding="utf-8", newline="") as file:
            rows += [(row["text"].strip(), row["category"]) for row in csv.DictReader(file)]
    assert data.text == [text for text, _ in rows]
    assert len({(intent, label) for (_, intent), label in zip(rows, data.label, strict=True)}) == 77


def test_unknown_split():
    with pytest.raises(ValueError, match="split is 'dev'"):
        load_banking77("dev")
