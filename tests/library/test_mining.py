"""Triplet kinds against the definition, entry by entry."""

import numpy as np
import pytest

from siamese_lib.losses import TRIPLET_KINDS, triplet_kind, triplet_loss


def at_cosine(cosines):
    return np.array([[c, np.sqrt(1 - c * c)] for c in cosines])


def test_kinds_at_known_cosines():
    positive = [0.9, 0.5, 0.5, 0.5, 0.5, 0.0, 1.0]
    negative = [0.1, 0.2, 0.3, 0.5, 0.8, -0.2, 1.0]
    anchor = np.tile([1.0, 0.0], (7, 1))
    kinds = triplet_kind(anchor, at_cosine(positive), at_cosine(negative))
    named = [TRIPLET_KINDS[k] for k in kinds]
    assert named == ["easy", "easy", "semi-hard", "hard", "hard", "semi-hard", "hard"]


@pytest.mark.parametrize("margin", [0.0, 0.25, 1.0])
def test_kinds_against_a_loop_and_the_loss(margin):
    a, p, n = np.random.default_rng(2).normal(size=(3, 200, 3))
    kinds = np.asarray(triplet_kind(a, p, n, margin=margin))
    for i in range(200):
        to_p, to_n = (
            float(a[i] @ x / np.linalg.norm(a[i]) / np.linalg.norm(x)) for x in (p[i], n[i])
        )
        expected = "hard" if to_n >= to_p else "easy" if to_n <= to_p - margin else "semi-hard"
        assert TRIPLET_KINDS[kinds[i]] == expected
    assert (np.asarray(triplet_loss(a, p, n, margin=margin))[kinds == 0] == 0).all()
    assert set(kinds) == ({0, 2} if margin == 0 else {0, 1, 2})


def test_exactly_at_the_margin_is_easy():
    one, other = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    assert TRIPLET_KINDS[triplet_kind(one, one, other, margin=1.0)[0]] == "easy"
    assert TRIPLET_KINDS[triplet_kind(one, one, other, margin=1.01)[0]] == "semi-hard"


def test_collapsed_embeddings_are_hard():
    ones = np.ones((3, 4))
    assert (np.asarray(triplet_kind(ones, ones, ones)) == 2).all()


def test_bad_input_is_quoted():
    ones = np.ones((3, 4))
    with pytest.raises(ValueError, match=r"\(3, 4\).*\(2, 4\)"):
        triplet_kind(ones, ones[:2], ones)
    with pytest.raises(ValueError, match="margin is -1"):
        triplet_kind(ones, ones, ones, margin=-1)
    with pytest.raises(ValueError, match="empty"):
        triplet_kind(ones[:0], ones[:0], ones[:0])
    with pytest.raises(ValueError, match="negative holds nan"):
        triplet_kind(ones, ones, ones * np.nan)
