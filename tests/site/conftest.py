"""The web pages, built once for all tests of this folder, on loopback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from browser import errors_of, serving_files, watched
from programs import need, need_library

ROOT = Path(__file__).resolve().parents[2]
# All widgets of the page are drawn: as many as it has views, each slider with its name.
DRAWN = """() => {
    const views = document.querySelectorAll("script[type$='widget-view+json']").length;
    const shown = ".siamese-picture, .siamese-guess-all, .siamese-quiz-all";
    return document.querySelectorAll(shown).length >= views
        && [...document.querySelectorAll(".noUi-handle")].every((handle) => handle.ariaLabel);
}"""


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    if "SIAMESE_SITE" in os.environ:  # built before, while its tests are being written
        return Path(os.environ["SIAMESE_SITE"])
    out = tmp_path_factory.mktemp("site") / "site"
    command = [sys.executable, str(ROOT / "tools" / "site" / "build.py"), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return out


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """The printed edition, bound once."""
    if "SIAMESE_BOOK" in os.environ:  # bound before, while its tests are being written
        return Path(os.environ["SIAMESE_BOOK"])
    need("npm")
    need_library("pangoft2-1.0")
    out = tmp_path_factory.mktemp("book") / "siamese.pdf"
    command = [sys.executable, str(ROOT / "tools" / "book" / "bind.py"), str(out)]
    environment = os.environ | {"SIAMESE_REPOSITORY": "example/siamese"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return out


@pytest.fixture
def visit(site, chromium):
    """visit("notebooks/00_start_here.html", width=390, dark=True) -> the page, widgets drawn."""
    pages = []
    with serving_files(site) as address:

        def show(name, width=1280, dark=False):
            scheme = "dark" if dark else "light"
            size = {"width": width, "height": 900}
            context = chromium.new_context(viewport=size, color_scheme=scheme)
            page = watched(context, address)
            pages.append(page)
            page.goto(f"{address}/{name}")
            page.wait_for_function(DRAWN)
            return page

        yield show
        for page in pages:
            found = errors_of(page), page.blocked
            page.context.close()
            assert found == ([], [])
