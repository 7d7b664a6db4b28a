"""What training minimises: losses on pairs, on triplets and on whole batches; and the miners.

Each loss is a pure function of embeddings. It returns one number per row, unless its docstring
says otherwise. A miner picks from a batch the triplets that are worth training on.
"""

from siamese_lib.losses.batch import info_nce_loss, modified_triplet_loss
from siamese_lib.losses.mining import (
    TRIPLET_KINDS,
    Triplets,
    hardest_triplets,
    random_triplets,
    semi_hard_triplets,
    triplet_kind,
)
from siamese_lib.losses.pairs import contrastive_loss, pairwise_cross_entropy
from siamese_lib.losses.triplets import mean_of_real, soft_margin_triplet_loss, triplet_loss

__all__ = [
    "TRIPLET_KINDS",
    "Triplets",
    "contrastive_loss",
    "hardest_triplets",
    "info_nce_loss",
    "mean_of_real",
    "modified_triplet_loss",
    "pairwise_cross_entropy",
    "random_triplets",
    "semi_hard_triplets",
    "soft_margin_triplet_loss",
    "triplet_kind",
    "triplet_loss",
]
