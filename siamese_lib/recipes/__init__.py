"""Whole recipes: one call that trains on your own pairs and returns what scores new ones."""

from siamese_lib.recipes.sparse_pairs import SparsePairs, fit_sparse_pairs, sparse_logits

__all__ = ["SparsePairs", "fit_sparse_pairs", "sparse_logits"]
