"""Episodes and their scores, against plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siamese_lib.datasets import OneShotRun
from siamese_lib.evaluation import (
    classify_by_support,
    evaluate_n_way,
    evaluate_runs,
    prototypes,
    sample_episode,
)
from siamese_lib.evaluation.episodes import Sizes, build_tables, draw_episodes


def random(seed=0):
    return np.random.default_rng(seed)


def cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


def classify_loop(support, query):
    chosen = []
    for one in query:
        means = [np.mean([cosine(one, shot) for shot in shots]) for shots in support]
        chosen.append(int(np.argmax(means)))
    return chosen


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_episode_is_what_was_asked_for(data):
    classes = data.draw(st.integers(1, 8), "classes")
    each = data.draw(st.integers(2, 7), "images of a class")
    k_shot = data.draw(st.integers(1, each - 1), "k_shot")
    n_query = data.draw(st.integers(1, each - k_shot), "n_query")
    n_way = data.draw(st.integers(1, classes), "n_way")
    seed = data.draw(st.integers(0, 99), "seed")
    labels = random(seed).permutation(np.repeat(np.arange(classes) * 3 - 5, each))
    sizes = {"n_way": n_way, "k_shot": k_shot, "n_query": n_query}
    support, query = sample_episode(labels, **sizes, rng=random(seed))
    assert support.shape == (n_way, k_shot)
    assert query.shape == (n_way, n_query)
    both = np.concatenate([support, query], axis=1)
    assert len(np.unique(both)) == both.size
    assert (labels[both] == labels[both[:, :1]]).all()
    assert len(np.unique(labels[both[:, 0]])) == n_way
    again = sample_episode(labels, **sizes, rng=random(seed))
    np.testing.assert_array_equal(support, again.support)
    np.testing.assert_array_equal(query, again.query)


def test_classes_of_unequal_size():
    labels = np.repeat(np.arange(4), [3, 4, 9, 30])
    for seed in range(100):
        support, query = sample_episode(labels, n_way=4, k_shot=2, rng=random(seed))
        both = np.concatenate([support, query], axis=1)
        assert (np.sort(labels[both], axis=0) == np.arange(4)[:, None]).all()
        assert len(np.unique(both)) == both.size


@pytest.mark.parametrize("n_query", [1, 2, 3])
def test_support_and_query_come_from_different_drawers(n_query):
    labels = np.repeat(np.arange(6), 12)
    drawer = random().integers(0, 5, size=72)
    for seed in range(50):
        support, query = sample_episode(
            labels, n_way=6, k_shot=2, n_query=n_query, rng=random(seed), drawer=drawer
        )
        for shots, asked in zip(support, query, strict=True):
            assert not set(drawer[shots]) & set(drawer[asked])
            assert len({*shots, *asked}) == 2 + n_query


def test_every_image_has_its_chance():
    labels = np.repeat(np.arange(4), 5)
    counts = np.zeros((2, 20))
    for seed in range(1500):
        episode = sample_episode(labels, n_way=2, k_shot=2, rng=random(seed))
        np.add.at(counts[0], episode.support.ravel(), 1)
        np.add.at(counts[1], episode.query.ravel(), 1)
    # 1,500 draws: each image is in the support 300 times and asked for 150 times on average.
    np.testing.assert_allclose(counts[0], 300, atol=5 * np.sqrt(300))
    np.testing.assert_allclose(counts[1], 150, atol=5 * np.sqrt(150))


def test_episodes_stay_within_a_group_that_is_large_enough():
    labels = np.repeat(np.arange(12), 3)
    groups = np.array([0] * 2 + [1] * 4 + [2] * 6).repeat(3)  # 2, 4 and 6 classes
    tables = build_tables(labels, groups, None)
    support, query = draw_episodes(tables, Sizes(4, 1, 1), 500, random())
    group = groups[np.concatenate([support, query], axis=-1)]
    assert (group == group[:, :1, :1]).all()
    chosen, counts = np.unique(group[:, 0, 0], return_counts=True)
    assert chosen.tolist() == [1, 2]
    assert 200 < counts[0] < 300  # equal chances, not by size


@pytest.mark.parametrize("k_shot", [1, 2, 5])
def test_classify_against_a_loop(k_shot):
    support = random(1).normal(size=(7, k_shot, 4))
    query = random(2).normal(size=(40, 4))
    found = classify_by_support(support, query)
    assert found.tolist() == classify_loop(support, query)
    # The length of an embedding does not matter, and 1-shot is the nearest neighbour.
    scaled = support * random(3).uniform(0.1, 10, size=(7, k_shot, 1))
    assert classify_by_support(scaled, query * 7).tolist() == found.tolist()


def test_equal_classes_go_to_the_first():
    support = np.ones((3, 2, 4))
    assert classify_by_support(support, np.ones((5, 4))).tolist() == [0] * 5


def test_prototypes_by_hand_and_by_loop():
    support = np.array([[[3.0, 0.0], [0.0, 0.5]], [[0.0, -2.0], [0.0, -4.0]]])
    half = np.sqrt(0.5)
    np.testing.assert_allclose(prototypes(support), [[half, half], [0, -1]], atol=1e-6)
    support = random().normal(size=(5, 3, 8))
    for found, shots in zip(prototypes(support), support, strict=True):
        mean = np.mean([shot / np.linalg.norm(shot) for shot in shots], axis=0)
        np.testing.assert_allclose(found, mean / np.linalg.norm(mean), atol=1e-6)


@pytest.fixture
def blobs():
    """Pictures [120, 2, 3] of 12 classes in 2 groups: noise around a centre each."""
    centre = random(5).normal(size=(12, 2, 3))
    labels = np.repeat(np.arange(12), 10)
    images = centre[labels] + random(6).normal(size=(120, 2, 3))
    return images, labels, labels // 6


def flat(images):
    return np.asarray(images).reshape(len(images), -1)


def test_evaluate_against_a_loop(blobs):
    images, labels, groups = blobs
    asked = {"n_way": 5, "k_shot": 3, "episodes": 250, "seed": 4}
    found = evaluate_n_way(flat, images, labels, **asked, within=groups)
    # The same episodes, drawn in the same portions, then scored one query at a time.
    rng, tables = random(4), build_tables(labels, groups, None)
    scores = []
    for count in (100, 100, 50):
        for support, query in zip(*draw_episodes(tables, Sizes(5, 3, 1), count, rng), strict=True):
            chosen = classify_loop(flat(images)[support], flat(images)[query[:, 0]])
            scores.append(np.mean([answer == row for row, answer in enumerate(chosen)]))
    half = 1.96 * np.std(scores, ddof=1) / np.sqrt(250)
    assert found == pytest.approx((np.mean(scores), np.mean(scores) - half, np.mean(scores) + half))


def test_embed_is_called_once_on_everything(blobs):
    images, labels, _ = blobs
    calls = []

    def embed(given):
        calls.append(given)
        return flat(given)

    evaluate_n_way(embed, images, labels, n_way=3, k_shot=1, episodes=210, seed=0)
    assert len(calls) == 1
    np.testing.assert_array_equal(calls[0], images)


def test_perfect_collapsed_and_random_embeddings(blobs):
    images, labels, _ = blobs
    asked = {"n_way": 4, "k_shot": 2, "episodes": 400, "seed": 0}
    perfect = evaluate_n_way(lambda x: np.eye(12)[labels], images, labels, **asked)
    assert perfect == (1, 1, 1)
    collapsed = evaluate_n_way(lambda x: np.ones((120, 8)), images, labels, **asked)
    assert collapsed == (0.25, 0.25, 0.25)  # always the first class: chance
    noise = random(9).normal(size=(120, 8))
    low, high = evaluate_n_way(lambda x: noise, images, labels, **asked)[1:]
    assert low - 0.03 < 0.25 < high + 0.03


def test_interval_covers_the_truth(blobs):
    """Of 40 intervals, about 38 hold the accuracy over very many episodes."""
    images, labels, _ = blobs
    asked = {"n_way": 5, "k_shot": 1}
    truth = evaluate_n_way(flat, images, labels, **asked, episodes=20_000, seed=99).mean
    found = [
        evaluate_n_way(flat, images, labels, **asked, episodes=60, seed=seed) for seed in range(40)
    ]
    assert 34 <= sum(low <= truth <= high for _, low, high in found) <= 40


def test_seed_decides(blobs):
    images, labels, _ = blobs
    asked = {"n_way": 5, "k_shot": 1, "episodes": 50}
    one = evaluate_n_way(flat, images, labels, **asked, seed=1)
    assert one == evaluate_n_way(flat, images, labels, **asked, seed=1)
    assert one != evaluate_n_way(flat, images, labels, **asked, seed=2)


def test_runs_against_a_loop():
    runs = [
        OneShotRun(
            support=random(i).normal(size=(3 + i, 2, 2)),
            query=random(i + 50).normal(size=(4, 2, 2)),
            answer=random(i + 90).integers(0, 3 + i, size=4),
        )
        for i in range(5)
    ]
    right = []
    for run in runs:
        chosen = classify_loop(flat(run.support)[:, None], flat(run.query))
        right += [a == b for a, b in zip(chosen, run.answer, strict=True)]
    assert evaluate_runs(flat, runs) == pytest.approx(np.mean(right))


LABELS = np.repeat(np.arange(4), 3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n_way": 5}, "n_way is 5 but there are 4 classes"),
        ({"n_way": 0}, "n_way is 0"),
        ({"k_shot": 3}, "class 0 has 3 images.*2 from other images.*k_shot=3"),
        ({"k_shot": 0}, "k_shot is 0"),
        ({"n_query": 3}, "class 0 has 3 images.*n_query=3.*0 from"),
        ({"n_query": -1}, "n_query is -1"),
        ({"drawer": [0] * 12}, "class 0 has 3 images.*0 from other drawers"),
        ({"drawer": [0, 1]}, r"drawer has shape \(2,\) for 12 labels"),
        ({"labels": []}, r"labels has shape \(0,\)"),
        ({"labels": LABELS.reshape(4, 3)}, r"labels has shape \(4, 3\)"),
    ],
)
def test_bad_episode(changed, message):
    asked = {"labels": LABELS, "n_way": 2, "k_shot": 1, "n_query": 1, "rng": random()} | changed
    with pytest.raises(ValueError, match=message):
        sample_episode(asked.pop("labels"), **asked)


GOOD = np.ones((12, 2))
NAN = np.where(np.arange(24).reshape(12, 2) == 7, np.nan, 1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"embed": lambda x: NAN}, "holds nan"),
        ({"embed": lambda x: np.where(np.isnan(NAN), np.inf, 1)}, "holds inf"),
        ({"embed": lambda x: GOOD[:5]}, "5 embeddings for 12 images"),
        ({"embed": lambda x: np.ones((12, 2, 2))}, r"shape \(12, 2, 2\)"),
        ({"embed": lambda x: np.ones((12, 0))}, "is empty"),
        ({"images": np.ones((11, 2))}, r"images has shape \(11, 2\) for 12 labels"),
        ({"within": [0, 1]}, r"within has shape \(2,\) for 12 labels"),
        ({"within": np.arange(12)}, "class 0 is in more than one group"),
        ({"within": LABELS, "n_way": 2}, "n_way is 2 but there are 1 classes"),
        ({"drawer": np.zeros(12)}, "0 from other drawers"),
        ({"n_way": 9}, "n_way is 9"),
        ({"k_shot": 8}, "k_shot=8"),
        ({"episodes": 1}, "episodes is 1"),
        ({"labels": []}, r"labels has shape \(0,\)"),
    ],
)
def test_bad_evaluation(changed, message):
    asked = {"embed": lambda x: GOOD, "images": GOOD, "labels": LABELS, "n_way": 2, "k_shot": 1}
    asked |= {"episodes": 5, "seed": 0} | changed
    first = [asked.pop(name) for name in ("embed", "images", "labels")]
    with pytest.raises(ValueError, match=message):
        evaluate_n_way(*first, **asked)


@pytest.mark.parametrize(
    ("support", "query", "message"),
    [
        (np.ones((3, 2)), np.ones((1, 2)), r"support has shape \(3, 2\)"),
        (np.ones((3, 1, 2)), np.ones(2), r"query has shape \(2,\)"),
        (np.ones((3, 1, 2)), np.ones((1, 4)), "support has 2 dimensions and query 4"),
        (np.ones((0, 1, 2)), np.ones((1, 2)), "support is empty"),
        (np.ones((3, 1, 2)), np.ones((0, 2)), "query is empty"),
        (np.full((3, 1, 2), np.nan), np.ones((1, 2)), "support holds nan"),
        (np.ones((3, 1, 2)), np.full((1, 2), np.inf), "query holds inf"),
    ],
)
def test_bad_embeddings(support, query, message):
    with pytest.raises(ValueError, match=message):
        classify_by_support(support, query)


def test_bad_prototypes_and_runs():
    with pytest.raises(ValueError, match=r"support has shape \(3, 2\)"):
        prototypes(np.ones((3, 2)))
    with pytest.raises(ValueError, match="support holds nan"):
        prototypes(np.full((1, 1, 2), np.nan))
    with pytest.raises(ValueError, match="runs is empty"):
        evaluate_runs(flat, [])
    run = OneShotRun(np.ones((2, 2, 2)), np.ones((2, 2, 2)), np.array([0, 1]))
    with pytest.raises(ValueError, match="3 embeddings for 4 images"):
        evaluate_runs(lambda x: np.ones((3, 2)), [run])
