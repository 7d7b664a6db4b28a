"""Siamese networks in JAX and Flax: one network used twice, and how to train and test it."""

__version__ = "0.1.0"
