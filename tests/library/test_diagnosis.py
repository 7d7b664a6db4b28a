"""Every failure is named in a real run, healthy runs are left in peace, on data not built on."""

import json
import re
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from benchmarks.quality import diagnosis as benchmark
from benchmarks.quality import diagnosis_runs as failures
from siamese_lib.datasets import balanced_batches
from siamese_lib.energy import euclidean_distance, l2_normalize
from siamese_lib.evaluation import roc_auc
from siamese_lib.losses import contrastive_loss
from siamese_lib.training import diagnose, diagnosis, encode, fit
from siamese_lib.training.evidence import labelled_pairs
from siamese_lib.training.findings import CURES

ROOT = Path(__file__).parents[2]

FINE = {"loss": [0.9, 0.5, 0.3]}
rng = np.random.default_rng(0)
ROWS = l2_normalize(rng.normal(size=(60, 8)))
# Neither these data nor these seeds were looked at when the thresholds were set.
SEEDS = {"glyphs": 20, "faces": 21}


@pytest.fixture(scope="module")
def sources():
    return {name: failures.data(name, seed) for name, seed in SEEDS.items()}


def train(sources, name, way):
    loss, changes = way
    return failures.run(sources[name], loss, SEEDS[name], **changes)


def found(*arguments, **evidence):
    return [finding.name for finding in diagnose(*arguments, **evidence)]


BROKEN = [
    ("collapse", "positives only", "faces"),
    ("wrong axis", "whole batch, InfoNCE", "glyphs"),
    ("wrong axis", "columns, modified triplet", "faces"),
    ("NaN", "bare root", "glyphs"),
    ("no triplets", "each class once", "glyphs"),
    ("no triplets", "rows for labels", "faces"),
    ("flipped labels", "contrastive", "glyphs"),
    ("flipped labels", "triplet", "faces"),
    ("margin too large", "triplet, 3", "glyphs"),
    ("margin too large", "contrastive, 6", "faces"),
    ("learning rate too high", "contrastive, 0.3", "glyphs"),
    ("learning rate too high", "triplet, squared distance, 3.0", "faces"),
    ("false negatives", "InfoNCE, 4 classes", "glyphs"),
]


@pytest.mark.parametrize(("failure", "way", "name"), BROKEN)
def test_a_broken_run_is_named_and_nothing_else_is(failure, way, name, sources):
    run = train(sources, name, failures.BROKEN[failure][way])
    by_curve, with_evidence = benchmark.verdicts(run, way)
    assert failure in with_evidence and set(with_evidence) <= {failure, "collapse"}
    if failure in benchmark.BY_CURVE:
        assert by_curve == [failure]


@pytest.mark.parametrize("way", failures.HEALTHY)
@pytest.mark.parametrize("name", SEEDS)
def test_a_healthy_run_is_left_in_peace(way, name, sources):
    run = train(sources, name, failures.HEALTHY[way])
    assert benchmark.verdicts(run, way) == ([], [])


def test_every_failure_of_the_issue_is_in_the_runs_or_in_the_splits():
    splits = benchmark.splits(np.repeat(np.arange(9), 4), np.random.default_rng(0))
    assert set(failures.BROKEN) | set(splits) - {"healthy"} == set(CURES)
    assert {failure for failure, _, _ in BROKEN} == set(failures.BROKEN)


@pytest.mark.parametrize("seed", range(5))
def test_failures_of_the_evaluation_and_sound_splits(seed):
    rng = np.random.default_rng(seed)
    group = rng.permutation(np.repeat(np.arange(12), 6))
    for failure, split in benchmark.splits(group, rng).items():
        expected = [] if failure == "healthy" else [failure]
        assert found(FINE, ROWS, group=group, **split) == expected, failure
        without = found(FINE, ROWS, **{**split, "group": None})
        assert without == ([] if failure == "leaky split" else expected)


def test_the_thresholds_are_those_that_were_frozen_and_held():
    stored = json.loads((ROOT / "siamese_lib" / "data" / "results" / "diagnosis.json").read_text())
    for kind in ("build", "held-out"):
        assert stored[kind]["thresholds"] == benchmark.thresholds()
    assert not set(stored["build"]["data"]) & set(stored["held-out"]["data"])
    assert not set(stored["build"]["seeds"]) & set(stored["held-out"]["seeds"])
    assert stored["held-out"]["summary"] == benchmark.summary(stored["held-out"]["runs"])


