"""Pairs made from labels: half of them same, and the labels can be found again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siamese_lib.datasets import LabelledTexts, pairs_from_labels
from siamese_lib.text import duplicate_groups


@settings(deadline=None)  # the first example imports scipy
@given(st.lists(st.integers(1, 9), min_size=2, max_size=12), st.integers(0, 1000))
def test_pairs_are_right_balanced_and_lead_back_to_the_labels(sizes, seed):
    sizes = [*sizes, 2]
    label = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)) * 7, sizes))
    text = [f"text {i}" for i in range(len(label))]
    meaning = dict(zip(text, label, strict=True))
    pairs = pairs_from_labels(LabelledTexts(text, label), seed=seed)
    assert pairs.is_same.dtype == np.int8
    assert pairs.is_same.mean() == 0.5
    truth = [meaning[a] == meaning[b] for a, b in zip(*pairs[:2], strict=True)]
    assert truth == pairs.is_same.astype(bool).tolist()
    same = [frozenset(p) for p, s in zip(zip(*pairs[:2], strict=True), truth, strict=True) if s]
    assert len(set(same)) == len(same)
    assert all(len(pair) == 2 for pair in same)
    assert len(same) == sum(n if n > 2 else n - 1 for n in sizes)
    texts, group = duplicate_groups(*pairs)
    found = {(meaning[t], g) for t, g in zip(texts, group, strict=True)}
    large = {7 * i for i, n in enumerate(sizes) if n >= 2}
    assert len({m for m, _ in found} & large) == len(large)
    assert all(sum(m == name for m, _ in found) == 1 for name in large)
    assert len({g for _, g in found}) == len(found)


def test_seed_decides():
    data = LabelledTexts([str(i) for i in range(40)], np.arange(40) % 5)
    one = pairs_from_labels(data, seed=1)
    assert one.question1 == pairs_from_labels(data, seed=1).question1
    assert one.question1 != pairs_from_labels(data, seed=2).question1


def test_repeated_texts():
    # "b" twice in a label counts once; "x" under two labels is never set against itself.
    data = LabelledTexts(["a", "b", "b", "x", "x", "y"], np.array([0, 0, 0, 0, 1, 1]))
    for seed in range(30):
        for a, b in zip(*pairs_from_labels(data, seed=seed)[:2], strict=True):
            assert a != b


@pytest.mark.parametrize(
    ("text", "label", "message"),
    [
        (["a", "b"], [0], "2 texts but 1 labels"),
        (["a", "b"], [3, 3], r"labels are \[3\]"),
        ([], [], r"text is \[\], empty"),
        (["a", "b", "a"], [0, 1, 0], "no label has two distinct texts"),
        (["a", "b", "a"], [0, 0, 1], "the same label"),
    ],
)
def test_bad_labels(text, label, message):
    data = LabelledTexts(text, np.array(label))
    with pytest.raises(ValueError, match=message):
        pairs_from_labels(data)
