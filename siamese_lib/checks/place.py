"""The folder of this course: the one that all of its kernels share, wherever they run."""

from pathlib import Path

from siamese_lib.checks.contents import CONTENTS

NOTEBOOKS = tuple(f"{notebook.stem}.ipynb" for notebook in CONTENTS)
FIRST = NOTEBOOKS[0]


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
