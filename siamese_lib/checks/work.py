"""Save your work in one file and restore it: on Binder after a break, or on another machine."""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

from siamese_lib.checks.place import course_folder, unused
from siamese_lib.checks.progress import NAME, done, names_in, remember

ARCHIVE = "my_work.zip"
STAMP = "siamese_original"  # in a notebook's metadata: its fingerprint as this course delivers it


def fingerprint(notebook: dict[str, Any]) -> str:
    """A hash of the cells of a notebook (the parsed JSON), without their outputs."""
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:16]


def save_work(archive: str = ARCHIVE) -> None:
    """Pack the notebooks you changed, all labs and your progress into one zip; print what it holds.

    The file is written beside notebook 00; one that is already there is kept as
    `my_work-before.zip`. Save your notebooks first, since what is only on the screen is not in them
    yet. `restore_work()` unpacks the file.
    """
    folder = course_folder()
    notebooks = [path for path in sorted(folder.glob("*.ipynb")) if is_changed(path.read_bytes())]
    notebooks += sorted(folder.glob("labs/*.ipynb"))
    passed = sorted(done())
    if (folder / archive).exists():  # it may just have been uploaded and not yet restored
        (folder / archive).replace(folder / f"{Path(archive).stem}-before.zip")
    with zipfile.ZipFile(folder / archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in notebooks:
            packed.write(path, path.relative_to(folder).as_posix())
        packed.writestr(NAME, json.dumps(passed))
    print(f"{folder / archive} holds {len(passed)} passes and {len(notebooks)} notebooks:")
    print(*(path.relative_to(folder).as_posix() for path in notebooks), sep="\n")


def restore_work(archive: str = ARCHIVE) -> None:
    """Unpack into this course what `save_work` packed; print what came back.

    Passes are added to those that are there. A notebook that you have changed here in the meantime
    is kept beside the restored one, as `name-before.ipynb`.

    Raises: ValueError where there is no such file, or it is not a zip file.
    """
    folder = course_folder()
    places = (folder / archive, Path.cwd() / archive)
    found = [place for place in places if zipfile.is_zipfile(place)]
    if not found:
        is_there = any(place.exists() for place in places)
        raise ValueError(
            f"{archive} is {'no zip file' if is_there else 'not there'}; upload the file that "
            f"save_work() made to {folder}, or give its name: restore_work('my_work (1).zip')"
        )
    with zipfile.ZipFile(found[0]) as packed:
        names = [name for name in packed.namelist() if _is_ours(name)]
        back = [name for name in names if _put(folder / name, packed.read(name))]
        is_noted = NAME in packed.namelist()
        passes, _ = names_in(packed.read(NAME).decode(errors="replace") if is_noted else "[]")
    remember(*passes)
    print(f"{len(passes)} passes and {len(back)} notebooks are back:", *back, sep="\n")
    print("Close the tabs of these notebooks and open them again.")


def is_changed(content: bytes) -> bool:
    """False where a notebook's cells are as this course delivered them; True if in doubt."""
    try:
        notebook = json.loads(content)
        return notebook["metadata"].get(STAMP) != fingerprint(notebook)
    except (ValueError, KeyError, TypeError, AttributeError):
        return True


def _is_ours(name):
    parts = Path(name).parts
    is_near = len(parts) == 1 or (len(parts) == 2 and parts[0] == "labs")
    return is_near and name.endswith(".ipynb") and not name.startswith(("/", "."))


def _put(path, content):
    """Write a notebook that holds work; the one it replaces is kept if it holds work too."""
    if not is_changed(content) or (path.exists() and path.read_bytes() == content):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and is_changed(path.read_bytes()):
        shutil.copy(path, unused(path.with_name(f"{path.stem}-before.ipynb")))
    path.write_bytes(content)
    return True
