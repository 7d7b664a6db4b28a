"""What fit is given: loaders' batches, labels of another kind, endless streams, addresses."""

import itertools
import os
import stat
import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from siamese_lib.energy import euclidean_distance
from siamese_lib.losses import contrastive_loss, hardest_triplets, mean_of_real, triplet_loss
from siamese_lib.training import fit, load, save

rng = np.random.default_rng(0)
X1, X2 = rng.normal(size=(2, 8, 4)).astype(np.float32)
SAME = np.array([1, 0] * 4)


def model():
    return nnx.Linear(4, 3, rngs=nnx.Rngs(0))


def loss(m, x1, x2, is_same):
    return contrastive_loss(euclidean_distance(m(x1), m(x2)), is_same).mean()


def mined(m, x, labels):
    h, found = m(x), hardest_triplets(jax.lax.stop_gradient(m(x)), labels)
    a, p, n = (h[rows] for rows in found[:3])
    return mean_of_real(triplet_loss(a, p, n), found.is_real)


def by_chance(m, x, key):
    return jnp.square(m(x + jax.random.normal(key, x.shape))).mean()


@pytest.mark.parametrize("key", [jax.random.key(0), jax.random.PRNGKey(0)], ids=["typed", "raw"])
def test_a_key_for_random_numbers_may_be_part_of_a_batch(key):
    history = fit(model(), by_chance, lambda epoch: [(X1, key)], epochs=1, progress=False)
    assert np.isfinite(history["loss"]).all()


def run(batches, loss=loss, **options):
    return fit(model(), loss, batches, epochs=1, progress=False, **options)


class Tensor:
    """Stands in for another library's: it has a shape, can be indexed, and is no array."""

    __module__ = "torch"
    shape = (8, 4)

    def numpy(self):
        return X1

    def __array__(self, dtype=None, copy=None):
        return X1


GOOD = (X1, X2, SAME)
REFUSED = {
    "a list in place of a function": ([GOOD], "batches is a list of 1; give a function that"),
    "a generator": ((b for b in [GOOD]), "batches is a generator; give a function that"),
    "a function that gives nothing": (lambda e: None, r"batches\(0\) gave a NoneType; return"),
    "a function that gives a dict": (lambda e: {"x": X1}, r"gave a dict of \['x'\]"),
    "a number": (lambda e: 3, r"batches\(0\) gave a int"),
    "an array for a batch": (lambda e: [X1], r"a batch is a numpy.ndarray of shape \(8, 4\)"),
    "a whole array": (lambda e: X1, r"a batch is a numpy.ndarray of shape \(4,\).*\(array,\)"),
    "a list for a batch": (lambda e: [[X1, X2, SAME]], r"a batch is a list of 3;.*tuple\(batch\)"),
    "a dict for a batch": (
        lambda e: [{"a": X1, "b": X2}],
        r"a batch is a dict of \['a', 'b'\];.*\(batch\['name'\], ...\)",
    ),
    "a tensor for a batch": (lambda e: [Tensor()], r"a batch is a torch.Tensor of shape \(8, 4\)"),
    "tensors in a batch": (
        lambda e: [(X1, Tensor(), SAME)],
        r"part 1 of a batch is a torch.Tensor of shape \(8, 4\).*tensor.numpy\(\) makes an array",
    ),
    "words": (lambda e: [(X1, X2, np.array(["yes"] * 8))], "part 2 of a batch holds words"),
    "a list of words": (lambda e: [(X1, X2, ["yes"] * 8)], "part 2 of a batch is a str"),
    "objects": (lambda e: [(X1, X2, np.array([None] * 8))], "part 2 of a batch holds words or ob"),
    "nothing": (lambda e: [(X1, None, SAME)], "part 1 of a batch is a NoneType"),
    "labels of -1 and 1": (lambda e: [(X1, X2, 2 * SAME - 1)], "is_same holds .*-1.*; give 1 for"),
    "labels of 1 and 2": (lambda e: [(X1, X2, SAME + 1)], "is_same holds .*2.*; give 1 for same"),
    "NaN among the labels": (
        lambda e: [(X1, X2, np.where(SAME, 1.0, np.nan))],
        "part 2 of the first batch holds NaN",
    ),
    "NaN among the inputs": (lambda e: [(X1 * np.nan, X2, SAME)], "part 0 of the first batch hol"),
}


@pytest.mark.parametrize(("batches", "said"), REFUSED.values(), ids=REFUSED)
def test_what_fit_does_not_take_is_named_with_what_to_give(batches, said):
    with pytest.raises(ValueError, match=said):
        run(batches)


def test_ids_that_jax_would_cut_are_refused_and_small_ones_of_64_bits_are_not():
    labels = np.repeat(np.arange(4), 2)
    assert run(lambda e: [(X1, labels.astype(np.int64))], mined)["loss"][0] > 0
    with pytest.raises(ValueError, match=r"part 1 .* up to 4294967299, which jax would cut"):
        run(lambda e: [(X1, labels + 2**32)], mined)
    with pytest.raises(ValueError, match="which jax would cut to 32 bits"):
        run(lambda e: [(X1, labels.astype(np.uint64) + np.uint64(2**63))], mined)


def test_a_later_batch_is_looked_at_for_its_kind():
    with pytest.raises(ValueError, match="a batch is a list of 3"):
        run(lambda e: [GOOD, list(GOOD)])


