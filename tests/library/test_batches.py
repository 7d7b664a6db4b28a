"""P x K batches: right sizes, nothing twice, and everything shown equally often."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siamese_lib.datasets import balanced_batches

SIZES = (2, 3, 4, 9, 40, 4, 5)  # class 0 is too small for 3 each
LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(len(SIZES)) * 11, SIZES))


def deal(labels=LABELS, classes=4, per_class=3, steps=60, seed=0):
    options = {"classes": classes, "per_class": per_class, "steps": steps, "seed": seed}
    return list(balanced_batches(labels, **options))


def test_each_batch_has_p_classes_with_k_different_rows_each():
    batches = deal()
    assert len(batches) == 60
    for rows in batches:
        assert rows.shape == (12,) and len(set(rows.tolist())) == 12
        by_class = LABELS[rows].reshape(4, 3)
        assert (by_class == by_class[:, :1]).all() and len(set(by_class[:, 0].tolist())) == 4
        assert 0 not in by_class  # two examples only


def test_classes_and_examples_are_shown_equally_often():
    shown = np.concatenate(deal(steps=600))
    classes = np.unique(LABELS[shown], return_counts=True)[1] / 3
    assert classes.max() - classes.min() <= 1
    for label in np.unique(LABELS[shown]):
        counts = np.bincount(shown, minlength=len(LABELS))[label == LABELS]
        assert counts.max() - counts.min() <= 1, label


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_it_holds_for_any_sizes(data):
    sizes = data.draw(st.lists(st.integers(1, 7), min_size=1, max_size=8))
    per_class = data.draw(st.integers(1, max(sizes)))
    classes = data.draw(st.integers(1, sum(s >= per_class for s in sizes)))
    labels = np.repeat(np.arange(len(sizes)), sizes)
    for rows in deal(labels, classes, per_class, steps=7, seed=data.draw(st.integers(0, 99))):
        assert len(set(rows.tolist())) == classes * per_class
        assert set(np.bincount(labels[rows]).tolist()) <= {0, per_class}


def test_a_seed_repeats_and_another_differs():
    assert all(np.array_equal(a, b) for a, b in zip(deal(), deal(), strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(deal(), deal(seed=1), strict=True))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"classes": 7}, "6 of 7 classes have 3 examples or more, but a batch needs 7"),
        ({"per_class": 41}, "0 of 7 classes have 41"),
        ({"classes": 0}, "classes is 0"),
        ({"per_class": 1.5}, "per_class is 1.5"),
        ({"steps": -1}, "steps is -1"),
        ({"labels": LABELS[None]}, "labels has shape"),
    ],
)
def test_bad_input_is_quoted_when_it_is_asked_for(change, message):
    options = {"labels": LABELS, "classes": 4, "per_class": 3, "steps": 2, "seed": 0} | change
    with pytest.raises(ValueError, match=message):
        balanced_batches(options.pop("labels"), **options)
