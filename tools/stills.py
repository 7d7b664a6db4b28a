"""Still pictures of a notebook's explorers, for pages that show no widgets.

add(notebook) draws each explorer in Chromium as the kernel left it, and puts the picture in place
of the widget. It takes Chromium and npm, which only those who execute the notebooks need.
"""

import json
import sys
import tempfile
from pathlib import Path

from notebooks import STILL, VIEW, is_explorer
from siamese_lib.plots import packed

ROOT = Path(__file__).resolve().parent.parent
WIDTH, SCALE = 920, 2  # of the page, and the picture's pixels to each of its own


def add(notebook):
    """Replace the explorers of an executed notebook, whose metadata still hold their state."""
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", []) if is_explorer(o)]
    if not outputs:
        return
    state = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]
    pictures = _drawn([output["data"][VIEW] for output in outputs], state)
    for output, picture in zip(outputs, pictures, strict=True):
        output.update(packed(picture, STILL, sharpness=SCALE))


def _drawn(views, state):
    """A PNG of each view, on white."""
    sys.path.insert(0, str(ROOT / "tests"))
    from browser import FLAGS, LIGHT, PAGE, make_widget_bundle, painted, serving_files, watched
    from playwright.sync_api import sync_playwright
    from programs import need

    path, pictures = need("chromium", "chromium-browser", "google-chrome"), []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        site = make_widget_bundle(Path(folder))
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        with serving_files(site) as address:
            for number, view in enumerate(views):
                file = site / f"still-{number}.html"
                page_text = PAGE.format(
                    ground=LIGHT[0], ink=LIGHT[1], snippet=_snippet(view, state)
                )
                file.write_text(page_text, encoding="utf-8")
                size = {"width": WIDTH, "height": 800}
                page = watched(
                    browser.new_context(viewport=size, device_scale_factor=SCALE), address
                )
                page.goto(f"{address}/{file.name}")
                page.locator(".siamese-values").first.wait_for()
                painted(page)
                shot = page.locator("body > .widget-subarea, body > div").first.screenshot()
                pictures.append(shot)
        browser.close()
    return pictures


def _snippet(view, state):
    """What ipywidgets' embedding writes into a page, for one view."""
    return (
        f'<script type="application/vnd.jupyter.widget-state+json">{_script(state)}</script>'
        '<div style="padding: 8px; font-family: sans-serif">'
        f'<script type="{VIEW}">{_script(view)}</script></div>'
        '<script src="/embed-amd.js"></script>'
    )


def _script(data):
    return json.dumps(data).replace("</", "<\\/")