def test_numbers_and_trees_of_arrays_may_be_parts():
    def weighted(m, x, pair, weight):
        return weight * loss(m, x, pair["x2"], pair["is_same"])

    history = run(lambda e: [(X1, {"x2": X2, "is_same": SAME}, 0.5)], weighted)
    assert history["loss"][0] == pytest.approx(0.5 * run(lambda e: [GOOD])["loss"][0], rel=1e-5)


def test_looking_at_the_first_batch_changes_nothing():
    class Noisy(nnx.Module):
        def __init__(self):
            self.dense, self.dropout = nnx.Linear(4, 3, rngs=nnx.Rngs(0)), nnx.Dropout(0.5)
            self.norm = nnx.BatchNorm(3, rngs=nnx.Rngs(0))
            self.rngs = nnx.Rngs(1)

        def __call__(self, x):
            return self.norm(self.dropout(self.dense(x), rngs=self.rngs))

    def looked(look):
        m = Noisy()
        with pytest.MonkeyPatch.context() as patch:
            if not look:
                patch.setattr("siamese_lib.training.loop.look_at_first", lambda *_: None)
            return fit(m, loss, lambda e: [GOOD] * 3, epochs=2, progress=False)["loss"]

    assert looked(True) == looked(False)


def test_a_bar_reads_an_epoch_as_the_steps_go_and_learns_its_length():
    drawn, totals = [], []

    class Stop(Exception):
        pass

    def endless(epoch):
        for k in itertools.count():
            drawn.append(k)
            yield GOOD
            if k == 5:
                raise Stop

    with pytest.raises(Stop):
        fit(model(), loss, endless, epochs=1, progress=True)
    assert drawn == list(range(6))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tqdm.auto.tqdm", lambda stream, total, **_: totals.append(total) or stream)
        fit(model(), loss, lambda e: (GOOD for _ in range(3)), epochs=3, progress=True)
    assert totals == [None, 3, 3]


@pytest.mark.parametrize("address", ["hdfs:/a/b", "https://host/run", "file:///run"])
def test_an_address_that_nothing_writes_to_is_refused_before_anything_is_made(
    address, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=f"checkpoint is '{address}'; give a folder, or gs://bu"):
        run(lambda e: [GOOD], checkpoint=address)
    assert not list(tmp_path.iterdir())


def test_an_address_whose_package_is_missing_says_which(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(ValueError, match=r"'s3://bucket/run', which cannot be opened.*s3fs"):
        run(lambda e: [GOOD], checkpoint="s3://bucket/run")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_said_before_the_training(tmp_path):
    (tmp_path / "file").write_text("in the way")
    m, seen = model(), []
    with pytest.raises(OSError, match="the folder .*file/run for checkpoints cannot be made"):
        fit(
            m, loss, lambda e: seen.append(e) or [GOOD], epochs=1, progress=False,
            checkpoint=tmp_path / "file" / "run",
        )  # fmt: skip
    assert seen == []


@pytest.mark.parametrize("where", ["save", "close"])  # at once, or in the background
def test_a_checkpoint_that_cannot_be_written_is_one_sentence_and_loses_no_training(
    where, tmp_path, monkeypatch
):
    def full(*_, **__):
        raise RuntimeError("No space left on device\n" + "a trace of orbax\n" * 300)

    monkeypatch.setattr(f"orbax.checkpoint.CheckpointManager.{where}", full)
    m = model()
    with pytest.raises(OSError, match="no checkpoint could be written.*No space left") as caught:
        fit(
            m, loss, lambda e: [GOOD], epochs=1, progress=False, optimizer=optax.sgd(1.0),
            checkpoint=tmp_path / "run",
        )  # fmt: skip
    assert caught.value.__suppress_context__ and len(str(caught.value)) < 500
    assert not np.allclose(m.kernel[...], model().kernel[...])


def test_a_damaged_checkpoint_is_one_sentence(tmp_path):
    run(lambda e: [GOOD], checkpoint=tmp_path / "run")
    for file in sorted((tmp_path / "run" / "1").rglob("*")):
        if file.is_file():
            file.write_bytes(b"\0")
    with pytest.raises(ValueError, match="does not fit this model.*or is damaged") as caught:
        fit(model(), loss, lambda e: [GOOD], epochs=2, progress=False, checkpoint=tmp_path / "run")
    assert caught.value.__suppress_context__ and len(str(caught.value)) < 700


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_weights_have_the_mode_that_the_umask_says(mask, mode, tmp_path):
    old = os.umask(mask)
    try:
        save(model(), tmp_path / "w.safetensors")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "w.safetensors").stat().st_mode) == mode
    assert [path.name for path in tmp_path.iterdir()] == ["w.safetensors"]


@pytest.mark.parametrize("kind", [jnp.bfloat16, jnp.float16, jnp.float32])
def test_weights_of_any_width_come_back(kind, tmp_path):
    one, other = (nnx.Linear(4, 3, param_dtype=kind, rngs=nnx.Rngs(seed)) for seed in (0, 1))
    save(one, tmp_path / "w.safetensors")
    load(other, tmp_path / "w.safetensors")
    assert other.kernel[...].dtype == kind
    np.testing.assert_array_equal(
        one.kernel[...].astype(jnp.float32), other.kernel[...].astype(jnp.float32)
    )
