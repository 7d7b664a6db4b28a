"""The playground's page: it trains, collapses, recovers, and keeps its settings in the address."""

import numpy as np
import pytest
from browser import painted

from siamese_lib.explorers import playground_explorer
from siamese_lib.explorers.playground import PlaygroundPicture, small_letters

SETTINGS = {
    "data": "rings", "loss": "info_nce", "miner": "hardest", "margin": 0.4, "temperature": 0.3,
    "rate": 0.05, "batch": 12, "seed": 7,
}  # fmt: skip


@pytest.mark.parametrize("others", ["", "a-heading", "a=1&b=2"])
def test_settings_go_into_the_address_and_come_out(call_program, others):
    (hash_,) = call_program(PlaygroundPicture, "writeAddress", [[f"#{others}", SETTINGS]])
    assert hash_.startswith(f"#{others}") and hash_.count("playground=") == 1
    read, again = call_program(PlaygroundPicture, "readAddress", [[hash_], [f"{hash_}&c=3"]])
    assert read == again == SETTINGS
    assert call_program(PlaygroundPicture, "writeAddress", [[hash_, SETTINGS]]) == [hash_]


def test_nonsense_in_an_address_is_left_out(call_program):
    cases = {
        "": {}, "#heading": {}, "#playground=": {}, "#playground=data:cats;rate:x;seed:": {},
        "#playground=loss:modified;batch:1000;rate:-1": {
            "loss": "modified", "batch": 64, "rate": 0,
        },
        "#playground=batch:7.6;margin:0.126": {"batch": 8, "margin": 0.13},
        "#playground=seed%3A3%3bdata%3Arings": {"seed": 3, "data": "rings"},
    }  # fmt: skip
    shown = call_program(PlaygroundPicture, "readAddress", [[hash_] for hash_ in cases])
    assert shown == list(cases.values())


def number(page, name):
    return float(page.locator(f"output[aria-label='{name}']").first.get_attribute("data-value"))


def press(page, name, times=1):
    for _ in range(times):
        page.get_by_role("button", name=name, exact=True).first.click()


def choose(page, menu, word):
    page.get_by_role("combobox", name=menu, exact=True).select_option(word)


def test_step_and_restart_give_the_same_run_again(still):
    page = still(playground_explorer(data="rings"))
    losses = [number(page, "loss")]
    for step in (1, 2, 3):
        press(page, "Step")
        assert number(page, "step") == step
        losses.append(number(page, "loss"))
    assert len(set(losses)) == 4
    press(page, "Restart")
    assert [number(page, "step"), number(page, "loss")] == [0, losses[0]]
    press(page, "Step", 3)
    assert number(page, "loss") == losses[3]
    press(page, "New seed")
    assert number(page, "step") == 0 and number(page, "loss") != losses[0]


def test_play_trains_until_pause_and_draws_what_it_does(still):
    page = still(playground_explorer())
    before = page.locator(".siamese-picture").screenshot()
    sentence = page.locator(".siamese-sentence")
    press(page, "Play")
    assert sentence.get_attribute("aria-live") == "off"
    page.wait_for_function(
        "() => Number(document.querySelector('output[aria-label=step]').dataset.value) > 40"
    )
    press(page, "Pause")
    stopped = number(page, "step")
    painted(page)
    assert number(page, "step") == stopped
    assert sentence.get_attribute("aria-live") == "polite"
    assert f"After {stopped:.0f} steps" in sentence.inner_text()
    assert page.locator(".siamese-picture").screenshot() != before


def test_hardest_negatives_collapse_and_random_ones_lead_out(still):
    page = still(playground_explorer(data="letters", miner="hardest"))
    page.emulate_media(reduced_motion="reduce")
    choose(page, "data", "moons")  # a change draws, and so the button gets its other name
    choose(page, "data", "letters")
    press(page, "25 steps", 4)
    assert "Collapsed" in page.locator(".siamese-sentence").inner_text()
    assert number(page, "active") == 1
    assert number(page, "loss") == pytest.approx(0.25, abs=0.01)
    choose(page, "negatives", "random")
    press(page, "25 steps", 8)
    assert number(page, "step") == 300  # the same run went on
    assert "Collapsed" not in page.locator(".siamese-sentence").inner_text()
    assert number(page, "spread of the embeddings") > 0.5


