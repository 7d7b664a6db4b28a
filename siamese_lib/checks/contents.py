"""The notebooks of this course, in order."""

import re
from typing import NamedTuple


class Notebook(NamedTuple):
    """A notebook: the topic that names its exercises ("cost.1"), its file, and its question."""

    topic: str
    stem: str
    question: str

    @property
    def number(self) -> str:
        """Its place in this course: "02"."""
        return self.stem[:2]


CONTENTS = tuple(
    Notebook(*fields)
    for fields in (
        ("start", "00_start_here", "does it run, and how much JAX must I know?"),
        ("architecture", "01_architecture", "how can one network compare two inputs?"),
        ("cost", "02_cosine_cost", "how can one number say who belongs together?"),
        ("triplets", "03_triplets",
         "which triplets teach something, and why does training collapse?"),
        ("batch", "04_modified_triplet_loss", "how does a batch deliver its own negatives?"),
        ("questions", "05_training_and_testing",
         "does it find duplicate questions that it has never seen?"),
        ("one_shot", "06_one_shot_testing", "can it recognise a letter from one example?"),
        ("limits", "07_strengths_and_limits", "what are such networks good and bad at?"),
        ("contrastive", "08_contrastive_pairs",
         "do two photographs show one person, when the network has met neither?"),
        ("pairwise", "09_pairwise_similarity",
         "can it learn the comparison itself, and give a probability?"),
        ("choosing", "10_which_loss", "which loss and which miner should you take?"),
        ("debugging", "11_break_it", "which of ten things went wrong, and how can you tell?"),
        ("scaling", "12_scaling_out",
         "what changes when the training moves from one core to many devices?"),
    )
)  # fmt: skip

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
