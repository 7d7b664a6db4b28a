"""Record README's moving picture: the drawing pad knows a letter, then a figure that it saw once.

A real Chromium draws on the one-shot explorer as Voila serves it, kernel and all. Nothing is
staged: where the network is wrong, the recording stops and says so.

Usage: python tools/record_picture.py         writes docs/drawing_pad.webp; make picture does this
"""

import io
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from browser import FLAGS, open_and_run, serving, watched  # noqa: E402
from programs import need  # noqa: E402

TARGET = ROOT / "docs" / "drawing_pad.webp"
WIDTH, SCALE = 690, 1.6  # of the page, and the picture's pixels to each of its own
EDGE = 14  # pixels of the page around the explorer
STEPS = 5  # moves of the pen, and frames, from one corner to the next
# Strokes in shares of the pad's width and height. The letter is the first of the support set.
ALEF = [
    [(0.24, 0.16), (0.78, 0.84)],
    [(0.76, 0.16), (0.75, 0.34), (0.58, 0.54)],
    [(0.42, 0.44), (0.27, 0.58), (0.24, 0.84)],
]
HOUSE = [[(0.26, 0.80), (0.26, 0.46), (0.50, 0.20), (0.74, 0.46), (0.74, 0.80), (0.26, 0.80)]]
AGAIN = [[(0.30, 0.84), (0.27, 0.50), (0.53, 0.16), (0.78, 0.48), (0.73, 0.82), (0.30, 0.84)]]
ROOM = ".siamese-explorer { margin: 20px !important } .siamese-picture { padding: 4px }"
# How long the kernel took for its last answer, to a fraction that never comes twice in a row.
ANSWERED = """document.querySelector("output[aria-label='answered in ms']").dataset.value"""


class Film:
    """Frames of a page's explorer, and for how many milliseconds each is shown."""

    def __init__(self, page):
        self.page, self.frames, self.durations = page, [], []
        box = page.locator(".siamese-explorer").bounding_box()
        # White all around, so that it is a card of its own on a dark page.
        self.clip = {
            "x": box["x"] - EDGE,
            "y": box["y"] - EDGE,
            "width": box["width"] + 2 * EDGE,
            "height": box["height"] + 2 * EDGE,
        }

    def shoot(self, milliseconds):
        """One frame; where nothing has moved, the one before is shown for longer."""
        shot = self.page.screenshot(clip=self.clip)
        frame = Image.open(io.BytesIO(shot)).convert("RGB")
        if self.frames and frame.tobytes() == self.frames[-1].tobytes():
            self.durations[-1] += milliseconds
        else:
            self.frames.append(frame)
            self.durations.append(milliseconds)

    def draw(self, strokes):
        """Draw with the mouse; after each stroke wait for the kernel's answer."""
        box = self.page.get_by_role("application").bounding_box()
        mouse = self.page.mouse
        for stroke in strokes:
            points = [
                (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke
            ]
            mouse.move(*points[0])
            mouse.down()
            for point in between(points):
                mouse.move(*point)
                self.shoot(50)
            before = self.page.evaluate(ANSWERED)
            mouse.up()
            self.page.wait_for_function(f"before => {ANSWERED} !== before", arg=before)
            self.shoot(500)


def between(points):
    """All places of the pen on its way along the points, the first left out."""
    for (x1, y1), (x2, y2) in zip(points, points[1:], strict=False):
        for step in range(1, STEPS + 1):
            share = step / STEPS
            yield x1 + share * (x2 - x1), y1 + share * (y2 - y1)


def expect_first(page, name):
    """Stop the recording where another class is ranked first."""
    found = page.locator(".siamese-who").first.inner_text()
    if found != name:
        sys.exit(f"record_picture: the drawing is taken for {found}; draw a better {name}")


def play(film):
    """Draw a letter; show it a figure once, by name; draw that figure again."""
    page = film.page
    film.shoot(900)
    film.draw(ALEF)
    film.shoot(1800)
    expect_first(page, "Hebrew 1")
    page.get_by_role("button", name="clear").click()
    film.shoot(300)
    film.draw(HOUSE)
    film.shoot(500)
    field = page.get_by_label("name of the class to enrol")
    field.focus()
    for letter in "house":
        page.keyboard.type(letter)
        film.shoot(110)
    page.get_by_role("button", name="enrol").click()
    page.locator(".siamese-sentence", has_text="1 enrolled by you").wait_for()
    film.shoot(1300)
    page.get_by_role("button", name="clear").click()
    film.shoot(500)
    film.draw(AGAIN)
    film.shoot(2600)
    expect_first(page, "house")


def record():
    """A Film of the explorer while it is drawn on."""
    from playwright.sync_api import sync_playwright

    book = nbformat.v4.new_notebook()
    source = "from siamese_lib.explorers import one_shot_explorer\none_shot_explorer()"
    book.cells = [nbformat.v4.new_code_cell(source)]
    path = need("chromium", "chromium-browser", "google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        nbformat.write(book, Path(folder) / "explorers.ipynb")
        shutil.copy(ROOT / "notebooks" / "voila.json", folder)
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        with serving("voila", folder) as address:
            page = watched(browser.new_context(
                viewport={"width": WIDTH, "height": 800}, device_scale_factor=SCALE
            ), address)  # fmt: skip
            open_and_run(page, "voila", address, "explorers.ipynb")
            page.locator(".siamese-ranking canvas").first.wait_for()
            page.add_style_tag(content=ROOM)
            film = Film(page)
            play(film)
        browser.close()
    return film


def save(film, path):
    """Animated WebP that plays for ever."""
    first, *others = film.frames
    first.save(path, save_all=True, append_images=others, duration=film.durations, loop=0,
               quality=80, method=6, minimize_size=True)  # fmt: skip


if __name__ == "__main__":
    film = record()
    save(film, TARGET)
    seconds = sum(film.durations) / 1000
    kilobytes = TARGET.stat().st_size / 1000
    print(f"{TARGET.name}: {len(film.frames)} frames, {seconds:.1f} s, {kilobytes:.0f} KB")
