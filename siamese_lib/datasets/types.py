"""The types that the loaders return."""

from typing import NamedTuple

import numpy as np


class QuestionPairs(NamedTuple):
    """n pairs of questions; is_same [n] int8 is 1 where both ask the same thing, otherwise 0."""

    question1: list[str]
    question2: list[str]
    is_same: np.ndarray


class LabelledTexts(NamedTuple):
    """n texts and their labels [n], int32 from the loaders; texts of one label mean the same."""

    text: list[str]
    label: np.ndarray


class LabelledImages(NamedTuple):
    """n pictures of things of many classes.

    images [n, height, width] float32, 0 = paper, 1 = ink (faces: 0 = black, 1 = white);
    label [n] int32, the class; alphabet [n] int32, the group that the class belongs to (a script);
    drawer [n] int32, the person or the typeface that drew it.
    """

    images: np.ndarray
    label: np.ndarray
    alphabet: np.ndarray
    drawer: np.ndarray


class OneShotRun(NamedTuple):
    """A fixed one-shot trial with one support picture of each class.

    support [n, height, width], query [m, height, width] float32; answer [m] int32, the row of
    support that shows each query's class.
    """

    support: np.ndarray
    query: np.ndarray
    answer: np.ndarray
