"""Data for the course: written, rendered or downloaded; each loader names its source."""

from siamese_lib.datasets.questions import load_question_meanings, load_questions
from siamese_lib.datasets.types import LabelledImages, LabelledTexts, QuestionPairs

__all__ = [
    "LabelledImages",
    "LabelledTexts",
    "QuestionPairs",
    "load_question_meanings",
    "load_questions",
]
