"""The API page is what `make docs` writes; README's and docs/'s links, code and picture hold."""

import csv
import json
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from mirror import need_mirror
from PIL import Image
from sklearn.feature_extraction.text import TfidfVectorizer

from siamese_lib.datasets import load_quora
from siamese_lib.evaluation import roc_auc

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import docs  # noqa: E402

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


def code_of(page):
    """The blocks of Python that a page prints."""
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


def test_the_api_page_is_in_step_with_the_docstrings():
    assert (ROOT / "docs" / "api.md").read_text(encoding="utf-8") == docs.api()


def test_the_page_of_notation_is_in_step_with_the_glossary():
    assert (ROOT / "notebooks" / "notation.md").read_text(encoding="utf-8") == docs.notation()


def anchors(path):
    """What a link may name behind #, as GitHub makes it of a heading."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@each_page
def test_links_lead_somewhere(page):
    text = re.sub(r"(?ms)^( *)```.*?^\1```$", "", page.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)]+)\)", text):
        target, _, anchor = link.partition("#")
        path = page.parent / target if target else page
        assert path.exists() or link.startswith("https://"), link
        assert not anchor or anchor in anchors(path), link


def test_readme_is_short_and_leads_to_every_notebook_and_page():
    assert len(README.splitlines()) <= 120
    for path in [*(ROOT / "notebooks").glob("[0-9]*.ipynb"), *PAGES[1:]]:
        assert f"({path.relative_to(ROOT)}" in README


@each_page
def test_the_makefile_has_every_command_that_a_page_names(page):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:`|^)make (\w+)", page.read_text(encoding="utf-8"), re.MULTILINE):
        assert re.search(rf"^(?:\w+ )*{target}(?: \w+)*:", makefile, re.MULTILINE), target


def test_the_moving_picture_moves_and_is_small():
    path = ROOT / "docs" / "drawing_pad.webp"
    assert "(docs/drawing_pad.webp)" in README
    assert path.stat().st_size < 600_000
    with Image.open(path) as picture:
        assert picture.n_frames > 50
        assert picture.info["loop"] == 0  # for ever
        frames = []
        for place in (0, picture.n_frames - 1):
            picture.seek(place)
            frames.append(np.asarray(picture.convert("L"), float))
    assert (frames[0][0] == 255).all()  # paper at the edge: a card of its own on a dark page
    assert (abs(frames[1] - frames[0]) > 100).mean() > 0.01  # ink has come


def test_versions_in_commands_are_those_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ranges = dict(re.match(r"([\w-]+)(.*)", line).groups() for line in project["dependencies"])
    text = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    found = re.findall(r'"(\w+)(?:\[\w+\])?([<>=][^"]*)"', text)
    assert found
    for name, range_ in found:
        assert range_ == ranges["jax" if name == "jaxlib" else name], name


def write_own_pairs(file, count):
    """The first pairs of the mirrored excerpt, in a file as a reader may have one."""
    source = need_mirror("quora/quora_duplicate_questions.tsv")
    with source.open(encoding="utf-8", newline="") as read, file.open("w", newline="") as written:
        rows = list(csv.DictReader(read, delimiter="\t"))[:count]
        names = ["question1", "question2", "is_duplicate"]
        writer = csv.DictWriter(written, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def tfidf_auc(train, test, **settings):
    vectoriser = TfidfVectorizer(**settings).fit([*train.question1, *train.question2])
    x1, x2 = (vectoriser.transform(texts) for texts in test[:2])
    return roc_auc(np.asarray(x1.multiply(x2).sum(axis=1)).ravel(), test.is_same)


def test_readme_s_code_beats_tfidf_on_pairs_that_it_has_not_seen(tmp_path, monkeypatch, capsys):
    (code,) = code_of("README.md")
    write_own_pairs(tmp_path / "pairs.csv", 4000)
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    ours = float(capsys.readouterr().out)
    train, test = (load_quora(split, path="pairs.csv") for split in ("train", "test"))
    rivals = [
        tfidf_auc(train, test, **settings)
        for settings in ({}, {"analyzer": "char_wb", "ngram_range": (3, 5)})
    ]
    assert ours > max(rivals) + 0.02


def test_the_engineers_code_trains(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, on_a_mesh = code_of("docs/engineers.md")
    words = ["age", "country", "price", "colour", "size", "name"]
    question1 = [f"what is the {word} of number {n}" for word in words for n in range(4)]
    question2 = [f"which {word} has number {n}" for word in words for n in range(4)]
    space = {"question1": question1, "question2": question2, "is_same": [1] * 24}
    exec(code.replace("batch_size=128", "batch_size=8"), space)
    assert space["embeddings"].shape == (48, 128)
    assert space["history"]["epoch_loss"][-1] < space["history"]["epoch_loss"][0]
    assert (tmp_path / "weights.safetensors").exists()
    exec(on_a_mesh.replace("fit(", "longer = fit("), space)
    assert len(space["longer"]["epoch_loss"]) == 20  # it went on from the checkpoint
    assert space["longer"]["epoch_loss"][:10] == space["history"]["epoch_loss"]


def test_the_code_beside_the_results_scores_the_shipped_weights(capsys):
    need_mirror("omniglot/all_runs.zip")
    (code,) = code_of("docs/results.md")
    exec(code, {})
    stored = json.loads(
        (ROOT / "siamese_lib" / "data" / "results" / "omniglot_encoder.json").read_text()
    )
    assert float(capsys.readouterr().out) == pytest.approx(stored["official runs"], abs=0.006)


@pytest.mark.parametrize("name", ["LICENSE", "binder/runtime.txt", ".ci/run"])
def test_what_the_readme_promises_is_there(name):
    assert (ROOT / name).exists()
