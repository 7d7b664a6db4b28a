"""Build the web pages: every notebook as it is stored, its widgets alive, nothing installed.

Usage: python tools/site/build.py [OUT]              writes OUT, or build/site; make site does this
       python tools/site/build.py OUT linkcheck      asks every outside link whether it is there

It needs the packages of tools/site/requirements.txt, and npm for the scripts that show widgets and
formulas. The badges for Binder and Colab are those of the notebooks.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]
from foreign import bring_formulas, bring_widgets  # noqa: E402
from pages import as_page  # noqa: E402

from tools.badges import repository  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BOOK = ROOT / "build" / "siamese.pdf"
ON_PAPER = """
## On paper

All notebooks, exercises and solutions [as one PDF](siamese.pdf), {:.0f} MB.
"""
WRITTEN = (
    "notebooks/notation.md",
    "docs/install.md",
    "docs/results.md",
    "docs/speed.md",
    "docs/waiting.md",
    "docs/api.md",
)


def notebooks():
    """All that learners get, in the order of reading: notebooks, explorers, labs."""
    books = ROOT / "notebooks"
    yield from sorted(books.glob("[0-9]*.ipynb"))
    yield books / "explorers.ipynb"
    yield from sorted((books / "labs").glob("lab*.ipynb"))


def lay_out(source):
    """The folder that Sphinx reads: pages, their order, scripts and styles."""
    for path in notebooks():
        target = source / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(
            as_page(nbformat.read(path, as_version=4), target.relative_to(source)), target
        )
        print(path.stem, flush=True)
    for name in WRITTEN:
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    shutil.copy(HERE / "index.md", source)
    if BOOK.exists():  # make book comes first where pages are published
        shutil.copy(BOOK, source)
        with (source / "index.md").open("a", encoding="utf-8") as index:
            index.write(ON_PAPER.format(BOOK.stat().st_size / 1e6))
    shutil.copy(HERE / "conf.py", source)
    shutil.copytree(HERE / "static", source / "_static")
    shutil.copytree(ROOT / "notebooks" / "badges", source / "notebooks" / "badges")
    bring_widgets(source / "_static")
    bring_formulas(source / "_static")


def build(out, builder="html"):
    """Lay out, and let Sphinx write; a warning is an error."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.mkdir()
        lay_out(source)
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", builder]
        env = os.environ | {"SIAMESE_REPOSITORY": repository()}  # for conf.py
        done = subprocess.run([*command, str(source), str(out)], env=env, check=False)
    for path in out.rglob("*.map"):
        path.unlink()  # for those who mend the theme's scripts, and half of all its bytes
    return done.returncode


if __name__ == "__main__":
    place, *asked = sys.argv[1:] or [ROOT / "build" / "site"]
    sys.exit(build(Path(place).resolve(), *asked))
