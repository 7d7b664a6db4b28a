"""Siamese networks in JAX and Flax: one network used twice, and how to train and test it.

Each room answers one question, and imports only from those before it: energy, text, losses,
evaluation, datasets, training, encoders, recipes, plots, checks, explorers. Importing the package
loads all but plots and explorers, and no plotting, widget or download library with them.
"""

from siamese_lib import (
    checks,
    datasets,
    encoders,
    energy,
    environment,
    evaluation,
    losses,
    recipes,
    text,
    training,
)

__version__ = "0.1.0"
__all__ = [
    "checks",
    "datasets",
    "encoders",
    "energy",
    "environment",
    "evaluation",
    "losses",
    "recipes",
    "text",
    "training",
]
