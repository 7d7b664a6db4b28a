"""The course in a real JupyterLab in a real Chromium: it opens, its links work, its cells run."""

import time

import pytest
from browser import PATIENCE, TOKEN, serving
from checkout import clone


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on loopback over a copy of the notebooks; yields its address."""
    folder = clone(tmp_path_factory.mktemp("lab"))
    with serving("lab", folder / "notebooks") as address:
        yield address


@pytest.fixture
def page(lab, chromium):
    """A page on notebook 00, with every console error collected in page.errors."""
    page = chromium.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE)
    page.errors = []
    page.on("console", lambda m: page.errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: page.errors.append(str(e)))
    page.goto(f"{lab}/lab/workspaces/{time.time_ns()}/tree/00_start_here.ipynb?token={TOKEN}")
    page.get_by_role("heading", name="00 Start here").first.wait_for()
    yield page
    page.close()


def open_tab(page):
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")


def test_links_lead_through_the_course(page):
    for link, heading in (
        ("01 Architecture", "01 Architecture"),
        ("02 The cosine cost", "02 The cosine cost"),
        ("03 Triplets", "03 Triplets"),
        ("02 The cosine cost", "02 The cosine cost"),
    ):
        open_tab(page).get_by_role("link", name=link).first.click()
        open_tab(page).get_by_role("heading", name=heading).first.wait_for()


def test_the_first_notebook_runs_and_says_all_is_well(page):
    open_tab(page).locator(".jp-cell-toolbar, .jp-Toolbar").first.wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.get_by_text("start.2 lengths of rows: not yet.").first.wait_for()
    page.wait_for_function(
        "[...document.querySelectorAll('.jp-InputPrompt')]"
        ".every(p => !p.textContent.includes('*'))",
    )
    assert "All is well." in open_tab(page).inner_text()
    known = ("favicon", "ResizeObserver")
    assert [e for e in page.errors if not any(k in e for k in known)] == []
