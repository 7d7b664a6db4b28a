"""The nearest vectors against a full sort, over sizes that fill blocks and groups or do not."""

import numpy as np
import pytest

from siamese_lib.evaluation import build_index, nearest, retrieval


def data(q, n, dim=5, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(q, dim)).astype(np.float32), rng.normal(size=(n, dim)).astype("f")


@pytest.mark.parametrize("n", [1, 3, 7, 8, 40, 41, 64, 199])
@pytest.mark.parametrize("k", [1, 3, 12])
def test_it_equals_a_full_sort(n, k, monkeypatch):
    monkeypatch.setattr(retrieval, "BLOCK", 3)
    monkeypatch.setattr(retrieval, "GROUP", 8)
    monkeypatch.setattr(retrieval, "QUERIES", (2, 4))
    retrieval._search.clear_cache()
    queries, vectors = data(9, n)
    k = min(k, n)
    similarity, row = nearest(queries, vectors, k=k)
    table = queries @ vectors.T
    np.testing.assert_allclose(similarity, -np.sort(-table, axis=1)[:, :k], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(row, np.argsort(-table, axis=1)[:, :k])
    retrieval._search.clear_cache()


def test_it_equals_a_full_sort_at_its_own_sizes():
    queries, vectors = data(3, 40_000, dim=8)
    similarity, row = nearest(queries, vectors, k=10)
    table = queries @ vectors.T
    np.testing.assert_allclose(similarity, -np.sort(-table, axis=1)[:, :10], rtol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(table, row, axis=1), similarity, rtol=1e-5)


def test_all_the_best_may_lie_in_one_group_and_equals_come_once_each():
    vectors = np.zeros((20_000, 2), np.float32)
    vectors[5000:5010, 0] = np.arange(1, 11)
    similarity, row = nearest(np.array([[1, 0]], np.float32), vectors, k=12)
    np.testing.assert_array_equal(similarity[0], [*range(10, 0, -1), 0, 0])
    assert len(set(row[0].tolist())) == 12


@pytest.mark.parametrize(
    ("queries", "vectors", "k", "message"),
    [
        (np.ones((2, 3)), np.ones((4, 2)), 1, r"\(2, 3\) and vectors \(4, 2\)"),
        (np.ones((2, 3)), np.ones((4, 3)), 5, "k is 5, but there are 4"),
        (np.ones((2, 3)), np.ones((4, 3)), 0, "k is 0"),
        (np.ones(3), np.ones((4, 3)), 1, "queries"),
        (np.full((1, 3), np.nan), np.ones((4, 3)), 1, "nan"),
    ],
)
def test_bad_input_is_quoted(queries, vectors, k, message):
    with pytest.raises(ValueError, match=message):
        nearest(queries, vectors, k=k)


def test_an_index_is_searched_like_its_vectors_and_is_a_copy():
    queries, vectors = data(5, 300)
    expected = nearest(queries, vectors, k=4)
    index = build_index(vectors)
    vectors[:] = 0
    for a, b in zip(nearest(queries, index, k=4), expected, strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="nan"):
        build_index(np.full((3, 2), np.nan))


def test_few_queries_share_one_program_and_an_index_is_looked_through_once(monkeypatch):
    looked = []
    check = retrieval.require_finite
    monkeypatch.setattr(retrieval, "require_finite", lambda **a: looked.extend(a) or check(**a))
    programs, search = set(), retrieval._search  # one for each shape, k and size

    def spy(q, vectors, k, size):
        programs.add((q.shape, q.dtype, vectors.shape, k, size))
        return search(q, vectors, k, size)

    monkeypatch.setattr(retrieval, "_search", spy)
    queries, vectors = data(16, 3000)
    index = build_index(vectors)
    for q in (1, 2, 3, 7, 16):
        similarity, row = nearest(queries[:q], index, k=3)
        assert similarity.shape == row.shape == (q, 3)
    assert len(programs) == 1
    assert looked == ["vectors"] + ["queries"] * 5
