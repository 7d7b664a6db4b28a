"""The course in a real JupyterLab in a real Chromium: it opens, its links work, its cells run."""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from programs import need
from test_setup import clone, free_port

TOKEN = "loopback-only"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on loopback over a copy of the notebooks; yields its address."""
    folder = clone(tmp_path_factory.mktemp("lab"))
    port = free_port()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
         f"--port={port}", f"--IdentityProvider.token={TOKEN}"],
        cwd=folder / "notebooks", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PATH": path, "MPLBACKEND": ""},
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=5).read()
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    path = need("chromium", "chromium-browser", "google-chrome")
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def page(lab, chromium):
    """A page on notebook 00, with every console error collected in page.errors."""
    page = chromium.new_page(viewport={"width": 1400, "height": 1000})
    page.errors = []
    page.on("console", lambda m: page.errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: page.errors.append(str(e)))
    page.goto(f"{lab}/lab/workspaces/{time.time_ns()}/tree/00_start_here.ipynb?token={TOKEN}")
    page.get_by_role("heading", name="00 Start here").first.wait_for(timeout=60_000)
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
        open_tab(page).get_by_role("heading", name=heading).first.wait_for(timeout=30_000)


def test_the_first_notebook_runs_and_says_all_is_well(page):
    open_tab(page).locator(".jp-cell-toolbar, .jp-Toolbar").first.wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.get_by_text("00.2 lengths of rows: not yet.").first.wait_for(timeout=120_000)
    page.wait_for_function(
        "[...document.querySelectorAll('.jp-InputPrompt')]"
        ".every(p => !p.textContent.includes('*'))",
        timeout=120_000,
    )
    assert "All is well." in open_tab(page).inner_text()
    known = ("favicon", "ResizeObserver")
    assert [e for e in page.errors if not any(k in e for k in known)] == []