def test_a_loss_shows_what_it_takes(still):
    page = still(playground_explorer())
    margin, temperature = (
        page.get_by_role("slider", name=name, exact=True) for name in ("margin", "temperature")
    )
    for loss, words in (
        ("contrastive", ["at random"]), ("modified", ["closest", "hardest"]),
        ("info_nce", ["all others"]), ("triplet", ["random", "semi-hard", "hardest"]),
    ):  # fmt: skip
        choose(page, "loss", loss)
        menu = page.get_by_role("combobox", name="negatives", exact=True)
        assert menu.locator("option").all_inner_texts() == words
        assert menu.is_disabled() == (len(words) == 1)
        assert margin.is_visible() == (loss != "info_nce")
        assert temperature.is_visible() == (loss == "info_nce")
        if loss != "info_nce":
            wanted = 1 if loss == "contrastive" else 0.25
            assert float(margin.get_attribute("aria-valuenow")) == wanted


def test_the_address_holds_the_settings(still):
    page = still(playground_explorer())
    assert "#" not in page.url
    choose(page, "data", "rings")
    page.get_by_role("slider", name="batch", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    press(page, "Step", 2)
    said = page.locator(".siamese-values").inner_text()
    assert "#playground=data:rings;loss:triplet" in page.url and "batch:31" in page.url
    page.reload()
    page.locator("output[aria-label=step]").wait_for()
    assert page.get_by_role("combobox", name="data", exact=True).input_value() == "rings"
    batch = page.get_by_role("slider", name="batch", exact=True)
    batch.wait_for()
    assert float(batch.get_attribute("aria-valuenow")) == 31
    press(page, "Step", 2)
    assert page.locator(".siamese-values").inner_text() == said
    page.evaluate("location.hash = '#playground=data:blobs;rate:0.1'")
    page.wait_for_function("document.querySelector('.siamese-select').value === 'blobs'")
    assert number(page, "step") == 0


def test_an_address_is_read_where_the_page_takes_it_off(still):
    page = still(playground_explorer())
    page.add_init_script("history.replaceState(null, '', location.pathname)")  # as JupyterLab does
    page.goto(f"{page.url}#playground=data:rings")
    page.reload()
    page.locator("output[aria-label=step]").wait_for()
    assert "#" not in page.url
    assert page.get_by_role("combobox", name="data", exact=True).input_value() == "rings"


def test_two_displays_share_a_run_and_two_playgrounds_do_not(still):
    one, other = playground_explorer(), playground_explorer(seed=1)
    page = still(one, one, other)
    press(page, "Step")
    steps = page.locator("output[aria-label=step]")
    assert [step.get_attribute("data-value") for step in steps.all()] == ["1", "1", "0"]


def test_letters_are_six_classes_of_twenty():
    letters = small_letters()
    assert letters.shape == (120, 8, 8) and letters.dtype == np.uint8
    assert (letters.reshape(120, -1).max(axis=1) > 100).all()  # each has ink
    assert len(np.unique(letters.reshape(120, -1), axis=0)) == 120


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"data": "spirals"}, "data is 'spirals'; give one of"),
        ({"loss": "arcface"}, "loss is 'arcface'; give one of"),
        ({"miner": "easy"}, "miner is 'easy'; give one of"),
        ({"margin": 3}, "margin is 3; give a number from 0 to 2"),
        ({"temperature": 0}, "temperature is 0; give a number from 0.1"),
        ({"rate": 1}, "rate is 1; give a number from 0 to 0.5"),
        ({"batch": 1}, "batch is 1; give a whole number"),
        ({"batch": 65}, "batch is 65; give a number from 2 to 64"),
        ({"seed": -1}, "seed is -1; give a whole number"),
        ({"seed": 1000}, "seed is 1000; give a number from 0 to 999"),
    ],
)
def test_bad_input_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        playground_explorer(**change)
