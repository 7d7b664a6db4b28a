"""The benchmark of false negatives: its loss is the library's, its batches hold what they say."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks.quality import false_negatives as benchmark
from benchmarks.quality.false_negatives_data import Data
from siamese_lib import text
from siamese_lib.energy import l2_normalize
from siamese_lib.losses import info_nce_loss, modified_triplet_loss

ROOT = Path(__file__).parents[2]

A, P = l2_normalize(np.random.default_rng(0).normal(size=(2, 9, 5)))
OTHERS = ~jnp.eye(9, dtype=bool)


@pytest.mark.parametrize("negatives", ["closest", "hardest"])
def test_with_every_other_row_counted_it_is_the_library_s_loss(negatives):
    ours = benchmark.row_losses(A @ P.T, OTHERS, negatives)
    library = modified_triplet_loss(
        A, P, negatives=negatives, margin=benchmark.MARGIN, reduction="none"
    )
    assert np.allclose(ours, library, atol=1e-6)


def test_info_nce_is_the_library_s_and_the_halves_add_up():
    of = {name: benchmark.row_losses(A @ P.T, OTHERS, name) for name in benchmark.NEGATIVES}
    library = info_nce_loss(A, P, temperature=benchmark.TEMPERATURE)
    assert np.allclose(of["InfoNCE"], library, atol=1e-5)
    alone = benchmark.row_losses(A @ P.T, OTHERS, "hardest alone")
    assert np.allclose(of["mean"] + alone, of["hardest"], atol=1e-6)


@pytest.mark.parametrize("negatives", benchmark.NEGATIVES)
def test_what_is_left_out_is_not_there(negatives):
    """The loss of a batch whose last three rows are left out as negatives of the first six."""
    few = OTHERS & ~jnp.zeros((9, 9), bool).at[:6, 6:].set(True)
    left_out = benchmark.row_losses(A @ P.T, few, negatives)[:6]
    alone = benchmark.row_losses(A[:6] @ P[:6].T, OTHERS[:6, :6], negatives)
    assert np.allclose(left_out, alone, atol=1e-5)
    push = jax.grad(lambda p: benchmark.row_losses(A @ p.T, few, negatives)[:6].sum())(P)
    assert np.array_equal(push[6:], np.zeros((3, 5)))


@pytest.mark.parametrize("per_class", [1, 4, None, 0.5])
def test_batches_hold_as_many_of_a_class_as_asked(per_class):
    label = np.repeat(np.arange(40), 5)
    pairs = np.argwhere(np.triu(label[:, None] == label, 1))
    data = Data(None, label, pairs, None, 0, 0, None)
    rows = benchmark.draw(data, 32, per_class, np.random.default_rng(0))
    assert np.array_equal(label[rows[0]], label[rows[1]]) and (rows[0] != rows[1]).all()
    counts = np.unique(label[rows[0]], return_counts=True)[1]
    assert rows.shape == (2, 32)
    if per_class is None:
        assert len(set(counts)) > 1
    elif per_class >= 1:
        assert set(counts) == {per_class}
    else:
        assert 2 * (counts == 2).sum() == per_class * 32 and counts.max() == 2


def test_the_stored_figures_are_what_the_notebooks_say_they_are():
    stored = json.loads(
        (ROOT / "siamese_lib" / "data" / "results" / "false_negatives.json").read_text()
    )
    assert set(stored) == set(benchmark.PARTS)
    for part in stored.values():
        assert {"processor", "cores", "python", "jax", "flax", "optax"} <= set(part["machine"])
        assert len(part["seeds"]) >= 3
        for cell in part["cells"]:
            assert (cell["false"]["rows"] == 0) == (cell["pairs_per_class"] == 1)
            if "harm" in cell:
                aucs = (np.array(cell[name]["auc"]["seeds"]) for name in ("left out", "counted"))
                assert np.allclose(np.subtract(*aucs), cell["harm"]["seeds"], atol=2e-4)
    assert sum(part["processor_seconds"] for part in stored.values()) < 3600


def test_docstring_and_comment_have_the_stored_figures():
    stored = json.loads(
        (ROOT / "siamese_lib" / "data" / "results" / "false_negatives.json").read_text()
    )
    every_row = stored["lstm"]["cells"][2]
    assert every_row["pairs_per_class"] == 4 and every_row["false"]["rows"] == 1
    assert f"{every_row['harm']['mean']:.2f}"[1:] + " of AUC" in text.duplicate_batches.__doc__
    harmless = [c for c in stored["questions"]["cells"] if c["pairs_per_class"] == "at random"]
    assert max(c["false"]["rows"] for c in harmless) == pytest.approx(0.24, abs=0.005)
    assert all(abs(c["harm"]["mean"]) < 0.004 for c in harmless if c["loss"] != "mean")
