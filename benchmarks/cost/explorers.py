"""How long an explorer takes from a key press to the painted frame, in a real JupyterLab.

Headless Chromium shows a notebook with one explorer; arrow keys, sent by the browser's own input
pipeline, move its first slider. Times are from the event's time stamp to the frame that
shows the answer (a task queued in the animation frame after the event runs when it is handed
to the compositor). The one-shot explorer answers from the kernel: from the end of a stroke to the
drawn ranking. The playground also plays for five seconds with each kind of data: frames and
training steps a second. "bare_slider" is an ipywidgets slider with nothing beside it, in the same
run: the part of the time that is JupyterLab's and the machine's.

Usage: python -m benchmarks.cost.explorers            writes siamese_lib/data/results/explorers.json
       python -m benchmarks.cost.explorers playground  prints only
"""

import random
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import numpy as np
from playwright.sync_api import sync_playwright

from benchmarks.measure import ROOT, chosen, describe, store

# The tests' helpers import each other by name, as pytest has them on its path.
sys.path.insert(0, str(ROOT / "tests"))
import browser  # noqa: E402
from programs import need  # noqa: E402

# one_shot is measured otherwise
NAMES = (
    "cost", "descent", "triplet", "matrix", "batch", "threshold", "replay", "contrastive",
    "playground", "signature",
)  # fmt: skip
PRESSES, BURST, STEP_MS = 120, 30, 33
PLAY_MS = 5000

# Notes, for every key press, the milliseconds to the next painted frame, the milliseconds that the
# drawing took, and the number of the animation frame in which it was drawn.
WATCH = """() => {
    window.seen = { painted: [], drawn: [], frames: [] };
    const channel = new MessageChannel();
    const waiting = [];
    let frame = 0;
    const count = () => { frame += 1; requestAnimationFrame(count); };
    count();
    channel.port1.onmessage = () => {
        const now = performance.now();
        while (waiting.length) window.seen.painted.push(now - waiting.shift());
    };
    window.addEventListener("keydown", (event) => requestAnimationFrame(() => {
        waiting.push(event.timeStamp);
        channel.port2.postMessage(0);
    }), true);
    window.addEventListener("explorer-drawn", (event) => {
        window.seen.drawn.push(event.detail);
        window.seen.frames.push(frame);
    }, true);
}"""


def press(page, times, gap):
    """Arrow keys to and fro, gap(k) seconds apart, on whatever has the focus."""
    page.evaluate("() => { for (const list of Object.values(window.seen)) list.length = 0; }")
    start = time.perf_counter()
    for k in range(times):
        due = start + gap(k)
        while time.perf_counter() < due:
            time.sleep(0.0005)
        page.keyboard.press("ArrowRight" if k % 30 < 15 else "ArrowLeft")
    page.wait_for_timeout(400)
    return page.evaluate("window.seen")


def measure_one(page, root):
    """The four figures of one explorer, whose element is root."""
    root.scroll_into_view_if_needed()
    handle = root.locator(".noUi-handle").first
    handle.focus()
    press(page, 10, lambda k: 0.05 * k)  # warm
    rng = random.Random(0)
    gaps = np.cumsum([rng.uniform(0.06, 0.12) for _ in range(PRESSES)])
    seen = press(page, PRESSES, lambda k: gaps[k])
    burst = press(page, BURST, lambda k: STEP_MS / 1000 * k)
    painted = {
        "median_ms": round(float(np.median(seen["painted"])), 1),
        "p95_ms": round(float(np.percentile(seen["painted"], 95)), 1),
    }
    if not seen["drawn"]:
        return painted
    return painted | {
        "draw_ms": round(float(np.median(seen["drawn"])), 2),
        "draw_p95_ms": round(float(np.percentile(seen["drawn"], 95)), 2),
        "burst_frames": len(set(burst["frames"])),
    }


