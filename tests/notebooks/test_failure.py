"""What a check says about an error: its message, without an address, and the likely cause."""

import jax.numpy as jnp
import numpy as np
import pytest

from siamese_lib.checks import verdict
from siamese_lib.checks.exercise import Exercise
from siamese_lib.checks.failure import UNKNOWN

ANY = Exercise("any", lambda x: x, ((np.array([0.5, 2.0]),), (np.array([3.0, 1.0]),)))


class Tower:
    """A learner's class that kept nothing and cannot be called."""


@pytest.mark.parametrize(("answer", "cause"), [
    (lambda x: x(0), "round brackets call a function"),
    (lambda x: Tower()(x), "has it a __call__"),
    (lambda x: Tower().hidden, "kept in self"),
    (lambda x: x[x > 1.0 & x == 2], "put each comparison in brackets"),
    (lambda x: list(3), "one number, with no entries"),
    (lambda x: list(np.float64(3)), "one number, with no entries"),
    (lambda x: list(jnp.sum(x)), "one number, with no entries"),
    (lambda x: np.float64(3)[0], "one number, with no entries"),
    (lambda x: x[0.5], "whole number"),
    (lambda x: [1, 2][x], "whole number"),
    (lambda x: [a for a, b, c in [x]], "as many as the parts"),
    (lambda x: {"loss": x}["los"], "square brackets"),
    (lambda x: {"loss": x}.loss, "square brackets"),
    (lambda x: (x, x).similarity, "take it apart"),
    (lambda x: Exercise(x), "argument not handed over"),
    (lambda x: len(x, x), UNKNOWN),
    (lambda x: scale * x, "argument of your function"),  # noqa: F821
    (lambda x: x > np.ones(3), "each with each"),
    (lambda x: jnp.asarray(x) == jnp.ones(3), "each with each"),
    (lambda x: x + np.ones((3, 2, 1)) + np.ones((2, 3)), "keepdims=True"),
    (lambda x: x[x > 9].max(), "your mask or slice"),
    (lambda x: np.where(x > 9)[0][0], "your mask or slice"),
    (lambda x: np.random.default_rng(0).choice(x, 3, replace=False), "fewer to draw from"),
    (lambda x: x[: len(x) / 2], "// divides"),
    (lambda x: np.trapz_of(x), "no function of that name"),
    (lambda x: x.append(3), "np.append(a, x)"),
    (lambda x: Tower(3), "has the class an __init__"),
    (lambda x: jnp.asarray(x).__setitem__(0, 1), "x.at[i].set(value)"),
    (lambda x: x.reshape(3), UNKNOWN),
])  # fmt: skip
def test_the_likely_cause_of_an_error(answer, cause):
    is_right, message = verdict(ANY, answer)
    assert not is_right
    assert message.split("Hint: ")[1].count(cause) == 1, message


def test_no_address_is_cut_in_half():
    from siamese_lib.checks.labs import verdict as lab_verdict
    from siamese_lib.checks.progress import exercises

    _, message = lab_verdict(exercises("lab1")["lab1.1"], lambda x: x / np.linalg.norm(x))
    assert "raised TracerArrayConversionError: The numpy.ndarray conversion" in message
    assert "http" not in message and "See" not in message


def test_near_the_right_answer_is_not_called_rounded():
    near = Exercise("root", np.sqrt, ((np.array([2.0, 0.5]),), (np.array([0.3]),)))
    for digits in (2, 3):
        assert "do not round" in verdict(near, lambda x, d=digits: np.sqrt(x).round(d))[1]
    near = near._replace(cases=((np.array([2.0, 0.5]),), (np.array([0.5]),)))
    _, message = verdict(near, lambda x: np.sqrt(x) - 2.05e-4)  # 0.7069, and 0.707 is close by
    assert "round" not in message


def test_places_and_parts_are_written_as_in_code():
    pair = Exercise("pair", lambda x: (x.sum(), np.outer(x, x)), ANY.cases)
    said = verdict(pair, lambda x: (x.sum(), np.outer(x, x) + np.array([[0, 0], [9, 0]])))[1]
    assert "part [1] 10 at [1, 0] differs" in said
    numbers = Exercise("numbers", lambda x: np.array([x[0], 1.0]), ANY.cases)
    assert "Part [0] is an array of one entry" in verdict(numbers, lambda x: (x[:1], 1.0))[1]
    assert "as in: return first, second." in verdict(pair, lambda x: x)[1]
