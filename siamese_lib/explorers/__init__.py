"""Explorers: pictures with sliders that respond within a frame, live and on a static page."""

from siamese_lib.explorers.batch import batch_explorer
from siamese_lib.explorers.contrastive import contrastive_explorer
from siamese_lib.explorers.cost import cost_explorer
from siamese_lib.explorers.descent import descent_explorer
from siamese_lib.explorers.matrix import matrix_explorer
from siamese_lib.explorers.one_shot import one_shot_explorer
from siamese_lib.explorers.playground import playground_explorer
from siamese_lib.explorers.replay import record_run, replay_explorer
from siamese_lib.explorers.signature import signature_explorer
from siamese_lib.explorers.threshold import threshold_explorer
from siamese_lib.explorers.triplet import triplet_explorer

__all__ = [
    "batch_explorer",
    "contrastive_explorer",
    "cost_explorer",
    "descent_explorer",
    "matrix_explorer",
    "one_shot_explorer",
    "playground_explorer",
    "record_run",
    "replay_explorer",
    "signature_explorer",
    "threshold_explorer",
    "triplet_explorer",
]
