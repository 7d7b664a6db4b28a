"""Tokens as people bring them: padded in front, with holes, flattened bytes, numbers below 0."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from siamese_lib.encoders import (
    BagEncoder,
    Committee,
    ImageEncoder,
    QuestionEncoder,
    ResidualEncoder,
    SiameseNetwork,
    SimilarityHead,
    SimilarityNetwork,
    SubwordLSTM,
)
from siamese_lib.text import (
    duplicate_batches,
    ngram_tokens,
    pad_length,
    stair_plan,
    to_stairs,
    word_grid,
)
from siamese_lib.training import encode

TOKENS = np.zeros((4, 20), np.int32)
TOKENS[:, :2] = [[3, 4], [5, 6], [7, 8], [9, 10]]
IN_FRONT = np.roll(TOKENS, -2, axis=1)
WITH_HOLE = TOKENS.copy()
WITH_HOLE[2, :4] = [7, 0, 8, 0]
GROUP = np.array([0, 0, 1, 1])


def encoder():
    return QuestionEncoder(50, embedding_dim=8, hidden_dim=8, rngs=nnx.Rngs(0))


READERS = {
    "the encoder": lambda tokens: encoder()(tokens),
    "encode": lambda tokens: encode(encoder(), tokens),
    "pad_length": pad_length,
    "duplicate_batches": lambda tokens: list(
        duplicate_batches(tokens, GROUP, batch_size=2, seed=0)
    ),
    "to_stairs": lambda tokens: to_stairs(tokens, stair_plan([20, 2], rows=4)),
    "encode with bags": lambda tokens: encode(BagEncoder(buckets=64, rngs=nnx.Rngs(0)), tokens),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize(("tokens", "row"), [(IN_FRONT, 0), (WITH_HOLE, 2)], ids=["front", "hole"])
def test_padding_before_a_token_is_refused_with_its_row(read, tokens, row):
    read(TOKENS)
    said = rf"question {row} has padding \(0\) before a token: \[.*pad on the right"
    with pytest.raises(ValueError, match=said):
        read(tokens)


def test_a_hole_in_a_grid_of_words_is_refused():
    grid = word_grid(["what is love", "is it"], buckets=64)
    model = SubwordLSTM(buckets=64, dim=8, rngs=nnx.Rngs(0))
    encode(model, grid)
    grid[1, :2] = grid[1, 1::-1]
    grid[1, 0] = 0
    with pytest.raises(ValueError, match=r"question 1 has padding \(0\) before a token"):
        encode(model, grid)


class RowSum(nnx.Module):
    """Reads numbers, not tokens."""

    def __call__(self, rows):
        return rows.sum(axis=1, keepdims=True).astype(jnp.float32)


def test_whole_numbers_are_tokens_only_where_the_model_or_the_caller_says_so():
    rows = np.array([[0] * 15 + [9], [1] + [0] * 14 + [9]])
    np.testing.assert_array_equal(encode(RowSum(), rows)[:, 0], [9, 10])
    pictures = (np.random.default_rng(0).random((5, 784)) > 0.8).astype(np.uint8) * 200
    model = nnx.Linear(784, 4, rngs=nnx.Rngs(0))
    np.testing.assert_allclose(encode(model, pictures), model(pictures.astype("f")), rtol=1e-4)
    with pytest.raises(ValueError, match="question 0 has padding"):
        encode(RowSum(), rows, pad_token=0)


class WordMean(nnx.Module):
    """A reader's own encoder, whose padding is 1; it notes the widths that it is given."""

    def __call__(self, tokens):
        WIDTHS.append(tokens.shape[1])
        is_real = tokens != 1
        return (jnp.where(is_real, tokens, 0).sum(axis=1) / is_real.sum(axis=1))[:, None]


WIDTHS = []


def test_a_reader_s_own_padding_is_cut_and_the_order_kept():
    tokens = np.full((40, 64), 1)
    lengths = np.random.default_rng(0).integers(1, 30, 40)
    for row, length in zip(tokens, lengths, strict=True):
        row[:length] = np.arange(2, 2 + length)
    expected = [np.arange(2, 2 + length).mean() for length in lengths]
    WIDTHS.clear()
    got = encode(WordMean(), tokens, pad_token=1, batch_size=8)[:, 0]
    np.testing.assert_allclose(got, expected, rtol=1e-6)
    assert max(WIDTHS) < 40 and min(WIDTHS) == 8


@pytest.mark.parametrize("token", [-1, -50, 50, 2**31 - 1])
def test_a_token_outside_the_vocabulary_is_nan_under_jit_and_an_error_outside(token):
    tokens = TOKENS.copy()
    tokens[1, 1] = token
    found = np.asarray(nnx.jit(lambda m, t: m(t))(encoder(), tokens))
    assert np.isnan(found[1]).all() and np.isfinite(found[[0, 2, 3]]).all()
    with pytest.raises(ValueError, match=r"its vocabulary has 50"):
        encoder()(tokens)


