"""The LSTM's loop against jax's own derivative of the same loop."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from siamese_lib.encoders.recurrence import lstm_states

TIME, BATCH, IN_DIM, HIDDEN = 5, 4, 3, 6
RNG = np.random.default_rng(0)
SHAPES = ((TIME, BATCH, IN_DIM), (IN_DIM + HIDDEN, 4 * HIDDEN), (4 * HIDDEN,))
INPUTS = [RNG.normal(size=s).astype(np.float32) for s in (*SHAPES, *[(BATCH, HIDDEN)] * 2)]


def plain(x, kernel, bias, hidden, cell):
    """Step by step in Python, for jax to differentiate."""
    states = []
    for x_t in x:
        gates = jnp.concatenate([x_t, hidden], axis=1) @ kernel + bias
        i, f, g, o = jnp.split(gates, 4, axis=1)
        cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
        hidden = jax.nn.sigmoid(o) * jnp.tanh(cell)
        states.append(hidden)
    return jnp.stack(states), cell


def test_states_are_those_of_the_plain_loop():
    for found, expected in zip(lstm_states(*INPUTS), plain(*INPUTS), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("steps", [1, 2, TIME])
def test_gradients_are_jax_s_own_for_every_input(steps):
    weight, last = RNG.normal(size=(steps, BATCH, HIDDEN)), RNG.normal(size=(BATCH, HIDDEN))

    def loss(run):
        def value(*inputs):
            states, cell = run(*inputs)
            return jnp.sum(states**2 * weight) + jnp.sum(cell * last)

        return jax.jit(jax.grad(value, argnums=range(5)))

    inputs = [INPUTS[0][:steps], *INPUTS[1:]]
    for found, expected in zip(loss(lstm_states)(*inputs), loss(plain)(*inputs), strict=True):
        assert np.abs(expected).max() > 0.1
        np.testing.assert_allclose(found, expected, atol=2e-5)


def test_it_goes_on_from_where_it_stopped():
    x, *weights, hidden, cell = INPUTS
    first, cell_then = lstm_states(x[:2], *weights, hidden, cell)
    rest, last = lstm_states(x[2:], *weights, first[-1], cell_then)
    whole, cell_whole = lstm_states(*INPUTS)
    np.testing.assert_allclose(jnp.concatenate([first, rest]), whole, atol=1e-6)
    np.testing.assert_allclose(last, cell_whole, atol=1e-6)
