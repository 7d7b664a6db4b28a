"""One style for every figure, and one colour for each role."""

from siamese_lib.plots.batches import batch_matrix, triplet_table
from siamese_lib.plots.curves import live_loss_curve, loss_curve
from siamese_lib.plots.figures import (
    embedding_map,
    image_grid,
    pair_histogram,
    roc,
    similarity_matrix,
)
from siamese_lib.plots.look import CLASSES, COLOURS, packed, show, style
from siamese_lib.plots.vectors import gradient_sum, turning, unit_circle

__all__ = [
    "CLASSES",
    "COLOURS",
    "batch_matrix",
    "embedding_map",
    "gradient_sum",
    "image_grid",
    "live_loss_curve",
    "loss_curve",
    "packed",
    "pair_histogram",
    "roc",
    "show",
    "similarity_matrix",
    "style",
    "triplet_table",
    "turning",
    "unit_circle",
]
