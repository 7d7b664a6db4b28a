"""The recipes of CONTRIBUTING.md, followed word for word in a copy of the repository."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from checkout import clone
from markdown_it import MarkdownIt
from programs import need

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def recipes(page):
    """{heading: [(language, path or "", text), ...]} of the sections below "## Recipes"."""
    part = page.split("\n## Recipes\n")[1].split("\n## ")[0]
    tokens, found = MarkdownIt("commonmark").parse(part), {}
    for token, after in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open":
            found[after.content] = recipe = []
        if token.type == "fence":
            language, _, path = token.info.partition(" ")
            recipe.append((language, path, token.content))
    return found


def changed(text, hunks):
    """A text after the hunks of a diff, each of which must fit exactly one place."""
    for hunk in re.split(r"^@@\n", hunks, flags=re.MULTILINE):
        lines = hunk.splitlines()
        assert {line[:1] for line in lines} <= {"+", "-", " "}, f"neither +, - nor space: {hunk}"
        old, new = (
            "".join(f"{line[1:]}\n" for line in lines if line[0] in signs) for signs in ("- ", "+ ")
        )
        places = [m.start() for m in re.finditer(rf"^{re.escape(old)}", text, re.MULTILINE)]
        assert len(places) == 1, f"this stands {len(places)} times, and not once:\n{old}"
        text = text[: places[0]] + new + text[places[0] + len(old) :]
    return text


def commands_of(line, makefile):
    """The command of a line; of `make TARGET NAME=value` those that the Makefile has for it."""
    words = shlex.split(line)
    if words[0] != "make":
        return [line]
    target, values = words[1], dict(word.split("=", 1) for word in words[2:])
    (recipe,) = re.findall(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    return [
        re.sub(r"\$\((\w+)\)", lambda m: values.get(m[1], ""), command.strip())
        for command in recipe.splitlines()
    ]


def run(folder, *words):
    env = os.environ | {"PYTHONPATH": str(folder), "MPLBACKEND": ""}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def write(folder, recipe):
    """Write and change the files of a recipe; return the lines that it has for the shell."""
    lines = []
    for language, path, text in recipe:
        if language == "sh":
            lines += text.splitlines()
        elif language == "diff":
            before = (folder / path).read_text(encoding="utf-8")
            (folder / path).write_text(changed(before, text), encoding="utf-8")
        else:
            assert not (folder / path).exists(), f"{path} is there already"
            (folder / path).write_text(text, encoding="utf-8")
    return lines


def run_line(folder, line):
    """Run a line of the shell with this Python in place of that in .venv."""
    for command in commands_of(line, (folder / "Makefile").read_text(encoding="utf-8")):
        python, *words = shlex.split(command)
        assert python == ".venv/bin/python", f"{command} is not run by .venv's Python"
        done = run(folder, *words)
        assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The repository as git sees it, new files included."""
    return clone(tmp_path_factory.mktemp("copy"))


@pytest.fixture(scope="module")
def followed(copy):
    """The copy after all recipes. What several of them run (make docs) is run once."""
    need("chromium", "chromium-browser", "google-chrome")
    lines = [line for recipe in recipes(PAGE).values() for line in write(copy, recipe)]
    for line in dict.fromkeys(lines):
        run_line(copy, line)
    return copy


def test_there_is_a_recipe_for_each_of_these():
    found = recipes(PAGE)
    assert list(found) == [
        "A loss", "An encoder", "A data set", "An exercise", "A notebook", "An explorer", "A lab",
    ]  # fmt: skip
    assert found.pop("A lab") == []  # tests/grading/test_new_lab.py follows it
    assert all(recipe[-1][0] == "sh" for recipe in found.values())


def test_the_table_names_files_that_are_there():
    table = PAGE.split("\n\n")[1]
    assert len(table.splitlines()) == 2 + 10
    for name in re.findall(r"`([\w.]+/[\w./]*)`", table):
        assert (ROOT / name).exists(), name


def test_new_names_are_handed_on_and_stand_on_the_api_page(followed):
    names = {
        "losses": "absolute_contrastive_loss", "encoders": "LinearEncoder",
        "datasets": "load_flowers", "explorers": "angle_explorer",
    }  # fmt: skip
    code = "".join(f"from siamese_lib.{room} import {name}\n" for room, name in names.items())
    assert run(followed, "-c", code).returncode == 0
    page = (followed / "docs" / "api.md").read_text(encoding="utf-8")
    for name in names.values():
        assert f"\n### {name}(" in page


ANSWERS = [
    ("start.3", "lambda x: x / np.sqrt((x**2).sum(-1, keepdims=True))", "right, 3 of 3 cases"),
    ("start.3", "lambda x: x / np.sqrt((x**2).sum())", "Hint: all rows got one common length"),
    ("rulers.1", "lambda c: 2 - 2 * c", "right, 3 of 3 cases"),
    ("rulers.2", "lambda d2: 1 - d2", "Hint: the square is twice as large as that"),
]


def test_the_new_checks_answer(followed, tmp_path, monkeypatch):
    monkeypatch.setenv("SIAMESE_PROGRESS", str(tmp_path / "progress.json"))
    code = "import numpy as np\nfrom siamese_lib.checks import check\n"
    for exercise, answer, _ in ANSWERS:
        code += f'check("{exercise}", {answer})\nprint("next")\n'
    answers = " ".join(run(followed, "-c", code).stdout.split()).split("next")
    for (exercise, _, said), answered in zip(ANSWERS, answers, strict=False):
        assert exercise in answered and said in answered


# Tests of the files chosen below that take long, and have nothing to do with what is new.
LONG = ("prints_today", "other_data", "_code", "mypy_knows", "wrong", "kernels")


def test_all_else_holds_in_the_copy(followed):
    """Style, import order, types, pages; the notebooks keep the rules, but for one said there."""
    done = run(
        followed, "-m", "pytest", "-q", "-p", "no:cacheprovider",
        "tests/repository/test_package.py", "tests/repository/test_types.py",
        "tests/repository/test_docs.py", "tests/repository/test_results.py",
        "tests/notebooks/test_notebooks.py", "tests/notebooks/test_progress.py",
        "tests/notebooks/test_numbers_in_prose.py", "tests/notebooks/test_rendering.py",
        "-k", " and ".join(f"not {name}" for name in LONG),
    )  # fmt: skip
    failed = re.findall(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
    assert failed == ["tests/notebooks/test_notebooks.py::test_its_anatomy[14_two_rulers]"], (
        done.stdout[-4000:]
    )
    assert "assert 10 <= 4" in done.stdout


def test_what_does_not_fit_exactly_once_is_refused():
    assert changed("a\nb\nab\n", " b\n+c\n@@\n-a\n") == "b\nc\nab\n"
    for hunks, said in (
        ("-d\n", "stands 0 times"),
        ("-b\n", "stands 2 times"),
        ("*b\n", "neither"),
    ):
        with pytest.raises(AssertionError, match=said):
            changed("a\nb\nb\n", hunks)
