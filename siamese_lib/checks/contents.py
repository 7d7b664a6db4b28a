"""The notebooks of this course, in order."""

import re
from typing import NamedTuple


class Notebook(NamedTuple):
    """A notebook: the topic that names its exercises ("cost.1"), and its file."""

    topic: str
    stem: str

    @property
    def number(self) -> str:
        """Its place in this course: "02"."""
        return self.stem[:2]


CONTENTS = (
    Notebook("start", "00_start_here"),
    Notebook("architecture", "01_architecture"),
    Notebook("cost", "02_cosine_cost"),
    Notebook("triplets", "03_triplets"),
    Notebook("batch", "04_modified_triplet_loss"),
    Notebook("questions", "05_training_and_testing"),
    Notebook("one_shot", "06_one_shot_testing"),
    Notebook("limits", "07_strengths_and_limits"),
    Notebook("contrastive", "08_contrastive_pairs"),
    Notebook("pairwise", "09_pairwise_similarity"),
    Notebook("choosing", "10_which_loss"),
    Notebook("debugging", "11_break_it"),
    Notebook("scaling", "12_scaling_out"),
    Notebook("signatures", "13_signatures"),
)

# Exercises were once named after their notebook's number. Progress files and notebooks from then
# still say so; a name that is given away is never given to another exercise.
_TOPICS = (
    "start", "architecture", "cost", "triplets", "batch", "questions", "one_shot", "contrastive",
    "pairwise", "choosing", "debugging", "scaling",
)  # fmt: skip
_MOVED = {"06.4": "limits.1"}


def current(name: str) -> str:
    """The name that an exercise has today: "cost.1" for "02.1"; other names stay as they are."""
    if name in _MOVED:
        return _MOVED[name]
    number = re.match(r"(\d\d)\.", name)
    if not number or int(number[1]) >= len(_TOPICS):
        return name
    return f"{_TOPICS[int(number[1])]}{name[2:]}"
