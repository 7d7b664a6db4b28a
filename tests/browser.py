"""Fixtures for tests in a real Chromium; conftest.py hands them to every test file.

chromium      the browser.
still         still(explorer, ...) -> a page that shows the explorers with no kernel: the widget
              bundle, require.js and anywidget come from loopback, every other host is blocked.
              still(..., width=360, dark=True) for other windows. Console errors collect in
              page.errors and fail the test at its end.
call_program  call_program(PictureClass, "functionName", rows) -> the list of what the exported
              JavaScript function of that picture returns for each row of arguments.
open_notebook open_notebook(page, program, address, "name.ipynb"): opened there, kernel idle.
open_and_run  the same, and all cells run.
serving       with serving("lab", folder) as address: JupyterLab, Notebook 7 ("notebook") or Voila
              ("voila") over a folder, on loopback, with TOKEN.
"""

import base64
import contextlib
import functools
import http.server
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from programs import need

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools" / "site"))
from foreign import bring_widgets  # noqa: E402

TOKEN = "loopback-only"
PATIENCE = 300_000  # ms: machines are slow at times, and an event that never comes is rare
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
# Not ours: a missing icon, Chromium's remark on layout, Notebook 7's own settings loader.
KNOWN = ("favicon", "ResizeObserver", "reading 'schema'")
LIGHT, DARK = ("#ffffff", "#212121"), ("#111111", "#e0e0e0")
PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>still</title><body style="background: {ground}; color: {ink}; margin: 12px;
  --jp-content-font-color1: {ink}; --jp-ui-font-color1: {ink}">
