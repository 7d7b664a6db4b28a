"""Train, encode, save and load: one loop for every model and loss; diagnose says why a run fails.

The same fit runs on one device or on a mesh, in one process or in several (launch), and continues
from its last checkpoint.
"""

from siamese_lib.training.checkpoints import load_best
from siamese_lib.training.diagnosis import diagnose
from siamese_lib.training.embedding import encode
from siamese_lib.training.findings import Finding
from siamese_lib.training.loop import fit
from siamese_lib.training.weights import load, save

__all__ = ["Finding", "diagnose", "encode", "fit", "load", "load_best", "save"]