@pytest.mark.parametrize("token", [-1, 128])
@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        (BagEncoder(buckets=64, dim=4, rngs=nnx.Rngs(0)), ngram_tokens(["a", "b c"], buckets=64)),
        (SubwordLSTM(buckets=64, dim=4, rngs=nnx.Rngs(0)), word_grid(["a", "b c"], buckets=64)),
    ],
    ids=["bag", "grid"],
)
def test_the_same_of_pieces(model, tokens, token):
    tokens = tokens.copy()
    tokens[(1, *([1] * (tokens.ndim - 1)))] = token
    found = np.asarray(nnx.jit(lambda m, t: m(t))(model, tokens))
    assert np.isnan(found[1]).all() and np.isfinite(found[0]).all()
    with pytest.raises(ValueError, match="this encoder takes 0 to 127"):
        encode(model, tokens)


def test_tokens_of_eight_bits_reach_a_vocabulary_of_thousands():
    model = QuestionEncoder(5000, embedding_dim=8, hidden_dim=8, rngs=nnx.Rngs(0))
    np.testing.assert_array_equal(model(TOKENS.astype(np.int8)), model(TOKENS))
    np.testing.assert_array_equal(model(TOKENS.astype(np.uint32)), model(TOKENS))


def test_tokens_that_are_no_whole_numbers_are_refused():
    with pytest.raises(ValueError, match="tokens are float32; give whole numbers"):
        encode(encoder(), TOKENS.astype(np.float32))


def test_words_and_rows_of_different_lengths_are_refused_with_what_came():
    with pytest.raises(ValueError, match="inputs are texts; encode them to numbers first"):
        encode(encoder(), ["how do I swim", "what is love"])
    with pytest.raises(ValueError, match=r"shapes: \(2,\), \(3,\)"):
        encode(encoder(), [[1, 2], [1, 2, 3]])


@pytest.mark.parametrize("n", [1, 2, 16, 17, 300])
def test_one_input_pays_for_one_and_a_few_for_sixteen(n):
    widths = []

    class Wide(nnx.Module):
        def __call__(self, x):
            widths.append(x.shape[0])
            return x.astype(jnp.float32)

    x = np.arange(2.0 * n).reshape(n, 2)
    np.testing.assert_array_equal(encode(Wide(), x), x)
    assert widths == [1 if n == 1 else 16 if n <= 16 else 256]


MODELS = {
    "questions": (encoder, (20,), np.int32),
    "bag": (lambda: BagEncoder(buckets=32, dim=4, rngs=nnx.Rngs(0)), (20,), np.int32),
    "grid": (lambda: SubwordLSTM(buckets=32, dim=4, rngs=nnx.Rngs(0)), (6, 5), np.int32),
    "committee": (
        lambda: Committee([BagEncoder(buckets=32, dim=4, rngs=nnx.Rngs(k)) for k in (0, 1)]),
        (20,),
        np.int32,
    ),
    "images": (
        lambda: ImageEncoder(image_size=8, channels=(8, 8), rngs=nnx.Rngs(0)),
        (8, 8),
        np.float32,
    ),
    "residual": (
        lambda: ResidualEncoder(image_size=8, channels=(4, 8), rngs=nnx.Rngs(0)),
        (8, 8),
        np.float32,
    ),
}
EXPORTS = {
    **{name: (make, shape, kind, 1) for name, (make, shape, kind) in MODELS.items()},
    "pair": (lambda: SiameseNetwork(encoder()), (20,), np.int32, 2),
    "similarity": (
        lambda: SimilarityNetwork(encoder(), SimilarityHead(8, rngs=nnx.Rngs(1))),
        (20,),
        np.int32,
        2,
    ),
}


@pytest.mark.parametrize(("make", "shape", "kind", "sides"), EXPORTS.values(), ids=EXPORTS)
def test_every_encoder_is_exported_for_any_number_of_rows_and_answers_alike(
    make, shape, kind, sides
):
    model = make()
    model.eval()
    (rows,) = jax.export.symbolic_shape("rows")
    wanted = [jax.ShapeDtypeStruct((rows, *shape), kind)] * sides
    exported = jax.export.export(jax.jit(lambda *x: model(*x)))(*wanted)
    for n in (1, 5):
        x = np.random.default_rng(n).integers(1, 30, (n, *shape)) / (30 if kind != np.int32 else 1)
        x = x.astype(kind)
        here, there = (jax.tree.leaves(f(*[x] * sides)) for f in (model, exported.call))
        for a, b in zip(here, there, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)
