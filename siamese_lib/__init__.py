"""Siamese networks in JAX and Flax: one network used twice, and how to train and test it.

Each idea is a module: energy, losses, mining, batches, encoders, text, datasets, training,
metrics, one_shot, fine_tuning, checks, environment, plots. Importing the package loads all but
plots, and no plotting, widget or download library with them.
"""

from siamese_lib import (
    batches,
    checks,
    datasets,
    encoders,
    energy,
    environment,
    fine_tuning,
    losses,
    metrics,
    mining,
    one_shot,
    text,
    training,
)

__version__ = "0.1.0"
__all__ = [
    "batches",
    "checks",
    "datasets",
    "encoders",
    "energy",
    "environment",
    "fine_tuning",
    "losses",
    "metrics",
    "mining",
    "one_shot",
    "text",
    "training",
]
