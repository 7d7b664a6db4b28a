"""Whole recipes: one call that trains on your own pairs, and the scorer that it gives."""

from siamese_lib.recipes.sparse_pairs import SparsePairs, fit_sparse_pairs, sparse_logits

__all__ = ["SparsePairs", "fit_sparse_pairs", "sparse_logits"]
