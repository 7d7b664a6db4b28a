"""The one setting that says where readers find these notebooks, and the badges made of it.

pyproject.toml's [tool.siamese] holds it: repository = "owner/name" on GitHub, public, its branch
named main. While it is empty no badge is shown anywhere.

Usage: python tools/badges.py     brings them up to date in READMEs, notebooks and labs; make badges
                                  does, and writes the copies for Colab
"""

import re
import sys
import tomllib
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from siamese_lib.checks.work import STAMP, fingerprint  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
BOOKS = ROOT / "notebooks"
READMES = (ROOT / "README.md", ROOT / "instructor" / "learners" / "README.md")
BINDER = "https://mybinder.org/v2/gh/{0}/main?urlpath=lab/tree/notebooks/{1}"
# Not the notebook itself: its copy, whose first cell installs what Colab lacks (tools/colab.py).
COLAB = "https://colab.research.google.com/github/{0}/blob/main/colab/{1}"
LINE = re.compile(r"^\[!\[Open in Colab\].*\n\n", re.MULTILINE)


def notebooks():
    """Paths of all that learners get, from the folder notebooks/, in the order of reading."""
    found = [*sorted(BOOKS.glob("[0-9]*.ipynb")), BOOKS / "explorers.ipynb"]
    found += sorted(BOOKS.glob("labs/*.ipynb"))
    return [path.relative_to(BOOKS).as_posix() for path in found]


def repository():
    """The setting, "owner/name", or "" where nobody has published this yet.

    Raises: ValueError where it is neither.
    """
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    name = settings["tool"]["siamese"]["repository"]
    if name and not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        raise ValueError(
            f"repository is {name!r} in pyproject.toml; give owner/name as in "
            "https://github.com/owner/name, or leave it empty"
        )
    return name


def badges(path, to_root="", name=None):
    """The badges of the notebook notebooks/PATH in one line of Markdown; "" without a repository.

    to_root leads from the page that shows them to the folder notebooks/.
    """
    name = repository() if name is None else name
    shown = (("Open in Colab", "colab", COLAB), ("Open on Binder", "binder", BINDER))
    return " ".join(
        f"[![{words}]({to_root}badges/{picture}.svg)]({place.format(name, path)})"
        for words, picture, place in shown
        if name
    )


def badged(notebook, path, name=None):
    """The notebook with its badges under the title, and with none where there is no repository."""
    first, line = notebook.cells[0], badges(path, "../" * path.count("/"), name)
    first.source = LINE.sub("", first.source)
    if line:
        title, _, rest = first.source.partition("\n\n")
        first.source = f"{title}\n\n{line}\n\n{rest}"
    return notebook


def with_badges(page):
    """README with the badges of notebook 00 between its two marks."""
    before, _, rest = page.partition("<!-- badges -->\n")
    after = rest.partition("<!-- /badges -->")[2]
    line = badges("00_start_here.ipynb", "notebooks/")
    return f"{before}<!-- badges -->\n{line and line + chr(10)}<!-- /badges -->{after}"


def write():
    """Bring the badges of every README, notebook and lab up to date."""
    for readme in READMES:
        readme.write_text(with_badges(readme.read_text(encoding="utf-8")), encoding="utf-8")
    for path in notebooks():
        notebook = badged(nbformat.read(BOOKS / path, as_version=4), path)
        notebook.metadata[STAMP] = fingerprint(notebook)
        nbformat.write(notebook, BOOKS / path)
    for script in BOOKS.glob("scripts/*.py"):
        script.touch()  # where the notebook is newer, jupytext refuses to open the pair


if __name__ == "__main__":
    write()
