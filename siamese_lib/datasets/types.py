"""What the loaders return."""

from typing import NamedTuple

import numpy as np


class QuestionPairs(NamedTuple):
    """Pairs of questions; is_same [n] int8 is 1 where both ask the same thing."""

    question1: list[str]
    question2: list[str]
    is_same: np.ndarray


class LabelledTexts(NamedTuple):
    """Texts with label [n], int32 from the loaders: equal labels mean the same thing."""

    text: list[str]
    label: np.ndarray


class LabelledImages(NamedTuple):
    """Pictures of things of many classes.

    images [n, height, width] float32, 0 = paper, 1 = ink (faces: 0 black, 1 white);
    label [n] int32, the class; alphabet [n] int32, the group a class belongs to (script);
    drawer [n] int32, whose hand or which typeface drew it.
    """

    images: np.ndarray
    label: np.ndarray
    alphabet: np.ndarray
    drawer: np.ndarray


class OneShotRun(NamedTuple):
    """A fixed one-shot trial, each support picture of another class.

    support [n, height, width], query [m, height, width] float32; answer [m] int32: the row of
    support that is of the query's class.
    """

    support: np.ndarray
    query: np.ndarray
    answer: np.ndarray
