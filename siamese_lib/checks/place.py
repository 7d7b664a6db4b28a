"""The folder of this course: the one that all of its kernels share, wherever they run."""

from pathlib import Path

FIRST = "00_start_here.ipynb"
NOTEBOOKS = (
    FIRST, "01_architecture.ipynb", "02_cosine_cost.ipynb", "03_triplets.ipynb",
    "04_modified_triplet_loss.ipynb", "05_training_and_testing.ipynb", "06_one_shot_testing.ipynb",
    "07_contrastive_pairs.ipynb", "08_pairwise_similarity.ipynb", "09_which_loss.ipynb",
    "10_break_it.ipynb", "11_scaling_out.ipynb",
)  # fmt: skip


def course_folder() -> Path:
    """The nearest folder, from the working folder upwards, that holds notebook 00.

    If there is no notebook 00, it is the nearest with another notebook of this course; if there is
    none either (a lab alone, say), the working folder. In each folder `notebooks` counts too.
    """
    here = Path.cwd()
    for wanted in ((FIRST,), NOTEBOOKS):
        for folder in (here, *here.parents):
            for place in (folder, folder / "notebooks"):
                if any((place / name).exists() for name in wanted):
                    return place
    return here


def unused(path: Path) -> Path:
    """path, or path-2, path-3, ... if it is taken, so that a kept file never replaces another."""
    found, k = path, 1
    while found.exists():
        k += 1
        found = path.with_name(f"{path.stem}-{k}{path.suffix}")
    return found
