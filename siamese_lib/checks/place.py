"""Where this course lies: the one folder that all of its kernels share, wherever they run."""

from pathlib import Path

FIRST = "00_start_here.ipynb"
NOTEBOOKS = (
    FIRST, "01_architecture.ipynb", "02_cosine_cost.ipynb", "03_triplets.ipynb",
    "04_modified_triplet_loss.ipynb", "05_training_and_testing.ipynb", "06_one_shot_testing.ipynb",
    "07_contrastive_pairs.ipynb", "08_pairwise_similarity.ipynb", "09_which_loss.ipynb",
    "10_break_it.ipynb", "11_scaling_out.ipynb",
)  # fmt: skip


def course_folder():
    """The nearest folder, from the working folder upwards, that holds notebook 00.

    Where no 00 is: the nearest with another notebook of this course; where none is (a lab alone,
    say): the working folder itself. A repository's own folder stands for its `notebooks`.
    """
    here = Path.cwd()
    for wanted in ((FIRST,), NOTEBOOKS):
        for folder in (here, *here.parents):
            for place in (folder, folder / "notebooks"):
                if any((place / name).exists() for name in wanted):
                    return place
    return here


def unused(path):
    """path, or path-2, path-3, ... where that is taken: what is kept aside replaces nothing."""
    found, k = path, 1
    while found.exists():
        k += 1
        found = path.with_name(f"{path.stem}-{k}{path.suffix}")
    return found
