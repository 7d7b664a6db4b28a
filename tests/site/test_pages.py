"""Every page of the site: no error, no outside host, nothing cut, no serious fault for a reader."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from foreign import unpack  # on the path since browser.py
from programs import need

from instructor.release import find_leaks, secrets

ROOT = Path(__file__).resolve().parents[2]
BOOKS = [*sorted((ROOT / "notebooks").glob("*.ipynb")),
         *sorted((ROOT / "notebooks" / "labs").glob("*.ipynb"))]  # fmt: skip
PAGES = [str(path.relative_to(ROOT).with_suffix(".html")) for path in BOOKS]
PAGES += ["index.html", "notebooks/notation.html", "docs/results.html", "docs/install.html"]


class Links(HTMLParser):
    """What a page links to, the places it has, its pictures without words, and its text."""

    def __init__(self, page):
        super().__init__()
        self.hrefs, self.places, self.silent, self.text = [], set(), [], []
        self.program = False
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.program = tag in ("script", "style")  # the explorers' own, which everybody has
        self.places |= {found[key] for key in ("id", "name") if found.get(key)}
        if tag in ("a", "link") and found.get("href"):
            self.hrefs.append(found["href"])
        if tag == "img" and not found.get("alt", "").strip():
            self.silent.append(found.get("src"))

    def handle_endtag(self, tag):
        self.program = False

    def handle_data(self, data):
        if not self.program:
            self.text.append(data)


@pytest.fixture(scope="module")
def read(site):
    return {path: Links(path) for path in site.rglob("*.html") if "_static" not in path.parts}


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    need("npm")
    package = unpack("axe-core@4.11.0", tmp_path_factory.mktemp("axe"))
    return (package / "axe.min.js").read_text(encoding="utf-8")


def serious(page, axe):
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'], preload: false })")[
        "violations"
    ]
    return [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found
            if fault["impact"] in ("serious", "critical")]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_well_in_the_light_and_in_the_dark(name, visit, axe):
    for width, dark in ((1280, False), (390, True)):
        page = visit(name, width=width, dark=dark)
        assert serious(page, axe) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_link_inside_leads_somewhere(read, site):
    lost = []
    for page, found in read.items():
        for href in found.hrefs:
            if re.match(r"[a-z]+:|//", href):
                continue
            path, place = urldefrag(href)
            path = path.partition("?")[0]
            target = (page.parent / unquote(path)).resolve() if path else page
            if not target.exists() or (
                place and target in read and unquote(place) not in read[target].places
            ):
                lost.append((page.relative_to(site).as_posix(), href))
    assert lost == []


def test_every_picture_has_its_words(read, site):
    silent = {page.relative_to(site).as_posix(): found.silent for page, found in read.items()}
    assert {page: found for page, found in silent.items() if found} == {}


def test_no_solution_of_a_lab_and_no_hidden_input_is_in_it(read, site, tmp_path):
    runs, public = secrets()
    for page, found in read.items():
        # As text, and under the names of the notebooks: colours would tear each line to pieces.
        target = tmp_path / page.relative_to(site).with_suffix(".ipynb.txt")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(found.text), encoding="utf-8")
    assert find_leaks(tmp_path, runs, public) == []
    (tmp_path / "planted.txt").write_text("\n".join(max(runs, key=len)), encoding="utf-8")
    assert find_leaks(tmp_path, runs, public) != []


def test_no_dollar_is_left_in_a_formula(site):
    left = [page.name for page in site.rglob("*.html") if '$<span class="math' in page.read_text()]
    assert left == []


def test_pages_are_light(read, site):
    """Before pictures: 300 KB, and 1.2 MB compressed where there are widgets; 40 MB in all."""
    for page in read:
        text = page.read_text(encoding="utf-8")
        name = page.relative_to(site).as_posix()
        if "widget-state+json" in text:
            assert len(gzip.compress(text.encode())) < 1.2e6, name
        elif name != "docs/api.html":
            assert len(text) < 300_000, name
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 40e6


def test_no_page_names_a_host_to_fetch_from(site):
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        fetched = re.findall(r'<(?:script|img|iframe)[^>]* src="(https?:[^"]+)"', text)
        assert fetched == [], page
