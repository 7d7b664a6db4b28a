"""The towers: networks that turn one input into one unit vector, and the pair that shares one.

questions, subwords and bags read text; images and residual read pictures;
signals reads what changes over time; networks holds the
Siamese network itself. A kernel written by hand (recurrence) lies beside the towers
that use them.
"""

from siamese_lib.encoders.bags import BagEncoder, Committee, pair_logits, start_from_texts
from siamese_lib.encoders.images import ImageEncoder, halve
from siamese_lib.encoders.networks import SiameseNetwork, SimilarityHead, SimilarityNetwork
from siamese_lib.encoders.pretrained import (
    LetterEncoder,
    embed_views,
    glyph_encoder,
    omniglot_encoder,
    signature_encoder,
)
from siamese_lib.encoders.questions import QuestionEncoder
from siamese_lib.encoders.recurrence import LSTM
from siamese_lib.encoders.residual import ResidualEncoder
from siamese_lib.encoders.signals import SignalEncoder
from siamese_lib.encoders.subwords import SubwordLSTM

__all__ = [
    "BagEncoder",
    "Committee",
    "ImageEncoder",
    "LSTM",
    "LetterEncoder",
    "QuestionEncoder",
    "ResidualEncoder",
    "SiameseNetwork",
    "SignalEncoder",
    "SimilarityHead",
    "SimilarityNetwork",
    "SubwordLSTM",
    "embed_views",
    "glyph_encoder",
    "halve",
    "omniglot_encoder",
    "pair_logits",
    "signature_encoder",
    "start_from_texts",
]
