"""The pairwise head on TF-IDF vectors, against dense features written out by hand."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from siamese_lib.evaluation import roc_auc
from siamese_lib.recipes import fit_sparse_pairs, sparse_logits, sparse_pairs
from siamese_lib.recipes.sparse_pairs import MARKS

CITIES = ["paris", "rome", "oslo", "lima", "cairo", "delhi", "tokyo", "quito"]
WAYS = ["how big is {}?", "what size has {}?", "where is {}?", "which land is {} in?"]


def pairs_of(cities):
    """Same: two ways to ask one thing about one city; different: another city or another thing."""
    first, second, is_same = [], [], []
    for place, city in enumerate(cities):
        other = cities[place - 1]
        first += [WAYS[0].format(city)] * 3 + [WAYS[2].format(city)] * 3
        second += [WAYS[1].format(city), WAYS[0].format(other), WAYS[2].format(city)]
        second += [WAYS[3].format(city), WAYS[2].format(other), WAYS[0].format(city)]
        is_same += [1, 0, 0] * 2
    return first, second, is_same


@pytest.fixture(scope="module")
def model():
    return fit_sparse_pairs(*pairs_of(CITIES[:6]))


def by_hand(vectors, first, second):
    """Dense, one pair at a time."""
    rows = []
    for i, j in zip(first, second, strict=True):
        x1, x2 = vectors[i], vectors[j]
        cosine = float(x1 @ x2)
        share = [max(0.0, 1 - abs(cosine - m / (MARKS - 1)) * (MARKS - 1)) for m in range(MARKS)]
        rows.append(np.concatenate([abs(x1 - x2), x1 * x2, *(s * (x1 + x2) for s in share), share]))
    return np.array(rows)


def test_logits_are_those_of_dense_features_made_one_by_one(model):
    first, second, is_same = pairs_of(CITIES[:6])
    texts = list(dict.fromkeys([*first, *second]))
    vectors = model.vectoriser.transform(texts).toarray().astype(float)
    features = by_hand(vectors, [texts.index(t) for t in first], [texts.index(t) for t in second])
    expected = LogisticRegression(C=5.0, max_iter=2000, tol=1e-7).fit(features, is_same)
    np.testing.assert_allclose(
        sparse_logits(model, first, second), expected.decision_function(features), atol=0.02
    )


def test_blocks_change_nothing(model, monkeypatch):
    first, second, is_same = pairs_of(CITIES[:6])
    whole = sparse_logits(model, first, second)
    monkeypatch.setattr(sparse_pairs, "BLOCK", 5)  # 36 pairs: the last block holds one
    np.testing.assert_array_equal(sparse_logits(model, first, second), whole)
    again = fit_sparse_pairs(first, second, is_same)
    np.testing.assert_array_equal(again.classifier.coef_, model.classifier.coef_)


def test_the_vectors_are_unit_length_so_that_the_cosine_lies_on_the_scale(model):
    vectors = model.vectoriser.transform(pairs_of(CITIES)[0])
    np.testing.assert_allclose(vectors.multiply(vectors).sum(axis=1), 1, atol=1e-5)


def test_either_order_gives_the_same(model):
    first, second, _ = pairs_of(CITIES)
    there, back = sparse_logits(model, first, second), sparse_logits(model, second, first)
    assert there.dtype == np.float32
    np.testing.assert_array_equal(there, back)


def test_it_learns_which_words_stand_for_each_other(model):
    first, second, is_same = pairs_of(CITIES[6:])  # cities never seen, phrasings seen
    assert roc_auc(sparse_logits(model, first, second), is_same) > 0.9
    shared = [len({*a.split()} & {*b.split()}) for a, b in zip(first, second, strict=True)]
    assert roc_auc(np.array(shared, float), is_same) < 0.6  # words in common do not tell them


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"is_same": [1, 0]}, "2 labels"),
        ({"is_same": [1, 0, 2]}, "2"),
        ({"is_same": [1, 1, 1]}, "every label is 1"),
        ({"question2": ["a b"]}, "3 texts and question2 1"),
        ({"strength": 0.0}, "strength is 0.0"),
    ],
)
def test_bad_input_is_named(change, said):
    given = {"question1": ["ab cd", "ef", "gh"], "question2": ["ab", "ef ij", "k l"]}
    given |= {"is_same": [1, 0, 1]} | change
    with pytest.raises(ValueError, match=said):
        fit_sparse_pairs(**given)


def test_no_pairs_are_refused(model):
    with pytest.raises(ValueError, match="empty"):
        sparse_logits(model, [], [])