<script src="/require.js"></script>{snippet}"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def settings(folder):
    """A settings folder that keeps cells out of sight on the page, so that tests can find them."""
    target = Path(folder) / ".settings" / "@jupyterlab" / "notebook-extension"
    target.mkdir(parents=True, exist_ok=True)
    (target / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    return str(target.parent.parent)


@contextlib.contextmanager
def serving(program, folder):
    """A Jupyter program over a folder; yields its address, stops it at the end."""
    port = free_port()
    options = {
        "lab": [
            "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--IdentityProvider.token={TOKEN}",
        ],
        "voila": ["explorers.ipynb", "--no-browser", f"--Voila.token={TOKEN}"],
    }  # fmt: skip
    options["notebook"] = options["lab"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    server = subprocess.Popen(
        [sys.executable, "-m", program if program == "voila" else "jupyter",
         *([] if program == "voila" else [program]), *options[program], f"--port={port}"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ
        | {"PATH": path, "MPLBACKEND": "", "JUPYTERLAB_SETTINGS_DIR": settings(folder),
           # Else the next test finds the window as this one left it.
           "JUPYTERLAB_WORKSPACES_DIR": str(Path(folder) / ".workspaces")},
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/static/favicon.ico", server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE / 1000)


def _wait_for(address, server):
    for _ in range(2 * PATIENCE // 1000):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        try:
            urllib.request.urlopen(address, timeout=5).read()
            return
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"nothing answers at {address}")


# Of module scope: while Playwright runs, no other test could use asyncio.
@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    path = need("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def make_widget_bundle(folder):
    """Fill a folder with what a page needs to show widgets with no kernel and no outside host."""
    need("npm")
    (folder / "site").mkdir()
    bring_widgets(folder / "site")
    return folder / "site"


@pytest.fixture(scope="session")
def widget_bundle(tmp_path_factory):
    return make_widget_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="session")
def loopback(widget_bundle):
    with serving_files(widget_bundle) as address:
        yield address


@contextlib.contextmanager
def serving_files(folder):
    """Serves a folder as it is; yields its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *message):
            pass

    handler = functools.partial(Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def watched(context, address):
    """A page of the context that reaches nothing but the address and notes every error."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.errors, page.blocked = [], []

    def gate(route):
        inside = route.request.url.startswith((address, "blob:", "data:"))
        if not inside:
            page.blocked.append(route.request.url)
        route.continue_() if inside else route.abort()

    page.route("**/*", gate)

    def heard(message):
        if message.type == "error":
            page.errors.append(f"{message.text} {message.location}")

    page.on("console", heard)
    page.on("pageerror", lambda e: page.errors.append(str(e)))
    return page


IDLE = ".jp-Notebook-ExecutionIndicator[data-status=idle]"


def painted(page):
    """Waits until the browser has shown what was changed: two frames, however long they take."""
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


# A workspace of its own: JupyterLab would open the tabs of the one before beside it.
PLACES = {"lab": "lab/workspaces/{1}/tree/{0}", "notebook": "notebooks/{0}", "voila": ""}


def open_notebook(page, program, address, name):
    """The notebook of that name opened in a Jupyter program, its kernel idle."""
    page.goto(f"{address}/{PLACES[program].format(name, Path(name).stem)}?token={TOKEN}")
    if program == "voila":
        return
    page.locator(".jp-CodeCell").first.wait_for()
    # Earlier, Run would ask which kernel to take. In a narrow toolbar both may be folded away.
    for shown in (".jp-KernelName:has-text('Python 3')", IDLE):
        page.locator(shown).wait_for(state="attached")
    page.wait_for_timeout(1000)


def open_and_run(page, program, address, name):
    """The same, and every cell run to its end."""
    open_notebook(page, program, address, name)
    if program == "voila":
        return
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(".jp-InputPrompt", has_text="1").first.wait_for()


def errors_of(page):
    return [error for error in page.errors if not any(word in error for word in KNOWN)]


@pytest.fixture
def still(chromium, loopback, widget_bundle):
    from ipywidgets.embed import dependency_state, embed_snippet

    pages = []

    def show(*explorers, width=1000, height=1400, dark=False, touch=False):
        # Not drop_defaults: anywidget's model in the browser has none of its own.
        state = dependency_state(explorers, drop_defaults=False)
        snippet = embed_snippet(
            explorers, state=state, embed_url="/embed-amd.js", requirejs=False, cors=False
        )
        ground, ink = DARK if dark else LIGHT
        file = widget_bundle / f"still-{len(list(widget_bundle.glob('still-*')))}.html"
        file.write_text(PAGE.format(ground=ground, ink=ink, snippet=snippet), encoding="utf-8")
        context = chromium.new_context(viewport={"width": width, "height": height}, has_touch=touch)
        page = watched(context, loopback)
        pages.append(page)
        page.goto(f"{loopback}/{file.name}")
        page.wait_for_function(
            """n => n === document.querySelectorAll(
                '.siamese-picture, .siamese-guess-all').length""",
            arg=len(explorers),
        )
        page.wait_for_function(
            "[...document.querySelectorAll('.noUi-handle')].every(h => h.ariaLabel)"
        )
        return page

    yield show
    for page in pages:
        found = errors_of(page)
        page.context.close()
        assert found == []


@pytest.fixture(scope="module")
def call_program(chromium, loopback):
    page = chromium.new_page()
    page.goto(f"{loopback}/require.js")  # any page will do; a module needs an origin

    def call(picture, name, rows):
        return page.evaluate(
            """async ([program, name, rows]) => {
                const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
                const module = await import(url);
                URL.revokeObjectURL(url);
                return rows.map((row) => module[name](...row));
            }""",
            [picture._esm, name, rows],
        )

    yield call
    page.close()


def embed_in_page(chromium, loopback, picture, weights, pictures):
    """The vectors that the page's own encoder gives to pictures, each a list of bytes."""
    page = chromium.new_page()
    page.goto(f"{loopback}/require.js")
    vectors = page.evaluate(
        """async ([program, weights, pictures]) => {
            const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
            const { tensors, embed } = await import(url);
            const bytes = Uint8Array.from(atob(weights), (letter) => letter.charCodeAt(0));
            const read = tensors(new DataView(bytes.buffer));
            return pictures.map((one) => embed(read, one.map((byte) => byte / 255)));
        }""",
        [picture._esm, base64.b64encode(weights.read_bytes()).decode(), pictures],
    )
    page.close()
    return vectors
