"""What each web page weighs, and how soon a reader sees it and can move its first slider.

Some pages of `make site`, served from loopback to headless Chromium, each visit with no cache,
once at this processor's speed and once four times slower, as the browser's own tools simulate a
phone. first_paint: the first words or lines; first_slider: a slider has its name, and a frame with
its picture was painted; both in seconds from the start of loading, the median of five visits.
page_kb: the page as it stands, without pictures; compressed_kb: the same as gzip, which hosts send;
pictures_kb: its pictures; shared_kb: scripts, styles and fonts that all pages share, as loaded.

Usage: python -m benchmarks.cost.pages            writes siamese_lib/data/results/pages.json
       python -m benchmarks.cost.pages index   prints only

SIAMESE_SITE=folder takes pages that were built before.
"""

import gzip
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.measure import ROOT, chosen, describe, store

# The tests' helpers import each other by name, as pytest has them on its path.
sys.path.insert(0, str(ROOT / "tests"))
import browser  # noqa: E402
from programs import need  # noqa: E402

VISITS = 5
# One with no widget, the first, the pad, one explorer, two and more of them, and the quiz.
PAGES = ("notation", "index", "00_start_here", "02_cosine_cost", "03_triplets", "explorers",
         "lab6_quiz")  # fmt: skip
SLOWER = {"this processor": 1, "4 times slower": 4}
# Notes when the first slider that carries its name, with a picture beside it, has been painted.
WATCH = """() => {
    const look = () => {
        const slider = document.querySelector(".siamese-explorer .noUi-handle[aria-label]");
        const picture = document.querySelector(".siamese-explorer .siamese-picture svg *");
        if (slider && picture) requestAnimationFrame(() => setTimeout(() => {
            window.firstSlider ??= performance.now() / 1000;
        }));
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"
PICTURES = (".png", ".webp", ".svg", ".jpg")


def build(folder):
    """The pages, in a folder: those built before, or new ones."""
    if "SIAMESE_SITE" in os.environ:
        return Path(os.environ["SIAMESE_SITE"])
    command = [sys.executable, str(ROOT / "tools" / "site" / "build.py"), str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return Path(folder)


def visit(chromium, address, name, slower, has_sliders):
    """(seconds to the first paint, to the first slider or None, bytes of each address loaded)."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = browser.watched(context, address)
    page.add_init_script(f"({WATCH})()")
    session = context.new_cdp_session(page)
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.goto(f"{address}/{name}", wait_until="load")
    if has_sliders:
        page.wait_for_function("window.firstSlider")
    paint, slider = page.evaluate(f"[{PAINT}, window.firstSlider ?? null]")
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map(r => [r.name, r.encodedBodySize])"
    )
    context.close()
    return paint, slider, dict(loaded)


def measure_page(chromium, address, path, name):
    """Weights and times of one page."""
    content = path.read_bytes()
    has_sliders = b"SliderModel" in content
    figures = {"page_kb": len(content) / 1000, "compressed_kb": len(gzip.compress(content)) / 1000}
    for speed, slower in SLOWER.items():
        visits = [visit(chromium, address, name, slower, has_sliders) for _ in range(VISITS)]
        paints, sliders, loaded = zip(*visits, strict=True)
        figures[speed] = {"first_paint": round(statistics.median(paints), 2)}
        if has_sliders:
            figures[speed]["first_slider"] = round(statistics.median(sliders), 2)
    pictures = {url: size for url, size in loaded[-1].items() if url.endswith(PICTURES)}
    figures["pictures_kb"] = sum(pictures.values()) / 1000
    figures["shared_kb"] = sum(loaded[-1].values()) / 1000 - figures["pictures_kb"]
    return {key: round(value) if key.endswith("_kb") else value for key, value in figures.items()}


def measure(site, names):
    """The pages named, one after the other."""
    with sync_playwright() as driver, browser.serving_files(site) as address:
        chromium = driver.chromium.launch(executable_path=need("chromium"), args=browser.FLAGS)
        found = {}
        for name, path in names.items():
            found[name] = measure_page(chromium, address, path, path.relative_to(site).as_posix())
            print(f"{name:28}", found[name], flush=True)
        version = chromium.version
        chromium.close()
    files = [path.stat().st_size for path in site.rglob("*") if path.is_file()]
    whole = {"files": len(files), "mb": round(sum(files) / 1e6, 1)}
    return {"machine": describe(), "chromium": version, "whole": whole, "pages": found}


def main(asked):
    with tempfile.TemporaryDirectory() as folder:
        site = build(folder)
        places = {path.stem: path for path in site.rglob("*.html")}
        result = measure(site, {name: places[name] for name in chosen(asked, PAGES)})
    if not asked:  # figures of several machines or days do not belong in one file
        store("pages", result)


if __name__ == "__main__":
    main(sys.argv[1:])
