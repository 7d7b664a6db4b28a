"""Data for the course: written for it, rendered or downloaded; each loader names its source.

Here too are balanced batches for the miners, random distortions of pictures, and the stored
results of benchmarks/ (load_results).
"""

from siamese_lib.datasets.banking77 import load_banking77
from siamese_lib.datasets.batches import balanced_batches
from siamese_lib.datasets.distortion import distort, rotate_quarter
from siamese_lib.datasets.faces import load_faces
from siamese_lib.datasets.glyphs import GLYPH_SCRIPTS, load_glyphs
from siamese_lib.datasets.omniglot import (
    OmniglotAlphabet,
    load_omniglot,
    load_omniglot_runs,
    omniglot_alphabets,
)
from siamese_lib.datasets.pairs import pairs_from_labels
from siamese_lib.datasets.questions import load_question_meanings, load_questions
from siamese_lib.datasets.quora import load_quora
from siamese_lib.datasets.results import load_results
from siamese_lib.datasets.signature_folder import load_signature_folder
from siamese_lib.datasets.signatures import Signatures, load_signatures, pen_features
from siamese_lib.datasets.types import LabelledImages, LabelledTexts, OneShotRun, QuestionPairs

__all__ = [
    "GLYPH_SCRIPTS",
    "LabelledImages",
    "LabelledTexts",
    "OmniglotAlphabet",
    "OneShotRun",
    "QuestionPairs",
    "Signatures",
    "balanced_batches",
    "distort",
    "load_banking77",
    "load_faces",
    "load_glyphs",
    "load_omniglot",
    "load_omniglot_runs",
    "load_question_meanings",
    "load_questions",
    "load_quora",
    "load_results",
    "load_signature_folder",
    "load_signatures",
    "omniglot_alphabets",
    "pairs_from_labels",
    "pen_features",
    "rotate_quarter",
]
