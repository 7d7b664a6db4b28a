"""Training learns, resumes to the bit, refuses NaN; encoding keeps order; weights are kept."""

import shutil

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from siamese_lib.encoders import ImageEncoder, QuestionEncoder, SiameseNetwork
from siamese_lib.losses import modified_triplet_loss
from siamese_lib.text import duplicate_batches
from siamese_lib.training import diagnose, encode, fit, load, load_best, save

rng = np.random.default_rng(5)
GROUP = np.repeat(np.arange(24), 4)
# A question of group g is made of words g + 2 and random others: short and long ones.
TOKENS = np.zeros((96, 12), np.int32)
for row, g in zip(TOKENS, GROUP, strict=True):
    row[: rng.integers(3, 13)] = rng.integers(26, 60)
    row[rng.integers(0, 3)] = g + 2


def network(seed=0):
    encoder = QuestionEncoder(60, embedding_dim=16, hidden_dim=16, rngs=nnx.Rngs(seed))
    return SiameseNetwork(encoder)


def loss(model, anchor, positive):
    return modified_triplet_loss(*model(anchor, positive))


def batches(epoch):
    return duplicate_batches(TOKENS, GROUP, batch_size=12, seed=epoch)


def same_weights(a, b):
    leaves = [jax.tree.leaves(nnx.state(m, nnx.Param)) for m in (a, b)]
    return all((x == y).all() for x, y in zip(*leaves, strict=True))


