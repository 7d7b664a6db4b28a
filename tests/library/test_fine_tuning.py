"""The softmax head: starts as the prototypes, descends its loss, helps where it should."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from siamese_lib.evaluation import Head, fine_tune, probabilities, prototype_head, prototypes

rng = np.random.default_rng(4)
SUPPORT = rng.normal(size=(5, 3, 8)).astype(np.float32)
QUERY = rng.normal(size=(11, 8)).astype(np.float32)
HEAD = prototype_head(SUPPORT)


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def loop_loss(weight, bias, scale, entropy_weight):
    """Cross-entropy over the support plus weighted entropy over the queries, one by one."""

    def log_p(h):
        logits = np.array(
            [scale * unit(w) @ unit(h) + b for w, b in zip(weight, bias, strict=True)]
        )
        return logits - np.log(np.exp(logits).sum())

    right = [-log_p(h)[k] for k, own in enumerate(SUPPORT.astype(float)) for h in own]
    entropy = [-(np.exp(log_p(q)) * log_p(q)).sum() for q in QUERY.astype(float)]
    return np.mean(right) + entropy_weight * np.mean(entropy)


def test_it_starts_as_the_prototypes():
    p = np.asarray(probabilities(HEAD, QUERY))
    cosines = unit(QUERY) @ prototypes(SUPPORT).T
    np.testing.assert_array_equal(p.argmax(1), cosines.argmax(1))
    expected = np.exp(10 * cosines) / np.exp(10 * cosines).sum(1, keepdims=True)
    np.testing.assert_allclose(p, expected, rtol=1e-4)
    still = fine_tune(HEAD, SUPPORT, steps=0)
    np.testing.assert_array_equal(still.weight, HEAD.weight)


@pytest.mark.parametrize("entropy_weight", [0.0, 0.7])
def test_one_step_is_the_slope_of_the_loop(entropy_weight):
    weight, bias = np.asarray(HEAD.weight, float), np.linspace(-1, 1, 5)
    head = Head(jnp.asarray(weight, jnp.float32), jnp.asarray(bias, jnp.float32), 4.0)
    moved = fine_tune(
        head, SUPPORT, query=QUERY, steps=1, learning_rate=1, entropy_weight=entropy_weight
    )
    for side, (before, after) in enumerate(((weight, moved.weight), (bias, moved.bias))):
        slope = np.zeros_like(before)
        for place in np.ndindex(*before.shape):
            ends = []
            for step in (1e-6, -1e-6):
                both = [weight.copy(), bias.copy()]
                both[side][place] += step
                ends.append(loop_loss(*both, 4.0, entropy_weight))
            slope[place] = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(before - np.asarray(after), slope, atol=2e-4)


def test_steps_lower_the_loss_and_the_entropy():
    tuned = fine_tune(HEAD, SUPPORT, steps=100)
    assert loop_loss(tuned.weight, tuned.bias, 10.0, 0) < loop_loss(HEAD.weight, HEAD.bias, 10.0, 0)
    sure = fine_tune(HEAD, SUPPORT, query=QUERY, steps=100, entropy_weight=0.5)

    def entropy(head):
        p = np.asarray(probabilities(head, QUERY), float)
        return -(p * np.log(p + 1e-12)).sum(1).mean()

    assert entropy(sure) < entropy(tuned)


def test_it_learns_which_directions_count():
    """Classes differ in one direction, shots scatter in others: the mean alone is misled."""
    right = {"prototypes": [], "tuned": []}
    for seed in range(30):
        random = np.random.default_rng(seed)

        def draw(n, random=random):
            signal = np.stack([np.full(n, -1.0), np.full(n, 1.0)])[..., None] * 0.6
            return np.concatenate([signal, random.normal(size=(2, n, 6)) * [2, 1, 1, 1, 1, 1]], -1)

        support, query = draw(8), draw(50)
        head = prototype_head(support)
        for name, one in (("prototypes", head), ("tuned", fine_tune(head, support, steps=300))):
            found = np.asarray(probabilities(one, query.reshape(100, 7))).argmax(1)
            right[name].append((found == np.repeat([0, 1], 50)).mean())
    assert np.mean(right["tuned"]) > np.mean(right["prototypes"]) + 0.02, jax.tree.map(
        np.mean, right
    )


def test_a_class_with_one_shot_and_lengths_that_do_not_matter():
    one = prototype_head(SUPPORT[:, :1])
    longer = prototype_head(5 * SUPPORT[:, :1])
    np.testing.assert_allclose(one.weight, longer.weight, rtol=1e-5)
    np.testing.assert_allclose(
        probabilities(one, QUERY), probabilities(one, 3 * QUERY), rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: prototype_head(SUPPORT[0]), r"support has shape \(3, 8\)"),
        (lambda: prototype_head(SUPPORT, scale=0), "scale is 0"),
        (lambda: probabilities(HEAD, QUERY[:, :3]), "query has 3 dimensions and the head 8"),
        (lambda: probabilities(HEAD, QUERY * np.nan), "query holds nan"),
        (lambda: fine_tune(HEAD, SUPPORT[:2]), "support has 2 classes and the head 5"),
        (lambda: fine_tune(HEAD, SUPPORT, steps=-1), "steps is -1"),
        (lambda: fine_tune(HEAD, SUPPORT, learning_rate=0), "learning_rate is 0"),
        (lambda: fine_tune(HEAD, SUPPORT, entropy_weight=1), "there is no query"),
        (lambda: fine_tune(HEAD, SUPPORT, query=QUERY, entropy_weight=-1), "entropy_weight is -1"),
    ],
)
def test_bad_input_is_quoted(call, message):
    with pytest.raises(ValueError, match=message):
        call()
