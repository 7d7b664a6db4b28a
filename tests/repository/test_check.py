"""make check: it finds the tests of what changed, and says no where style, types or a test do."""

import subprocess
import sys

import pytest
from checkout import clone

from tools import check

MINE = "tests/library/test_mine.py"


@pytest.mark.parametrize(("changed", "found"), [
    ("siamese_lib/losses/mining.py", {"test_mining.py", "test_miners.py"}),  # by name, by import
    ("siamese_lib/evaluation/metrics.py", {"test_metrics.py", "test_extremes.py"}),
    ("siamese_lib/training/loop.py", {"test_training.py", "test_fit_batches.py"}),
    ("tools/results.py", {"test_results.py"}),
    ("notebooks/scripts/03_triplets.py", {"test_rendering.py", "test_prose_rules.py"}),
    ("docs/install.md", {"test_docs.py"}),
    ("pyproject.toml", {"test_files.py"}),
    ("tests/library/test_energy.py", {"test_energy.py"}),
])  # fmt: skip
def test_a_change_has_its_tests(changed, found):
    chosen = check.tests_of([changed])
    assert found <= {name.rsplit("/", 1)[1] for name in chosen}
    assert len(chosen) < 30 and not any(check.SLOW.search(name) for name in chosen)


def test_all_that_is_named_is_there():
    named = [*check.ALWAYS, *sum(check.READERS.values(), [])]
    assert named and all((check.ROOT / name).exists() for name in [*named, *check.PLACES])


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The repository in a folder of its own, with one commit."""
    folder = clone(tmp_path_factory.mktemp("check"))
    who = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize(("path", "text", "said"), [
    (MINE, '"""Fine."""\n\n\ndef test_it():\n    pass\n', ""),
    (MINE, '"""Red."""\n\n\ndef test_it():\n    assert 1 == 2\n', "assert 1 == 2"),
    (MINE, '"""Style."""\n\nimport os\n', "F401"),
    ("siamese_lib/mine.py", '"""Types."""\n\nN: int = "x"\n', "Incompatible types"),
])  # fmt: skip
def test_it_says_no_where_something_is_wrong(copy, path, text, said):
    (copy / path).write_text(text)
    code = "import sys; sys.path.insert(0, '.'); from tools import check; check.ALWAYS = []; "
    done = subprocess.run(
        [sys.executable, "-c", f"{code}sys.exit(check.main())"],
        cwd=copy, capture_output=True, text=True, check=False,
    )  # fmt: skip
    (copy / path).unlink()
    assert bool(done.returncode) == bool(said), done.stdout + done.stderr
    assert said in done.stdout + done.stderr


def test_no_test_begins_once_the_budget_is_spent(monkeypatch):
    monkeypatch.setattr(check, "BUDGET", -1)
    budget = check.Budget()

    class Item:
        nodeid = "tests/x.py::test_y"

    with pytest.raises(pytest.skip.Exception):
        budget.pytest_runtest_setup(Item)
    assert budget.left == ["tests/x.py::test_y"]