class Tower(nnx.Module):
    def __init__(self, normalise):
        self.dense, self.normalise = nnx.Linear(8, 4, rngs=nnx.Rngs(0)), normalise

    def __call__(self, x):
        return self.normalise(self.dense(x))


def fitted(normalise, epochs=2):
    """A run of fit, and embeddings from encode, of points around 20 centres."""
    label = np.repeat(np.arange(20), 4)
    x = (rng.normal(size=(20, 8))[label] + 0.1 * rng.normal(size=(80, 8))).astype(np.float32)

    def loss(model, rows, is_same):
        h = model(rows)
        return contrastive_loss(euclidean_distance(h[::2], h[1::2]), is_same).mean()

    def batches(epoch):
        for rows in balanced_batches(label, classes=10, per_class=4, steps=30, seed=epoch):
            rows = np.concatenate([rows, np.roll(rows, 1)])  # each second pair of these differs
            yield x[rows], (label[rows[::2]] == label[rows[1::2]]).astype(np.int32)

    model = Tower(normalise)
    history = fit(
        model, loss, batches, epochs=epochs, optimizer=optax.adam(1e-2), progress=False
    )  # fmt: skip
    return history, model, x, label


def test_it_takes_what_fit_and_encode_return():
    history, model, x, label = fitted(l2_normalize)
    before = json.dumps(history)
    assert found(history, encode(model, x), labels=label) == []
    assert json.dumps(history) == before
    for rows in (80, 300, 256):  # encode passes 256 rows at a time, repeating where there are fewer
        wrong = Tower(lambda y: y / jnp.sqrt((y**2).sum()))
        embeddings = encode(wrong, np.resize(x, (rows, 8)))
        assert found(history, embeddings) == ["wrong axis"]


def test_not_a_number_is_told_from_an_explosion():
    (finding,) = diagnose({"loss": [0.5, 0.4, np.nan, np.nan]}, np.full((5, 2), np.nan))
    assert finding.name == "NaN" and "from step 2 on, right after a loss of 0.4" in finding.evidence
    assert found({"loss": [0.5, 0.4]}, np.full((5, 2), np.nan)) == ["NaN"]
    assert found({"loss": [np.nan]}, ROWS) == ["NaN"]
    (finding,) = diagnose({"loss": [0.5, 80.0, np.inf]}, np.full((5, 2), np.nan))
    assert finding.name == "learning rate too high" and "0.5 to 80 at step 1" in finding.evidence


def test_a_rise_that_was_got_over_does_not_explain_a_nan_and_one_that_was_not_does():
    (finding,) = diagnose({"loss": [0.5, 1.2, *[0.3] * 100, np.nan]}, ROWS)
    assert (
        finding.name == "NaN" and "from step 102 on, right after a loss of 0.3" in finding.evidence
    )
    (finding,) = diagnose({"loss": [0.5, 80.0, *[9.0] * 100, np.nan]}, ROWS)
    assert finding.name == "learning rate too high" and "0.5 to 80 at step 1" in finding.evidence


def test_embeddings_that_are_not_finite_are_counted_where_the_losses_are():
    rows = np.array(ROWS)
    rows[[3, 7], [0, 1]] = np.nan, np.inf
    (finding,) = diagnose(FINE, rows, labels=np.arange(60) % 5, margin=0.25)
    assert finding.name == "NaN"
    assert finding.evidence == "All losses are finite, but 2 of 60 embeddings are not."
    assert found({"loss": [0.5, 80.0]}, rows) == ["learning rate too high"]


def test_flipped_labels_that_ended_in_collapse_are_said_too():
    near = np.array([1.0, 0, 0]) + 0.01 * np.repeat(rng.normal(size=(4, 3)), 3, axis=0)
    own = np.repeat(np.arange(4), 3)
    assert found(FINE, near) == found(FINE, near, labels=own) == ["collapse"]
    swapped = np.tile(np.arange(4), 3)
    assert found(FINE, near, labels=swapped) == ["flipped labels", "collapse"]


def test_a_good_start_is_no_explosion():
    assert found({"loss": [0.001, 0.05, 0.01]}, ROWS) == []


def test_the_spread_is_the_mean_distance_of_all_pairs():
    unit = np.asarray(ROWS, float)
    by_loop = np.mean([1 - a @ b for a in unit for b in unit])
    assert diagnosis._spread(unit) == pytest.approx(by_loop, abs=1e-6)
    assert diagnosis._spread(np.tile(unit[:1], (9, 1))) == pytest.approx(0, abs=1e-6)
    assert diagnosis._spread(np.zeros((9, 2))) == 0