def measure_pad(page, root, strokes=30):
    """Milliseconds from the end of a stroke on the one-shot pad to the drawn ranking."""
    pad, answer = (
        root.get_by_role("application"),
        root.locator("output[aria-label='answered in ms']"),
    )
    pad.scroll_into_view_if_needed()
    box, rng, taken = pad.bounding_box(), random.Random(0), []
    for _ in range(strokes + 2):
        root.get_by_role("button", name="clear").click()
        answer.evaluate("node => { node.dataset.value = ''; }")
        for number in range(4):
            page.mouse.move(
                box["x"] + box["width"] * rng.uniform(0.1, 0.9),
                box["y"] + box["height"] * rng.uniform(0.1, 0.9),
            )
            if number == 0:
                page.mouse.down()
        page.mouse.up()
        page.wait_for_function("node => node.dataset.value", arg=answer.element_handle())
        taken.append(float(answer.get_attribute("data-value")))
    taken = taken[2:]  # the first ones warm the kernel
    return {
        "answer_median_ms": round(float(np.median(taken)), 1),
        "answer_p95_ms": round(float(np.percentile(taken, 95)), 1),
    }


# Counts animation frames, and the steps that the playground says it took, for so many milliseconds.
PLAYED = """([root, length]) => new Promise((done) => {
    const step = () => Number(root.querySelector("output[aria-label=step]").dataset.value);
    const start = performance.now(), before = step();
    let frames = -1;
    const count = () => {
        frames += 1;
        const seconds = (performance.now() - start) / 1000;
        if (seconds * 1000 < length) requestAnimationFrame(count);
        else done({ frames: frames / seconds, steps: (step() - before) / seconds });
    };
    requestAnimationFrame(count);
})"""


def measure_play(page, root):
    """Frames and training steps a second while the playground plays, with each kind of data."""
    figures = {}
    for data in ("moons", "rings", "blobs", "letters"):
        root.get_by_role("combobox", name="data", exact=True).select_option(data)
        root.get_by_role("button", name="Play").click()
        page.wait_for_timeout(1000)  # warm
        played = page.evaluate(PLAYED, [root.element_handle(), PLAY_MS])
        root.get_by_role("button", name="Pause").click()
        figures[data] = {f"{name}_per_second": round(n, 1) for name, n in played.items()}
    return {"plays": figures}


BARE = "import ipywidgets\n\nipywidgets.FloatSlider(0.5, min=-1, max=1, step=0.01)"


def notebook(name):
    """A notebook that shows one explorer, or the bare slider."""
    source = f"from siamese_lib import explorers\n\nexplorers.{name}_explorer()"
    source = BARE if name == "bare_slider" else source
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )


def measure_in_lab(chromium, folder, address, name):
    """The figures of one explorer in a JupyterLab that serves the folder."""
    nbformat.write(notebook(name), Path(folder) / f"{name}.ipynb")
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    page = browser.watched(context, address)
    browser.open_and_run(page, "lab", address, f"{name}.ipynb")
    root = page.locator(".widget-slider" if name == "bare_slider" else ".siamese-explorer")
    root.wait_for(timeout=120_000)
    page.wait_for_timeout(3000)  # the last messages of the start
    page.evaluate(WATCH)
    figures = measure_pad(page, root) if name == "one_shot" else measure_one(page, root)
    if name == "playground":
        figures |= measure_play(page, root)
    print(f"{name:10}", figures, flush=True)
    context.close()
    return figures


def measure(names):
    """The explorers named, one after the other, in JupyterLab."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=need("chromium"), args=browser.FLAGS)
        with browser.serving("lab", folder) as address:
            shown = {name: measure_in_lab(chromium, folder, address, name) for name in names}
        version = chromium.version
        chromium.close()
    return {"machine": describe(), "chromium": version, "explorers": shown}


def main(names):
    known = ("bare_slider", *NAMES, "one_shot")
    result = measure(chosen(names, known))
    if not names:  # figures of several machines or days do not belong in one file
        store("explorers", result)


if __name__ == "__main__":
    main(sys.argv[1:])
