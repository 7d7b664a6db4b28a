"""The explorers with a kernel: in JupyterLab, Notebook 7 and Voila, in a real Chromium."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from browser import errors_of, open_and_run, painted, serving, watched
from programs import need

ROOT = Path(__file__).parents[2]
# As in the notebook.
NAMES = (
    "cost", "descent", "triplet", "replay", "matrix", "batch", "threshold", "one_shot",
    "contrastive", "playground",
    "signature",
)  # fmt: skip


@pytest.fixture(scope="module", params=["lab", "notebook", "voila"])
def live(request, tmp_path_factory, chromium):
    """A page with all explorers, run by that program; no outside host is reached."""
    folder = tmp_path_factory.mktemp(request.param)
    for name in ("explorers.ipynb", "voila.json"):
        shutil.copy(ROOT / "notebooks" / name, folder)
    with serving(request.param, folder) as address:
        context = chromium.new_context(viewport={"width": 1400, "height": 1000})
        page = watched(context, address)
        open_and_run(page, request.param, address, "explorers.ipynb")
        page.locator(".siamese-picture").nth(len(NAMES) - 1).wait_for()
        yield page
        context.close()


def part(page, name):
    return page.locator(".siamese-explorer").nth(NAMES.index(name))


def value(root, name):
    return float(root.locator(f"output[aria-label='{name}']").first.get_attribute("data-value"))


def press(page, root, slider, *keys):
    """Keys on a slider; returns whether the pixels of the picture changed."""
    root.scroll_into_view_if_needed()
    before = root.locator(".siamese-picture").screenshot()
    root.get_by_role("slider", name=slider, exact=True).focus()
    for key in keys:
        page.keyboard.press(key)
    painted(page)
    return root.locator(".siamese-picture").screenshot() != before


def test_cost(live):
    root = part(live, "cost")
    assert press(live, root, "cos(A,P)", "Home")
    assert press(live, root, "cos(A,N)", "End")
    assert value(root, "cost") == pytest.approx(2, abs=1e-6)
    assert press(live, root, "cos(A,P)", "End")
    assert press(live, root, "cos(A,N)", "Home")
    assert value(root, "cost") == pytest.approx(-2, abs=1e-6)


def test_descent(live):
    root = part(live, "descent")
    assert press(live, root, "step", "End")
    assert value(root, "cost") == pytest.approx(-1.675, abs=5e-4)


def test_matrix(live):
    root = part(live, "matrix")
    assert press(live, root, "entries filled", "Home", "ArrowRight")
    written = root.locator(".siamese-cell text").all_text_contents()
    assert [text != "" for text in written] == [True] * 2 + [False] * 14


def test_triplet(live):
    root = part(live, "triplet")
    assert press(live, root, "cos(A,P)", *["ArrowLeft"] * 10)
    assert value(root, "loss") == pytest.approx(0.5 - 0.5 + 0.25, abs=1e-6)
    assert root.locator("output[aria-label=kind]").inner_text() == "hard"
    assert press(live, root, "margin", "End")
    assert value(root, "loss") == pytest.approx(2, abs=1e-6)


def test_batch(live):
    root = part(live, "batch")
    assert press(live, root, "chosen entry", "Home")
    # Row 3 with -1 for its positive: mean negative (0.3 + 0.1 - 0.8) / 3, no closest one.
    assert value(root, "loss") == pytest.approx(-0.4 / 3 + 1 + 0.25, abs=1e-6)


def test_threshold(live):
    root = part(live, "threshold")
    assert press(live, root, "threshold", "ArrowLeft", "ArrowLeft")
    before = value(root, "recall")
    assert press(live, root, "threshold", *["ArrowRight"] * 10)
    assert value(root, "recall") < before


def test_replay(live):
    root = part(live, "replay")
    handle = root.locator(".noUi-handle").first
    name = handle.get_attribute("aria-label")
    press(live, root, name, "Home")
    assert press(live, root, name, "End")


def test_contrastive(live):
    root = part(live, "contrastive")
    assert press(live, root, "distance", *["ArrowLeft"] * 10)
    assert value(root, "loss") == pytest.approx(0.5**2, abs=1e-6)
    root.get_by_role("checkbox").check()
    assert value(root, "force") == pytest.approx(-1, abs=1e-6)
    root.get_by_role("checkbox").uncheck()
    assert press(live, root, "margin", "Home")
    assert value(root, "loss") == 0


def test_the_playground_trains_and_keeps_its_settings_in_the_address(live):
    root = part(live, "playground")
    first = value(root, "loss")
    root.get_by_role("button", name="Step", exact=True).click()
    assert value(root, "step") == 1 and value(root, "loss") != first
    root.get_by_role("combobox", name="loss", exact=True).select_option("info_nce")
    assert "#playground=data:moons;loss:info_nce" in live.url
    assert press(live, root, "temperature", "ArrowRight")
    root.get_by_role("button", name="Play").click()
    live.wait_for_function(
        "e => Number(e.querySelector('output[aria-label=step]').dataset.value) > 20",
        arg=root.element_handle(),
    )
    root.get_by_role("button", name="Pause").click()
    assert "temperature:0.11" in live.url


def test_the_one_shot_pad_answers_and_enrols(live):
    root = part(live, "one_shot")
    pad = root.get_by_role("application")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()

    def stroke(*points):
        for number, (x, y) in enumerate(points):
            live.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=5)
            if number == 0:
                live.mouse.down()
        live.mouse.up()

    def zigzag():
        stroke((0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8))

    answered = root.locator("output[aria-label='answered in ms']")
    zigzag()
    first = root.locator(".siamese-ranking output[data-value]:not([data-value=null])").first
    first.wait_for()
    assert answered.get_attribute("data-value") != "-"
    root.get_by_label("name of the class to enrol").fill("zigzag")
    root.get_by_role("button", name="enrol").click()
    said = root.locator(".siamese-sentence", has_text="zigzag is enrolled").inner_text()
    assert "1 enrolled by you" in said
    assert root.locator(".siamese-who").first.inner_text() == "zigzag"
    root.get_by_role("button", name="clear").click()
    # By keyboard alone: the same figure again.
    pad.focus()
    live.keyboard.press("Escape")
    for key in ["ArrowLeft"] * 8 + ["ArrowUp"] * 8 + [" "] + ["ArrowRight"] * 16:
        live.keyboard.press(key)
    for _ in range(16):
        live.keyboard.press("ArrowLeft")
        live.keyboard.press("ArrowDown")
    for key in ["ArrowRight"] * 16 + [" "]:
        live.keyboard.press(key)
    live.wait_for_function(
        """e => { const row = e.querySelector(".siamese-ranking li");
        return row.querySelector("output").dataset.value !== "null" &&
               row.querySelector(".siamese-who").textContent === "zigzag"; }""",
        arg=root.element_handle(),
    )


def test_the_console_is_clean_and_no_outside_host_was_asked(live):
    # Voila's own page asks for an icon font, which it can do without; nothing of ours is outside.
    icons = "fontawesome-free"
    assert [error for error in errors_of(live) if icons not in error] == []
    assert [url for url in live.blocked if icons not in url] == []


def test_make_explore_serves_them(tmp_path):
    """What the command starts; that it shows all explorers is tested above."""
    said = subprocess.run(
        [need("make"), "-n", "explore"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"cd notebooks && \S*voila explorers\.ipynb", said)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make explore" in readme
