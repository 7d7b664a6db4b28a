"""Data for the course: written, rendered or downloaded; each loader names its source."""

from siamese_lib.datasets.types import LabelledImages, LabelledTexts, QuestionPairs

__all__ = ["LabelledImages", "LabelledTexts", "QuestionPairs"]
