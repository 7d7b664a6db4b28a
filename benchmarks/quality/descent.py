"""A whole training as one compiled program, for benchmarks of hundreds of small runs."""

import jax
import optax


def descend(cost, weights, batches, rate):
    """(weights, cost of every step) of Adam, a step for each entry of batches.

    Goes on past NaN, where siamese_lib.training.fit would stop. cost(weights, batch) -> number.
    """
    optimizer = optax.adam(rate)

    def step(carry, batch):
        weights, state = carry
        value, gradient = jax.value_and_grad(cost)(weights, batch)
        change, state = optimizer.update(gradient, state)
        return (optax.apply_updates(weights, change), state), value

    (weights, _), values = jax.lax.scan(step, (weights, optimizer.init(weights)), batches)
    return weights, values
