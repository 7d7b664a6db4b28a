"""The API page and README's picture are what `make docs` writes; README's links and code hold."""

import json
import re
import sys
from pathlib import Path

import pytest
from mirror import need_mirror

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import docs  # noqa: E402

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_api_page_is_in_step_with_the_docstrings():
    assert (ROOT / "docs" / "api.md").read_text(encoding="utf-8") == docs.api()


def test_the_picture_is_notebook_04_s():
    assert (ROOT / "docs" / "similarity.png").read_bytes() == docs.picture()


def test_readme_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target
    for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"):
        assert f"(notebooks/{path.name})" in README


def test_readme_names_commands_that_the_makefile_has():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make (\w+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_readme_code_trains(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, on_a_mesh, _ = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
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


def test_readme_code_scores_the_shipped_weights(capsys):
    need_mirror("omniglot/all_runs.zip")
    exec(re.findall(r"```python\n(.*?)```", README, re.DOTALL)[-1], {})
    stored = json.loads(
        (ROOT / "siamese_lib" / "data" / "results" / "omniglot_encoder.json").read_text()
    )
    assert float(capsys.readouterr().out) == pytest.approx(stored["official runs"], abs=0.006)


@pytest.mark.parametrize("name", ["LICENSE", "binder/runtime.txt", ".ci/run"])
def test_what_the_readme_promises_is_there(name):
    assert (ROOT / name).exists()