def test_the_auc_of_flipped_labels_is_said():
    label = np.repeat(np.arange(4), 3)
    near = np.eye(4)[label] + 0.01 * rng.normal(size=(12, 4))
    assert found(FINE, near, labels=label) == []
    (finding,) = diagnose(FINE, near, labels=np.tile(np.arange(4), 3))
    assert finding.name == "flipped labels"
    share = re.search(r"in (\d+)% of cases", finding.evidence)[1]
    assert int(share) < 65
    assert finding.cure == CURES["flipped labels"]


@pytest.mark.parametrize("classes", [2, 20, 2000])
def test_above_500_rows_there_are_pairs_of_both_kinds(classes):
    label = rng.permutation(np.repeat(np.arange(classes), 4000 // classes))
    near = l2_normalize(rng.normal(size=(classes, 32))[label] + 0.1 * rng.normal(size=(4000, 32)))
    assert found(FINE, near, labels=label) == []
    assert found(FINE, near, labels=rng.permutation(label)) == ["flipped labels"]
    i, j = labelled_pairs(label, 500)
    same = label[i] == label[j]
    assert same.sum() == 500 and 400 < (~same).sum() <= 500 and (i != j).all()
    # On rows without structure they are a fair sample: the AUC of all pairs, about one half.
    odd = rng.normal(size=(4000, 32))
    auc = roc_auc((odd[i] * odd[j]).sum(axis=1), same.astype(int))
    assert auc == pytest.approx(0.5, abs=0.08)


def test_one_pair_and_one_stranger_among_many_rows_are_found():
    for label in (np.r_[0, np.arange(999)], np.r_[np.zeros(999, int), 1]):
        i, j = labelled_pairs(label, 500)
        assert set(label[i] == label[j]) == {True, False}


def test_labels_are_judged_by_the_distance_that_was_trained():
    label = np.repeat(np.arange(20), 10)
    on_a_ray = np.c_[label + 1 + 0.05 * rng.normal(size=200), 0.3 * rng.normal(size=200)]
    assert found(FINE, on_a_ray, labels=label) == ["flipped labels"]
    assert found(FINE, on_a_ray, labels=label, distance=euclidean_distance) == []


def test_a_run_that_learned_nothing_did_not_learn_from_flipped_labels():
    label = np.arange(60) % 5
    assert found({"loss": [0.9, 0.5, 0.3]}, ROWS, labels=label) == ["flipped labels"]
    assert found({"loss": [0.693] * 300}, ROWS, labels=label) == []


def test_a_loss_that_began_at_0_has_no_start_to_be_compared_with():
    assert found({"loss": [0.0, 1, 1, 1, 1, 1]}, ROWS) == []
    assert found({"loss": [-0.5, 0.9, 1, 1, 1, 1]}, ROWS) == []


def test_a_margin_within_and_out_of_reach():
    assert found(FINE, ROWS, margin=0.25) == []
    assert found(FINE, ROWS, margin=1.0, distance=euclidean_distance) == []
    (finding,) = diagnose(FINE, ROWS, margin=2.5)
    assert finding.name == "margin too large" and "100% of all pairs" in finding.evidence
    stuck = {"loss": [6.0, 5.5] + [5.1] * 8}
    assert found(stuck, ROWS) == ["margin too large"]
    assert found(stuck, ROWS, margin=0.25) == []  # where the margin is known, it decides
    assert found(stuck, ROWS + 1) == []  # not spread out yet: still on its way


def test_false_negatives_are_counted():
    (finding,) = diagnose(FINE, ROWS, batch=[1, 1, 1, 2, 3, 3])
    assert "83% of the batch's rows" in finding.evidence and "1.3 times" in finding.evidence
    assert found(FINE, ROWS, batch=np.arange(40)) == []
    assert found(FINE, ROWS, batch=[0, *range(40)]) == []  # 2 rows of 41: by chance


def test_shares_of_rows_are_said():
    group = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    apart = {"train_rows": [0, 2], "test_rows": [1, 4, 5, 6], "group": group}
    (finding,) = diagnose(FINE, ROWS, **apart)
    assert finding.name == "leaky split" and finding.evidence.startswith("25% of the test rows")
    few = {"train_rows": [5], "threshold_rows": [1005], "test_rows": np.arange(5, 1005)}
    (finding,) = diagnose(FINE, ROWS, **few)
    assert finding.evidence == "1 of 1000 test rows were trained on."
    (finding,) = diagnose(FINE, ROWS, **{**few, "train_rows": np.arange(6, 1005)})
    assert finding.evidence == "999 of 1000 test rows were trained on."
    names = found(FINE, ROWS, train_rows=[0, 1], threshold_rows=[1], test_rows=[1, 2])
    assert names == ["evaluation on training data", "threshold chosen on test data"]


@pytest.mark.parametrize(
    ("history", "embeddings", "evidence", "said"),
    [
        ({"epoch_loss": [1.0]}, ROWS, {}, r"no loss, only \['epoch_loss'\]; give what fit"),
        ({"loss": []}, ROWS, {}, "holds the loss of 0 steps"),
        (FINE, ROWS[0], {}, r"embeddings has shape \(8,\); give \[n, dim\]"),
        (FINE, ROWS[:1], {}, "embeddings has 1 row"),
        (FINE, ROWS, {"labels": [1, 2]}, "2 labels for 60 embeddings"),
        (FINE, ROWS, {"labels": np.arange(60)}, "not make pairs of both kinds"),
        (FINE, ROWS, {"margin": -1}, "margin is -1"),
        (None, ROWS, {}, "history is a NoneType; give the dict"),
        ([0.9, 0.5], ROWS, {}, "history is a list; give the dict"),
        ({"loss": None}, ROWS, {}, r"history\['loss'\] has shape \(\); give one float per step"),
        ({"loss": 1.0}, ROWS, {}, r"history\['loss'\] has shape \(\)"),
        ({"loss": [[1.0, 2.0]]}, ROWS, {}, r"history\['loss'\] has shape \(1, 2\)"),
        ({"loss": ["low"]}, ROWS, {}, r"history\['loss'\] cannot become an array .*'low'"),
        (FINE, [[1.0, 2.0], [3.0]], {}, "embeddings cannot become an array .*give floats"),
        (FINE, ROWS, {"batch": []}, r"batch has shape \(0,\); give one class per row"),
        (FINE, ROWS, {"batch": 3}, r"batch has shape \(\); give one class per row"),
        (FINE, ROWS, {"batch": np.array([1, "a", None], object)}, "batch mixes kinds of entries"),
        (FINE, ROWS, {"labels": [[1, 2], [3]]}, "labels cannot become an array"),
        (FINE, ROWS, {"margin": 0.2, "distance": "cosine"}, r"distance is 'cosine'; give a func"),
        (FINE, ROWS, {"distance": lambda x, y: x @ y.T}, r"into one of shape \(3, 3\)"),
        (FINE, ROWS, {"distance": lambda x, y: 0.5}, r"into one of shape \(\)"),
        (
            FINE,
            ROWS,
            {"train_rows": np.arange(9) < 3, "test_rows": [1]},
            r"train_rows is a mask, shape \(9,\); give np.flatnonzero",
        ),
        (
            FINE,
            ROWS,
            {"train_rows": [0], "test_rows": [1], "group": np.eye(2)},
            r"group has shape \(2, 2\)",
        ),
        (FINE, ROWS, {"group": [1, 2]}, "group is given without train_rows and test_rows"),
        (FINE, ROWS, {"group": [1, 2], "test_rows": [1]}, "group is given without train_rows;"),
        (FINE, ROWS, {"threshold_rows": [1]}, "threshold_rows is given without test_rows"),
        # Where an earlier check fires, later evidence is looked at all the same.
        (FINE, np.ones((60, 3)), {"margin": -1}, "margin is -1"),
        ({"loss": [np.nan]}, ROWS, {"labels": [1, 2]}, "2 labels for 60 embeddings"),
        (FINE, ROWS, {"train_rows": [0.5], "test_rows": [1]}, "train_rows is .*row numbers"),
        (FINE, ROWS, {"threshold_rows": [-1], "test_rows": [1]}, "threshold_rows is .*0 or more"),
        (FINE, ROWS, {"train_rows": [0], "test_rows": [9], "group": [1, 2]}, "group has 2 entries"),
    ],
)
def test_bad_input_is_quoted(history, embeddings, evidence, said):
    with pytest.raises(ValueError, match=said) as caught:
        diagnose(history, embeddings, **evidence)
    assert len(str(caught.value)) < 300  # no array is printed whole