def test_fit_learns_and_reports():
    model, calls = network(), []
    history = fit(
        model, loss, batches, epochs=8, optimizer=optax.adam(0.02), progress=False,
        validate=lambda m: float(len(calls)), on_epoch=lambda h: calls.append(len(h["loss"])),
    )  # fmt: skip
    assert history["epoch_loss"][-1] < 0.5 * history["epoch_loss"][0]
    assert calls == [len(history["loss"]) // 8 * k for k in range(1, 9)]
    assert history["validation"] == list(range(8))
    first = np.mean(history["loss"][: calls[0]])
    assert history["epoch_loss"][0] == pytest.approx(first)


def test_one_step_is_the_optimizer_s_on_the_gradient_of_the_loss():
    model, expected = network(), network()
    batch = next(iter(batches(0)))
    fit(model, loss, lambda epoch: [batch], epochs=1, optimizer=optax.sgd(0.5), progress=False)
    graph, params = nnx.split(expected)
    gradient = jax.grad(lambda p: loss(nnx.merge(graph, p), *batch))(params)
    moved = jax.tree.map(lambda p, g: p - 0.5 * g, params, gradient)
    for a, b in zip(jax.tree.leaves(moved), jax.tree.leaves(nnx.state(model)), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_a_run_stopped_and_resumed_ends_with_the_same_bits(tmp_path):
    whole, stopped, resumed = network(), network(), network(seed=9)
    history = fit(whole, loss, batches, epochs=4, progress=False)
    fit(stopped, loss, batches, epochs=2, progress=False, checkpoint=tmp_path / "run")
    again = fit(resumed, loss, batches, epochs=4, progress=False, checkpoint=tmp_path / "run")
    assert same_weights(whole, resumed)
    assert again == history
    assert not same_weights(whole, stopped)


def test_a_crash_while_an_epoch_is_written_costs_that_epoch_only(tmp_path):
    """What a killed process leaves behind: one whole epoch, and half of the next."""
    fit(network(), loss, batches, epochs=1, progress=False, checkpoint=tmp_path / "run")
    shutil.copytree(tmp_path / "run" / "1", tmp_path / "run" / "2.orbax-checkpoint-tmp")
    (tmp_path / "run" / "2.orbax-checkpoint-tmp" / "_CHECKPOINT_METADATA").unlink()
    shutil.rmtree(tmp_path / "run" / "2.orbax-checkpoint-tmp" / "optimizer")
    resumed, whole, epochs = network(), network(), []
    fit(
        resumed, loss, lambda e: epochs.append(e) or batches(e), epochs=3, progress=False,
        checkpoint=tmp_path / "run",
    )  # fmt: skip
    fit(whole, loss, batches, epochs=3, progress=False)
    assert epochs == [1, 2]
    assert same_weights(whole, resumed)


def test_the_newest_epoch_and_the_best_are_kept(tmp_path):
    scores, kept = [0.5, 0.9, float("nan"), 0.7], []
    model = network()
    fit(
        model, loss, batches, epochs=4, progress=False, checkpoint=tmp_path / "run",
        validate=lambda m: scores[len(kept)],
        on_epoch=lambda _: kept.append(jax.tree.map(np.array, nnx.state(model, nnx.Param))),
    )  # fmt: skip
    steps = {path.name for path in (tmp_path / "run").iterdir() if path.name.isdigit()}
    assert steps == {"2", "4"}
    best = network(seed=9)
    assert load_best(best, tmp_path / "run") == 2
    for ours, then in zip(
        *map(jax.tree.leaves, (nnx.state(best, nnx.Param), kept[1])), strict=True
    ):
        np.testing.assert_array_equal(ours, then)


def test_without_validation_the_best_epoch_has_the_lowest_loss(tmp_path):
    history = fit(
        network(), loss, batches, epochs=6, optimizer=optax.adam(0.3), progress=False,
        checkpoint=tmp_path / "run",
    )  # fmt: skip
    assert load_best(network(), tmp_path / "run") == 1 + int(np.argmin(history["epoch_loss"]))


def test_a_folder_of_an_earlier_version_is_refused_and_kept(tmp_path):
    (tmp_path / "history.json").write_text("{}")
    for call in (
        lambda: fit(network(), loss, batches, epochs=1, progress=False, checkpoint=tmp_path),
        lambda: load_best(network(), tmp_path),
    ):
        with pytest.raises(ValueError, match="an earlier siamese_lib.*name another folder"):
            call()
    assert [path.name for path in tmp_path.iterdir()] == ["history.json"]


def test_the_best_of_nothing_is_refused(tmp_path):
    with pytest.raises(ValueError, match="there is no folder .*/none; name the one that fit"):
        load_best(network(), tmp_path / "none")
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="holds no checkpoint; name the folder"):
        load_best(network(), tmp_path)
    fit(network(), loss, batches, epochs=1, progress=False, checkpoint=tmp_path)
    other = SiameseNetwork(QuestionEncoder(60, embedding_dim=16, hidden_dim=20, rngs=nnx.Rngs(0)))
    untouched = nnx.clone(other)
    with pytest.raises(ValueError, match="does not fit this model"):
        load_best(other, tmp_path)
    assert same_weights(other, untouched)


def test_a_loss_that_is_not_finite_stops_with_the_step():
    def broken(model, anchor, positive):
        return loss(model, anchor, positive) * np.nan

    with pytest.raises(ValueError, match="the loss is nan at step 0.*learning rate") as caught:
        fit(network(), broken, batches, epochs=2, progress=False)
    assert len(caught.value.history["loss"]) == len(list(batches(0)))


def test_the_error_carries_the_history_until_then_which_diagnose_takes():
    model, steps = network(), len(list(batches(0)))

    def root_of_zero(model, anchor, positive):  # a loss that is finite once, its gradient never
        return loss(model, anchor, positive) + jnp.sqrt(jnp.sum(0 * model(anchor, anchor)[0] ** 2))

    with pytest.raises(ValueError, match="the loss is nan at step 1") as caught:
        fit(model, root_of_zero, batches, epochs=2, progress=False)
    history = caught.value.history
    assert len(history["loss"]) == steps and np.isfinite(history["loss"][0])
    (finding,) = diagnose(history, np.full((2, 1), np.nan))
    assert finding.name == "NaN" and "from step 1 on" in finding.evidence
    with pytest.raises(ValueError, match="a weight is no longer finite") as caught:
        fit(
            network(),
            root_of_zero,
            lambda epoch: [next(iter(batches(0)))],
            epochs=1,
            progress=False,
        )
    assert len(caught.value.history["loss"]) == 1 and np.isfinite(caught.value.history["loss"][0])


def test_encode_keeps_the_order_and_does_not_depend_on_the_batch_size():
    model = network().encoder
    expected = np.concatenate([np.asarray(model(TOKENS[i : i + 1])) for i in range(len(TOKENS))])
    for batch_size in (1, 7, 96, 500):
        np.testing.assert_allclose(
            encode(model, TOKENS, batch_size=batch_size), expected, atol=1e-5
        )


def test_saved_weights_come_back_to_the_bit(tmp_path):
    saved, loaded = network(), network(seed=1)
    save(saved, tmp_path / "weights.safetensors")
    assert not same_weights(saved, loaded)
    assert load(loaded, tmp_path / "weights.safetensors") is loaded
    assert same_weights(saved, loaded)
    assert [p.name for p in tmp_path.iterdir()] == ["weights.safetensors"]
    with pytest.raises(FileNotFoundError):
        save(saved, tmp_path / "missing" / "weights.safetensors")
    (tmp_path / "torn.safetensors").write_bytes(b"torn")
    with pytest.raises(ValueError, match="torn.safetensors holds no weights"):
        load(loaded, tmp_path / "torn.safetensors")


def test_load_refuses_another_make_and_leaves_the_model(tmp_path):
    save(network(), tmp_path / "weights.safetensors")
    encoder = QuestionEncoder(60, embedding_dim=16, hidden_dim=20, rngs=nnx.Rngs(0))
    other, untouched = SiameseNetwork(encoder), nnx.clone(SiameseNetwork(encoder))
    with pytest.raises(ValueError, match=r"lstm.bias is \(64,\) in .* and \(80,\) in the model"):
        load(other, tmp_path / "weights.safetensors")
    assert same_weights(other, untouched)
    with pytest.raises(ValueError, match="missing"):
        load(other.encoder, tmp_path / "weights.safetensors")


def test_bad_input_is_quoted():
    with pytest.raises(ValueError, match="epochs is 0"):
        fit(network(), loss, batches, epochs=0, progress=False)
    with pytest.raises(ValueError, match=r"batches\(0\) gave no batch"):
        fit(network(), loss, lambda epoch: [], epochs=1, progress=False)
    with pytest.raises(ValueError, match="inputs is 0"):
        encode(network().encoder, TOKENS[:0])
    with pytest.raises(ValueError, match="batch_size is 0"):
        encode(network().encoder, TOKENS, batch_size=0)
    with pytest.raises(ValueError, match="to 88, but this encoder takes 0 to 59"):
        encode(network().encoder, TOKENS + 29)
    with pytest.raises(ValueError, match="tokens run from -59 to 0"):
        encode(network().encoder, -TOKENS)
    with pytest.raises(ValueError, match="images holds nan"):
        encode(ImageEncoder(rngs=nnx.Rngs(0)), np.full((2, 28, 28), np.nan, np.float32))
    empty = TOKENS.copy()
    empty[3] = 0
    with pytest.raises(ValueError, match="question 3 is all padding"):
        encode(network().encoder, empty)


def test_a_checkpoint_of_more_epochs_is_refused_not_returned(tmp_path):
    fit(network(), loss, batches, epochs=2, progress=False, checkpoint=tmp_path / "run")
    with pytest.raises(ValueError, match="holds 2 epochs, but epochs is 1"):
        fit(network(), loss, batches, epochs=1, progress=False, checkpoint=tmp_path / "run")


def test_a_checkpoint_that_does_not_fit_leaves_the_model(tmp_path):
    folder = tmp_path / "with a space" / "run"
    fit(network(), loss, batches, epochs=1, progress=False, checkpoint=folder)
    model, untouched = network(seed=3), network(seed=3)
    with pytest.raises(ValueError, match="does not fit this model and optimizer"):
        fit(model, loss, batches, epochs=2, optimizer=optax.sgd(0.1), progress=False,
            checkpoint=folder)  # fmt: skip
    assert same_weights(model, untouched)
    for file in (folder / "1" / "history").rglob("*"):
        file.write_text("{")
    with pytest.raises(ValueError, match="or is damaged"):
        fit(model, loss, batches, epochs=2, progress=False, checkpoint=folder)
    assert same_weights(model, untouched)


def test_weights_that_are_not_finite_never_reach_a_checkpoint(tmp_path):
    def flat(model, anchor, positive):
        embeddings = model.encoder(anchor)
        return jax.numpy.sqrt(jax.numpy.sum((embeddings * 0) ** 2))  # 0, with a NaN gradient

    batch = next(iter(batches(0)))
    with pytest.raises(ValueError, match="a weight is no longer finite after epoch 1"):
        fit(network(), flat, lambda epoch: [batch], epochs=1, progress=False, checkpoint=tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.name[0].isdigit()]


def test_a_loss_for_each_row_is_told_to_be_one_number():
    def rows(model, anchor, positive):
        return modified_triplet_loss(*model(anchor, positive), reduction="none")

    with pytest.raises(ValueError, match=r"the loss has shape \(12,\); return one number"):
        fit(network(), rows, batches, epochs=1, progress=False)


def test_a_loss_may_close_over_an_array():
    constant = np.ones((12, 16), np.float32)

    def closing(model, anchor, positive):
        return modified_triplet_loss(model.encoder(anchor), constant)

    fit(network(), closing, batches, epochs=1, progress=False)


def test_a_bar_is_shown_and_the_result_is_the_same(capfd):
    quiet, loud = network(), network()
    fit(quiet, loss, batches, epochs=1, progress=False)
    fit(loud, loss, batches, epochs=1)
    assert "epoch 1 of 1" in capfd.readouterr().err
    assert same_weights(quiet, loud)


def test_arrays_that_a_caller_holds_outlive_the_training():
    """Each step overwrites its arrays in place; those that others can see are not among them."""
    model = SiameseNetwork(QuestionEncoder(20, embedding_dim=4, hidden_dim=4, rngs=nnx.Rngs(0)))
    held, tokens = [jax.tree.leaves(nnx.state(model))], np.array([[2, 3], [4, 5], [6, 7]], np.int32)
    copies = [np.array(leaf) for leaf in held[0]]
    fit(
        model, lambda m, a, p: modified_triplet_loss(*m(a, p)),
        lambda epoch: [(tokens, tokens[::-1].copy())] * 2, epochs=3, progress=False,
        on_epoch=lambda _: held.append(jax.tree.leaves(nnx.state(model))),
    )  # fmt: skip
    assert len(held) == 4
    assert all(np.isfinite(leaf).all() for leaves in held for leaf in leaves)
    for then, now in zip(copies, held[0], strict=True):
        np.testing.assert_array_equal(then, now)
