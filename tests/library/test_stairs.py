"""A staircase reads the same questions as a padded batch: same vectors, same gradient."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given, settings
from hypothesis import strategies as st

from siamese_lib.encoders import QuestionEncoder
from siamese_lib.losses import modified_triplet_loss
from siamese_lib.text import stair_plan, to_stairs
from siamese_lib.training import fit

VOCABULARY = 50


def questions(lengths, seed=0):
    """Tokens of the given lengths, padded to the longest."""
    tokens = np.random.default_rng(seed).integers(2, VOCABULARY, (len(lengths), max(lengths)))
    return np.where(np.arange(max(lengths)) < np.array(lengths)[:, None], tokens, 0).astype(
        np.int32
    )


def encoder(seed=0):
    return QuestionEncoder(VOCABULARY, embedding_dim=5, hidden_dim=4, rngs=nnx.Rngs(seed))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=2, max_size=24))
def test_no_word_is_lost_or_moved(lengths):
    tokens = questions(lengths)
    stairs = to_stairs(tokens, stair_plan(lengths, rows=len(lengths)))
    back = np.zeros((len(lengths), 40 + 1), np.int32)
    start = 0
    for block in stairs.blocks:
        back[: len(block), start : start + block.shape[1]] = block
        start += block.shape[1]
    np.testing.assert_array_equal(back[stairs.place][:, : tokens.shape[1]], tokens)
    assert not back[:, tokens.shape[1] :].any()


def test_vectors_and_gradients_are_those_of_the_padded_batch():
    lengths = [3, 30, 9, 1, 12, 8, 17, 5] * 4
    tokens, model = questions(lengths), encoder()
    stairs = to_stairs(tokens, stair_plan(lengths, rows=len(lengths)))
    assert [block.shape[1] for block in stairs.blocks] == [8, 4, 4, 8, 6]
    np.testing.assert_allclose(model(stairs), model(tokens), atol=1e-6)

    def gradient(batch):
        def loss(model):
            return modified_triplet_loss(*jnp.split(model(batch), 2), margin=0.5)

        return nnx.state(nnx.grad(loss)(model))

    for found, expected in zip(
        *(jax.tree.leaves(gradient(batch)) for batch in (stairs, tokens)), strict=True
    ):
        assert np.abs(expected).max() > 0
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_two_sides_of_different_widths_go_into_one():
    sides = questions([3, 9, 4]), questions([20, 2, 8], seed=1)
    plan = stair_plan([3, 9, 4, 20, 2, 8], rows=6)
    model = encoder()
    whole = model(to_stairs(sides, plan))
    for found, side in zip(jnp.split(whole, 2), sides, strict=True):
        np.testing.assert_allclose(found, model(side), atol=1e-6)


def test_a_plan_holds_most_batches_and_reads_a_third():
    lengths = np.random.default_rng(0).geometric(1 / 8, 20_000) + 3
    plan, steps = stair_plan(lengths, rows=512), set()
    for seed in range(50):
        drawn = np.random.default_rng(seed).choice(lengths, 512)
        tokens = np.where(np.arange(lengths.max()) < drawn[:, None], 5, 0)
        steps.add(tuple(block.shape for block in to_stairs(tokens, plan).blocks))
    assert steps == {tuple((rows, end - start) for rows, start, end in plan)}
    assert sum(rows * (end - start) for rows, start, end in plan) < 512 * lengths.max() / 3


def test_more_long_questions_than_planned_are_read_whole():
    plan = stair_plan([4] * 500 + [20], rows=64)
    lengths = [20] * 40 + [4] * 24
    stairs = to_stairs(questions(lengths), plan)
    assert len(stairs.blocks[-1]) >= 40
    np.testing.assert_allclose(encoder()(stairs), encoder()(questions(lengths)), atol=1e-6)


def test_fit_takes_stairs():
    lengths = [3, 10, 6, 2]
    plan, tokens = stair_plan(lengths, rows=4), questions(lengths)
    model = encoder()

    def loss(model, both):
        return modified_triplet_loss(*jnp.split(model(both), 2))

    history = fit(
        model, loss, lambda epoch: [(to_stairs(tokens, plan),)], epochs=30, progress=False
    )
    assert history["loss"][-1] < history["loss"][0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stair_plan([], rows=2), "lengths"),
        (lambda: stair_plan([3, 0], rows=2), "shortest is 0"),
        (lambda: stair_plan([3], rows=0), "rows is 0"),
        (lambda: to_stairs(questions([3, 4]), ((4, 0, 8),)), "2 questions of up to 4 words"),
        (lambda: to_stairs(questions([3, 9]), ((2, 0, 8),)), "up to 9 words, but the plan"),
        (lambda: to_stairs(np.ones(3, int), ((3, 0, 8),)), "tokens"),
        (lambda: to_stairs(np.array([[3], [0]]), ((2, 0, 8),)), "question 1 is all padding"),
        (
            lambda: encoder()(to_stairs(questions([3, 4]) + 50, ((2, 0, 8),))),
            "its vocabulary has 50",
        ),
    ],
)
def test_bad_input_is_quoted(call, message):
    with pytest.raises(ValueError, match=message):
        call()
