"""What diagnose can find: the names of the failures and a cure for each."""

from typing import NamedTuple

CURES = {
    "NaN": "Look for a root, a norm or a logarithm of 0. Two equal embeddings have distance 0, "
    "where the root has no slope: use siamese_lib.energy.euclidean_distance.",
    "learning rate too high": "Divide it by 10, again and again, until the loss falls at once.",
    "wrong axis": "Normalise each row: l2_normalize(x, axis=-1).",
    "no triplets": "Look at the miner's is_real. Draw several examples of each class into a batch, "
    "as batches.balanced_batches does, and give the labels of those rows. If all triplets are "
    "easy, take a larger margin or harder ones.",
    "collapse": "Give the loss negatives and a margin; begin with random or semi-hard triplets.",
    "false negatives": "Draw each class once a batch, as text.duplicate_batches does. With one in "
    "every row the hardest negative learns little; InfoNCE and the mean hardly mind (notebook 05).",
    "flipped labels": "Read ten pairs with their labels. Is 1 'same' or 'different'? Are positive "
    "and negative in the loss's order?",
    "margin too large": "Lower the margin, or a high temperature. If neither is large, false "
    "negatives stop the loss as well: give batch.",
    "evaluation on training data": "Report on rows that training never saw.",
    "leaky split": "Split by group (person, letter, meaning), not by row.",
    "threshold chosen on test data": "Choose it on validation rows; report on test rows once.",
}


class Finding(NamedTuple):
    """One failure: its name, a sentence with the numbers that show it, and what to do about it."""

    name: str
    evidence: str
    cure: str


def found(name: str, evidence: str) -> Finding:
    """The finding of that name, with its cure; KeyError where no cure has that name."""
    return Finding(name, evidence, CURES[name])
