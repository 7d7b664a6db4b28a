"""What every picture keeps to: nothing is cut, axes fit, and a colour has one meaning."""

import pytest
from browser import painted
from test_page import each, explorer

from siamese_lib import plots

# What reaches over the page, over a frame that scrolls, or over the edge of its panel.
CUT = """() => {
    const cut = [], wide = document.documentElement.clientWidth;
    for (const node of document.querySelectorAll(".siamese-explorer *")) {
        const { visibility, overflowX } = getComputedStyle(node);
        const unseen = "defs, clipPath, [clip-path], .siamese-handle"; // or not in full
        if (node.closest(unseen) || visibility === "hidden") continue;
        const scrolls = ["auto", "scroll"].includes(overflowX);
        if (scrolls && node.scrollWidth > node.clientWidth) cut.push(["scrolls", node.className]);
        const box = node.getBoundingClientRect();
        const frame = node.ownerSVGElement?.getBoundingClientRect();
        if (!box.width || !box.height || node.tagName === "g") continue;
        const text = node.textContent.slice(0, 30);
        const name = `${node.tagName} ${text} ${node.getAttribute("class")}`;
        if (box.left < -0.5 || box.right > wide + 0.5) cut.push(["page", name]);
        // A line ends in round caps and a disc in its edge: two pixels.
        const isOver = frame && (box.left < frame.left - 2 || box.right > frame.right + 2
            || box.top < frame.top - 2 || box.bottom > frame.bottom + 2);
        if (isOver) cut.push(["panel", name]);
    }
    return cut;
}"""


@each
@pytest.mark.parametrize("width", [1280, 1024, 390])
def test_nothing_is_cut(still, name, width):
    page = still(explorer(name), width=width)
    assert page.evaluate(CUT) == []
    for slider in page.locator(".noUi-handle:visible").all():  # nor at the ends
        for key in ("End", "Home"):
            slider.focus()
            page.keyboard.press(key)
            painted(page)
            assert page.evaluate(CUT) == []


# For each panel with axes: the share of the frame's width and height that its curves take, and by
# how many pixels of the panel they leave it.
FILLED = """() => [...document.querySelectorAll(".siamese-picture svg")].flatMap((panel) => {
    const frame = panel.querySelector(".siamese-frame")?.getBBox();
    const curves = [...panel.querySelectorAll(".siamese-curve")].map((curve) => curve.getBBox());
    if (!frame || !curves.length) return [];
    const left = Math.min(...curves.map((c) => c.x)), top = Math.min(...curves.map((c) => c.y));
    const right = Math.max(...curves.map((c) => c.x + c.width));
    const low = Math.max(...curves.map((c) => c.y + c.height));
    return [{
        panel: panel.getAttribute("aria-label"),
        across: (right - left) / frame.width, up: (frame.y + frame.height - top) / frame.height,
        over: Math.max(frame.x - left, right - frame.x - frame.width, frame.y - top,
                       low - frame.y - frame.height),
    }];
})"""
CURVES = {"triplet": 1, "descent": 1, "contrastive": 1, "threshold": 1, "replay": 3}


@pytest.mark.parametrize("name", CURVES)
def test_axes_fit_what_can_occur(still, name):
    page = still(explorer(name))
    ends = ("", "Home", "End") if name == "triplet" else ("",)
    for end in ends:  # of the last slider, the margin
        page.locator(".noUi-handle").last.focus()
        if end:
            page.keyboard.press(end)
        painted(page)
        found = page.evaluate(FILLED)
        assert len(found) == CURVES[name]
        for one in found:
            assert one["across"] > 0.5 and one["up"] > 0.6 and one["over"] < 0.5, one


# Each colour that is painted, with all it stands for: the class of the nearest role.
MEANINGS = """() => {
    const role = /^siamese-(anchor|positive|negative|accent|above|below|heat|cool|class[0-7])$/;
    const same = { heat: "above", cool: "below" };
    const found = {};
    for (const node of document.querySelectorAll(".siamese-picture *")) {
        const wordOf = (one) => [...one.classList].map((c) => c.match(role)?.[1]).find(Boolean);
        let owner = node, word;
        while (owner && !(word = wordOf(owner))) owner = owner.parentElement;
        if (!word) continue;
        const style = getComputedStyle(node);
        for (const name of ["fill", "stroke", "stopColor", "backgroundColor", "color"]) {
            (found[style[name]] ??= new Set()).add(same[word] ?? word);
        }
    }
    return Object.fromEntries(Object.entries(found).map(([colour, words]) => [colour, [...words]]));
}"""


def as_rgb(colour):
    return "rgb({}, {}, {})".format(*bytes.fromhex(colour.removeprefix("#")))


@each
def test_each_colour_has_one_meaning_in_a_picture_that_of_the_figures(still, name):
    page = still(explorer(name))
    found = page.evaluate(MEANINGS)
    roles = {as_rgb(colour): role for role, colour in plots.COLOURS.items()}
    classes = {as_rgb(colour): f"class{k}" for k, colour in enumerate(plots.CLASSES)}
    ours = {colour: words for colour, words in found.items() if colour in roles | classes}
    for colour, words in ours.items():
        assert len(words) == 1, (colour, words)
        assert words[0] in (roles.get(colour), classes.get(colour))
