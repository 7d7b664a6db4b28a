"""Every benchmark starts, says how it is run, and is the only one to write its stored result."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import measure
from benchmarks.quality import duplicates, pairwise, questions, shots, strengths

ROOT = Path(__file__).resolve().parents[2]
# What lies in peers/ is run by a Python that has not this library, but the others.
PATHS = [path for path in sorted((ROOT / "benchmarks").rglob("*.py")) if "peers" not in path.parts]
MODULES = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in PATHS]
IS_SCRIPT = {
    module: '\nif __name__ == "__main__":' in path.read_text()
    for module, path in zip(MODULES, PATHS, strict=True)
}
SCRIPTS = [module for module in MODULES if IS_SCRIPT[module]]


def source(module):
    return (ROOT / module.replace(".", "/")).with_suffix(".py").read_text()


def writes(module):
    """Names of the results that a module stores."""
    calls = [node for node in ast.walk(ast.parse(source(module))) if isinstance(node, ast.Call)]
    return [
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "store"
    ]


WRITERS = [module for module in MODULES if writes(module)]


def stored(name):
    return json.loads((measure.RESULTS / f"{name}.json").read_text())


def test_all_can_be_imported_and_none_starts_jax():
    """In a fresh process: how many devices jax has is only settled after the imports."""
    names = [module.removesuffix(".__init__") for module in MODULES]
    code = "import importlib, jax, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\n"
    code += "from benchmarks.quality import omniglot_recipe as recipe\n"
    code += "recipe.use_one_device_per_core()\nassert jax.device_count() == recipe.CORES"
    done = subprocess.run(
        [sys.executable, "-c", code, *names], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == ""


def test_the_scripts_are_found():
    assert len(SCRIPTS) > 20 and set(WRITERS) <= set(SCRIPTS)


@pytest.mark.parametrize("module", SCRIPTS)
def test_its_docstring_says_how_it_is_run_and_where_it_writes(module):
    said = ast.get_docstring(ast.parse(source(module)))
    (usage,) = re.findall(r"^Usage: (?:nice )?python -m (\S+)", said, re.MULTILINE)
    assert usage == module
    for name in writes(module):
        assert f"results/{name}.json" in said


@pytest.mark.parametrize("module", SCRIPTS)
def test_it_starts_from_main_alone(module):
    last = ast.parse(source(module)).body[-1]
    (call,) = last.body
    assert isinstance(last, ast.If) and call.value.func.id == "main"


def test_each_stored_result_has_the_one_script_of_its_name():
    folders = {"grading": ROOT / "benchmarks" / "grading" / "results"}
    found = {}
    for module in WRITERS:
        _, folder, stem = module.split(".")
        assert writes(module) == [stem]
        found.setdefault(folders.get(folder, measure.RESULTS), []).append(stem)
    for folder, names in found.items():
        assert sorted(names) == sorted(path.stem for path in folder.glob("*.json")), folder


def test_the_page_names_every_script():
    page = (ROOT / "benchmarks" / "README.md").read_text()
    assert [module for module in SCRIPTS if f"`{module.split('.')[-1]}`" not in page] == []


@pytest.mark.parametrize(
    ("name", "statistics"),
    [
        ("glyphs", ("mean", "low", "high")),
        ("omniglot", ("mean", "std", "min", "max")),
        ("glyphs_residual", ("mean", "std", "min", "max")),
        ("intents", ("mean", "std", "min", "max")),
    ],
)
def test_the_stored_spread_of_accuracies_is_that_of_the_stored_seeds(name, statistics):
    result = stored(name)
    assert shots.over_seeds(result["seeds"], *statistics) == result["mean"]


def test_the_other_stored_spreads_are_those_of_the_stored_seeds():
    for result in stored("questions").values():
        assert questions.summary(result).items() <= result.items()
    for model in duplicates.MAKERS:
        entry = stored("duplicates")["excerpt"][model]
        assert duplicates.summary(entry["seeds"]).items() <= entry.items()
    for way, runs in stored("pairwise")["runs"].items():
        assert pairwise.summary(runs) == stored("pairwise")["mean"][way]
    for cell in stored("losses")["cells"]:
        tests = [run["test"] for run in cell["runs"]]
        assert measure.spread(tests, "mean", "low", "high").items() <= cell.items()
    for claim in strengths.CLAIMS:
        for what, entry in strengths.summary(stored("strengths")["runs"], claim).items():
            assert entry == pytest.approx(stored("strengths")[claim][what], abs=5e-5)


def test_our_side_of_a_contest_is_built_and_answers_when_told(tmp_path):
    """The worker with a step of training: the one task that reaches into the library's loop."""
    tokens = np.random.default_rng(0).integers(2, 50, (2, 4, 8)).astype(np.int32)
    np.savez(tmp_path / "tokens_32.npz", a=tokens)
    worker = ROOT / "benchmarks" / "speed" / "peers" / "worker.py"
    done = subprocess.run(
        [sys.executable, str(worker), "ours", "tokens_32", str(tmp_path)], input="2\n", text=True,
        capture_output=True, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    first_call, turn = done.stdout.splitlines()
    seconds, peak_mb = turn.split()
    assert float(first_call) > 0 and float(seconds) > 0 and int(peak_mb) > 0


def test_a_spread_is_what_is_asked_for():
    found = measure.spread([1, 2, 4], "mean", "std", "low", "max")
    assert found == {"mean": 2.3333, "std": 1.5275, "low": 1, "max": 4}
    assert list(found) == ["mean", "std", "low", "max"]


def test_a_result_is_stored_under_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "RESULTS", tmp_path / "results")
    assert measure.stored("glyphs") == {}
    measure.store("glyphs", {"seeds": (0, 1)})
    assert measure.stored("glyphs") == {"seeds": [0, 1]}
    measure.store("glyphs", {}, tmp_path)
    assert (tmp_path / "glyphs.json").read_text() == "{}\n"


def test_parts_are_those_named_or_all_and_another_name_is_quoted():
    assert measure.chosen([], {"a": 1, "b": 2}) == ["a", "b"]
    assert measure.chosen(["b"], {"a": 1, "b": 2}) == ["b"]
    with pytest.raises(ValueError, match="no part 'c'; there are a, b"):
        measure.chosen(["b", "c"], {"a": 1, "b": 2})


def test_apart_is_another_process_and_its_last_line_counts():
    code = "import json, os; print(0); print(json.dumps([os.getpid(), os.environ['COLOUR']]))"
    pid, colour = measure.apart("-c", code, COLOUR="red")
    assert pid != os.getpid() and colour == "red"


def test_a_stopwatch_tells_both_times_and_goes_on():
    took = measure.stopwatch()
    first, second = took(), took()
    assert all(0 <= a <= b for a, b in zip(first, second, strict=True))
    made, wall, processor = measure.clocked(lambda: "made")
    assert made == "made" and wall >= 0 and processor >= 0
