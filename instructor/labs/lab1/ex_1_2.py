"""Exercise 1.2, pooling."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab1.visible import POOLED
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _of_words(weight, tokens):
    return np.asarray(weight)[tokens] * (tokens != 0)


def _their_sum(w, tokens, weight):
    return w.sum(axis=1, keepdims=True)


def pool(states, tokens, weight, *, weighing=_of_words, over=_their_sum):
    w = weighing(weight, tokens)
    total = over(w, tokens, weight)
    return (states * w[..., None]).sum(axis=1) / np.where(total > 0, total, 1)


def _ones(w, tokens, weight):
    return np.ones((len(tokens), 1))


def _words(w, tokens, weight):
    return (tokens != 0).sum(1, keepdims=True)


_MISTAKES = (
    Mistake(slip(pool, weighing=lambda w, t: w[t]), "padding took part: token 0 is no word, whatever its weight."),
    Mistake(slip(pool, weighing=lambda w, t: (t != 0).astype(float)), "the weights are not used."),
    Mistake(slip(pool, weighing=lambda w, t: np.ones(t.shape)), "this is the plain mean over all positions: weights and padding are missing."),
    Mistake(slip(pool, over=_words), "divide by the sum of the weights, not by the number of words."),
    Mistake(slip(pool, over=lambda w, t, weight: np.full((len(t), 1), t.shape[1])), "you divided by the number of positions, padding included; divide by the sum of the weights."),
    Mistake(slip(pool, over=lambda w, t, weight: np.asarray(weight)[t].sum(1, keepdims=True)), "below the line padding still has its weight; it counts nothing there either."),
    Mistake(slip(pool, over=lambda w, t, weight: np.full((len(t), 1), weight.sum())), "you divided by the weights of the whole vocabulary; take those of the question's words."),
    Mistake(slip(pool, over=lambda w, t, weight: np.maximum(w.sum(1, keepdims=True), 1)), "the weights of a question may sum up to less than 1, and that is what you divide by; only a sum of 0 needs another number."),
    Mistake(slip(pool, over=_ones), "this is the sum; divide it by the sum of the weights."),
    Mistake(slip(pool, weighing=lambda w, t: np.resize(w, t.shape[1]) * (t != 0)), "weights were taken by position; a word's weight is weight[token]."),
    Mistake(slip(pool, weighing=lambda w, t: _of_words(w, t) ** 2), "the weights came in twice (squared)."),
    Mistake(slip(pool, weighing=lambda w, t: t.astype(float)), "you weighted with the numbers of the tokens; a word's weight is weight[token]."),
    Mistake(lambda s, t, w: np.where(_of_words(w, t).sum(1, keepdims=True) > 0, pool(s, t, w), np.nan), "0 divided by 0 gives NaN: such a question gives zeros."),
    Mistake(lambda s, t, w: np.where(t[..., None] != 0, s * w[t][..., None], -np.inf).max(1), "this is the largest state, not the mean."),
    Mistake(lambda s, t, w: s[:, -1], "this is the last position alone, often padding."),
    Mistake(slip(pool, gives=lambda out: out.mean(0)), "keep one vector a question; the mean goes over the words."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def questions(rng, padded=True, b=6, time=5, words=9):
    tokens = rng.integers(1, words, (b, time))
    length = rng.integers(1, time, b) if padded else np.full(b, time)
    return np.where(np.arange(time) < length[:, None], tokens, 0)


def _pooled(padded):
    def draw(rng):
        return [
            (rng.normal(size=(6, 5, 3)), questions(rng, padded), rng.uniform(0.2, 4, 9))
            for _ in range(2)
        ]

    return draw


def _pooled_empty(rng):
    cases = _pooled(True)(rng)
    for _, tokens, weight in cases:
        tokens[0] = 0
        tokens[1] = [3, 0, 0, 0, 0]
        weight[3] = 0
    return cases


_judge = close(pool)

EXERCISE = Exercise(
    title="pooling",
    call="pool",
    right=pool,
    cases=POOLED,
    mistakes=_MISTAKES,
    meaning='However far a question is padded, its vector stays the same, and a rare word says more in it than "the".',
    fallback="take the first question: which words are real, and what do they weigh?",
    guards={
        3: "a question of nothing but padding, or of words that weigh 0, gives zeros: make what stands below the line safe."
    },
    parts=(
        Part("weights", 8, _pooled(False), "pool(*case)", _judge),
        Part("padding", 8, _pooled(True), "pool(*case)", _judge),
        Part("nothing to average", 4, _pooled_empty, "pool(*case)", _judge),
    ),
)
