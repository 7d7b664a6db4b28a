"""Save your work in one file, and bring it back: on Binder after a break, on another machine."""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

from siamese_lib.checks.place import course_folder, unused
from siamese_lib.checks.progress import NAME, done, names_in, remember

ARCHIVE = "my_work.zip"
STAMP = "siamese_original"  # in a notebook's metadata: the fingerprint of how it came


def fingerprint(notebook):
    """A number for what stands in the cells of a notebook (as JSON has it), outputs left out."""
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:16]


def save_work(archive=ARCHIVE):
    """Pack the notebooks you changed, all labs and your progress into one zip; print what it holds.

    The file lies beside notebook 00; one that lay there becomes `my_work-before.zip`. Save your
    notebooks first: what is only on the screen is not in them yet. `restore_work()` unpacks it.
    """
    folder = course_folder()
    notebooks = [path for path in sorted(folder.glob("*.ipynb")) if is_changed(path.read_bytes())]
    notebooks += sorted(folder.glob("labs/*.ipynb"))
    passed = sorted(done())
    if (folder / archive).exists():  # perhaps just uploaded and not yet restored
        (folder / archive).replace(folder / f"{Path(archive).stem}-before.zip")
    with zipfile.ZipFile(folder / archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in notebooks:
            packed.write(path, path.relative_to(folder).as_posix())
        packed.writestr(NAME, json.dumps(passed))
    print(f"{folder / archive} holds {len(passed)} passes and {len(notebooks)} notebooks:")
    print(*(path.relative_to(folder).as_posix() for path in notebooks), sep="\n")


def restore_work(archive=ARCHIVE):
    """Unpack what `save_work` packed into this course; print what came back.

    Passes are added to those there are. A notebook that you have changed here in the meantime
    is kept beside the restored one, as `name-before.ipynb`.

    Raises: ValueError where there is no such file, or it is no zip.
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


def is_changed(content):
    """False where a notebook's cells are those it came with; True where that cannot be told."""
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
    """Writes a notebook that holds work; what it replaces is kept where that holds work too."""
    if not is_changed(content) or (path.exists() and path.read_bytes() == content):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and is_changed(path.read_bytes()):
        shutil.copy(path, unused(path.with_name(f"{path.stem}-before.ipynb")))
    path.write_bytes(content)
    return True
