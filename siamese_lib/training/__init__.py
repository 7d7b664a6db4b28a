"""Train, encode, save and load: one loop for every model and loss."""

from siamese_lib.training.embedding import encode
from siamese_lib.training.loop import fit
from siamese_lib.training.weights import load, save

__all__ = ["encode", "fit", "load", "save"]
