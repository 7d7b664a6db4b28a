"""What every explorer keeps to, on a still page: names, keys, themes, widths, ranges, closing."""

import ipywidgets as widgets
import pytest
from browser import painted

from siamese_lib import explorers

NAMES = (
    "cost", "descent", "triplet", "contrastive", "matrix", "batch", "threshold", "replay",
    "playground", "signature",
    "one_shot",  # has no slider
)  # fmt: skip
each = pytest.mark.parametrize("name", NAMES)


def explorer(name):
    return getattr(explorers, f"{name}_explorer")()


@each
def test_it_fits_a_phone_and_a_zoomed_window(still, name):
    for width in (360, 500):  # 500: a window of 1,000 pixels at 200 %
        page = still(explorer(name), width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = page.evaluate("""[...document.querySelectorAll(
            '.siamese-picture :is(text, span, p, output, button, label, td)')]
            .filter(e => e.textContent.trim() && e.getClientRects().length).map(e => {
                const at = e.getScreenCTM?.(), scale = at ? Math.hypot(at.a, at.b) : 1;
                return parseFloat(getComputedStyle(e).fontSize) * scale;
            }).filter(size => size < 9.5)""")
        assert small == []


# Relative luminance and contrast as WCAG 2 defines them, of the text on the page's own ground.
CONTRAST = """ground => {
    const light = (colour) => {
        const canvas = document.createElement("canvas").getContext("2d");
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((byte) => {
            const share = byte / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const poor = [];
    const words = "text, span, p, output, button, label, td, th, figcaption, legend";
    for (const node of document.querySelectorAll(`.siamese-explorer :is(${words})`)) {
        if (!node.textContent.trim() || !node.getClientRects().length) continue;
        if (node.closest(".siamese-look")) continue; // on a disc, not on the page
        const style = getComputedStyle(node), colour = node.getScreenCTM ? style.fill : style.color;
        const [a, b] = [light(colour), light(ground)].sort((x, y) => y - x);
        if ((a + 0.05) / (b + 0.05) < 4.5) poor.push([node.textContent, colour]);
    }
    return poor;
}"""


@each
@pytest.mark.parametrize("dark", [False, True])
def test_its_words_stand_out_in_light_and_dark(still, name, dark):
    page = still(explorer(name), dark=dark)
    assert page.evaluate(CONTRAST, "#111111" if dark else "#ffffff") == []


@each
def test_all_that_can_be_moved_has_a_name_and_a_tab_stop(still, name):
    page = still(explorer(name))
    movable = page.locator("[role=slider], [role=spinbutton], [role=application], input, button")
    assert movable.count() >= 1
    nameless = page.evaluate("""[...document.querySelectorAll(
        "[role=slider], [role=spinbutton], [role=application], input, button")]
        .filter(e => !(e.ariaLabel || e.textContent.trim() || e.labels?.length))
        .map(e => e.outerHTML.slice(0, 120))""")
    assert nameless == []
    for handle in page.get_by_role("slider").all():
        assert handle.get_attribute("tabindex") == "0"
        now, low, high = (
            float(handle.get_attribute(f"aria-value{w}")) for w in ("now", "min", "max")
        )
        assert low <= now <= high
    assert page.locator(".siamese-sentence[role=status]").count() == 1


@pytest.mark.parametrize("name", NAMES[:-1])
def test_a_slider_reaches_both_ends_and_refuses_nonsense(still, name):
    page = still(explorer(name))
    for field in page.get_by_role("textbox").all():
        slider = field.locator("xpath=ancestor::*[contains(@class, 'widget-slider')]")
        slider = slider.get_by_role("slider")
        slider.focus()
        for key, end in (("Home", "min"), ("End", "max"), ("ArrowRight", "max")):
            page.keyboard.press(key)
            value = float(slider.get_attribute("aria-valuenow"))
            assert value == pytest.approx(float(slider.get_attribute(f"aria-value{end}")))
        good = field.inner_text()
        for nonsense in ("abc", "1e", "", "--1", "3x"):
            field.click()
            page.keyboard.press("Control+a")
            page.keyboard.press("Delete")
            page.keyboard.type(nonsense)
            page.keyboard.press("Enter")
            assert field.inner_text() == good


@pytest.mark.parametrize("name", NAMES[:-1])
def test_two_displays_stay_in_step(still, name):
    one = explorer(name)
    page = still(one, one)
    before = page.locator(".siamese-picture").all_inner_texts()
    assert before[0] == before[1]
    handle = page.locator(".siamese-explorer").first.locator(".noUi-handle").first
    handle.focus()
    low, now = (handle.get_attribute(f"aria-value{word}") for word in ("min", "now"))
    page.keyboard.press("End" if float(now) == float(low) else "Home")
    painted(page)
    after = page.locator(".siamese-explorer").all_inner_texts()
    assert after[0] == after[1]
    assert page.locator(".siamese-picture").first.inner_text() != before[0]


@each
def test_closing_frees_every_widget(name):
    from ipywidgets.widgets import widget

    known = set(widget._instances)
    one = explorer(name)
    assert set(widget._instances) - known
    one.close()
    left = [widget._instances[key] for key in set(widget._instances) - known]
    assert [
        w for w in left if not isinstance(w, (widgets.Layout, widgets.widget_style.Style))
    ] == []
