"""The LSTM's loop over time, with a derivative written by hand that is faster than jax's own.

jax differentiates a scan correctly but stores more than it needs. Here only the four gates, the
cells and the states are kept, and the rest is computed again in the backward pass.
"""

from functools import partial

import jax
import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike


@partial(jax.custom_vjp, nondiff_argnums=(5,))
def lstm_states(
    x: jax.Array,
    kernel: jax.Array,
    bias: jax.Array,
    hidden: jax.Array,
    cell: jax.Array,
    dtype: DTypeLike = jnp.float32,
) -> tuple[jax.Array, jax.Array]:
    """All hidden states of an LSTM, and its last cell.

    Shapes: x [time, batch, in_dim], kernel [in_dim + hidden_dim, 4 hidden_dim], bias [4
    hidden_dim]; hidden and cell, the start, [batch, hidden_dim] -> (states [time, batch,
    hidden_dim], cell [batch, hidden_dim]). The gates are in the order input, forget, cell, output.
    Gain: its speed beside the same loop with jax's own derivative is measured in docs/speed.md.
    dtype: the factors of matrix products are rounded to it; all sums and states stay float32.
    Source: Hochreiter and Schmidhuber 1997, the forget gate Gers et al. 2000; the gradients are
    derived here.
    """
    return _forward(x, kernel, bias, hidden, cell, dtype)[0]


def _product(a, b, dtype):
    return jnp.matmul(a.astype(dtype), b.astype(dtype), preferred_element_type=jnp.float32)


def _forward(x, kernel, bias, hidden, cell, dtype):
    def step(carry, x_t):
        hidden, cell = carry
        gates = _product(jnp.concatenate([x_t, hidden], axis=-1), kernel, dtype) + bias
        i, f, g, o = jnp.split(gates, 4, axis=-1)
        i, f, g, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o)
        cell = f * cell + i * g
        hidden = o * jnp.tanh(cell)
        return (hidden, cell), (hidden, cell, (i, f, g, o))

    (_, last), (states, cells, gates) = jax.lax.scan(step, (hidden, cell), x)
    return (states, last), (x, kernel, hidden, cell, states, cells, gates)


def _backward(dtype, kept, gradients):
    x, kernel, hidden, cell, states, cells, gates = kept
    to_states, to_last = gradients
    back, in_dim = kernel.T, x.shape[-1]
    # What each step read, and ones: with them the product for the kernel's gradient also gives
    # the bias's, which is faster than a sum. (Eight ones, not one, suit the processor's
    # registers.) It is transposed here, all at once: inside the loop a CPU has no fast product
    # of that form in bfloat16.
    before = jnp.concatenate([hidden[None], states[:-1]])
    read = jnp.concatenate([x, before, jnp.ones((*x.shape[:2], 8))], axis=-1)
    read = read.astype(dtype).swapaxes(1, 2)

    def step(carry, inputs):
        to_hidden, to_cell, to_weights = carry
        read_t, to_state, cell_before, cell_t, (i, f, g, o) = inputs
        to_hidden, squashed = to_hidden + to_state, jnp.tanh(cell_t)
        to_cell += to_hidden * o * (1 - squashed**2)
        parts = (
            to_cell * g * i * (1 - i),
            to_cell * cell_before * f * (1 - f),
            to_cell * i * (1 - g**2),
            to_hidden * squashed * o * (1 - o),
        )
        # Join the four by copying: XLA would look up for every entry which one it comes from.
        to_gates = jnp.concatenate(jax.lax.optimization_barrier(parts), axis=-1)
        to_both = _product(to_gates, back, dtype)
        to_weights += _product(read_t, to_gates, dtype)
        carry = to_both[:, in_dim:], to_cell * f, to_weights
        return carry, to_both[:, :in_dim]

    start = jnp.zeros_like(hidden), to_last, jnp.zeros((read.shape[1], kernel.shape[1]))
    inputs = read, to_states, jnp.concatenate([cell[None], cells[:-1]]), cells, gates
    (*to_start, to_weights), to_x = jax.lax.scan(step, start, inputs, reverse=True)
    return to_x, to_weights[: len(kernel)], to_weights[len(kernel)], *to_start


lstm_states.defvjp(_forward, _backward)


class LSTM(nnx.Module):
    """Long short-term memory over the time axis.

    Each step takes one product, [x_t, h] @ kernel: moving x @ kernel out of the scan is slower
    here.

    Shapes: x [batch, time, in_dim] float -> [batch, time, hidden_dim], all hidden states.
    Source: Hochreiter and Schmidhuber 1997, the forget gate Gers et al. 2000; the gates are in the
    order input, forget, cell, output.
    """

    def __init__(
        self, in_dim: int, hidden_dim: int, *, dtype: DTypeLike = jnp.float32, rngs: nnx.Rngs
    ) -> None:
        self.dtype = dtype
        glorot, orthogonal = nnx.initializers.glorot_uniform(), nnx.initializers.orthogonal()
        halves = [glorot(rngs.params(), (in_dim, 4 * hidden_dim)),
                  orthogonal(rngs.params(), (hidden_dim, 4 * hidden_dim))]  # fmt: skip
        self.kernel = nnx.Param(jnp.concatenate(halves))
        # The forget gate starts open (bias 1), as in Jozefowicz et al. 2015.
        self.bias = nnx.Param(
            jnp.zeros(4 * hidden_dim, jnp.float32).at[hidden_dim : 2 * hidden_dim].set(1.0)
        )

    def __call__(self, x: jax.Array) -> jax.Array:
        start = jnp.zeros((x.shape[0], self.bias[...].shape[0] // 4), x.dtype)
        return self.go_on(x.swapaxes(0, 1), start, start)[0].swapaxes(0, 1)

    def go_on(
        self, x: jax.Array, hidden: jax.Array, cell: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """Read on from a state: x [time, batch, in_dim] -> (states [time, batch, ...], cell)."""
        return lstm_states(x, self.kernel[...], self.bias[...], hidden, cell, self.dtype)
