"""The notebooks: in step with their scripts, well formed, and printing today what is committed."""

import ast
import base64
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from mirror import need_mirror
from PIL import Image
from programs import need

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import notebooks as runner  # noqa: E402
import study_time  # noqa: E402

SCRIPTS = runner.scripts()
NAMES = [path.stem for path in SCRIPTS]
METRIC = re.compile(r"accuracy|auc|recall|error rate|loss|interval", re.IGNORECASE)
each = pytest.mark.parametrize("script", SCRIPTS, ids=NAMES)


def committed(script):
    return nbformat.read(ROOT / "notebooks" / f"{script.stem}.ipynb", as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_the_core_course_is_there_in_order():
    assert [name[:2] for name in NAMES] == [f"{n:02d}" for n in range(len(NAMES))]
    assert {path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")} == set(NAMES)
    assert len(NAMES) >= 7


@each
def test_script_and_notebook_are_in_step(script):
    source, stored = runner.read(script), committed(script)
    for a, b in zip(source.cells, stored.cells, strict=True):
        assert (a.cell_type, a.source) == (b.cell_type, b.source)
        assert a.metadata.get("tags", []) == b.metadata.get("tags", [])


@each
def test_it_was_executed_once_from_top_to_bottom_without_a_warning(script):
    stored = committed(script)
    counts = [cell.execution_count for cell in code(stored)]
    assert counts == list(range(1, len(counts) + 1))
    assert list(runner.problems(stored)) == []
    size = (ROOT / "notebooks" / f"{script.stem}.ipynb").stat().st_size
    assert size < 800_000
    assert "widgets" not in stored.metadata


@each
def test_its_anatomy(script):
    stored = committed(script)
    text = prose(stored)
    first = stored.cells[0].source
    assert first.startswith(f"# {script.stem[:2]} ")
    assert re.search(r"^\*\*.*\?\*\*$", first, re.MULTILINE), "no opening question in bold"
    assert "After this notebook you can" in first
    assert re.search(r"Time: about \d+ minutes", first)
    for heading in ("## Recap", "### References", "## Exercises"):
        assert re.search(rf"^{heading}", text, re.MULTILINE), heading
    assert re.search(r"^Limits: ", text, re.MULTILINE)
    assert "*Predict" in text
    longest = max(len(cell.source.splitlines()) for cell in code(stored))
    assert longest <= 30
    kinds = "".join(cell.cell_type[0] for cell in stored.cells)
    assert "ccc" not in kinds, "three code cells in a row"
    cells = [cell for cell in code(stored) if not cell.source.startswith("guess(")]
    assert 10 <= len(cells) <= 32


PLOTTING = re.compile(r"\b(plt|axes|axis|figure|plots|inset|panels?)\b")


def plotting_lines(source):
    """How many lines of a cell draw: statements that name a figure, their inner blocks apart."""
    found, rows = set(), source.splitlines()

    def visit(body):
        for node in body:
            if isinstance(node, ast.For | ast.With | ast.If | ast.FunctionDef):
                if PLOTTING.search(rows[node.lineno - 1]):
                    found.add(node.lineno)
                visit([*node.body, *getattr(node, "orelse", [])])
            elif PLOTTING.search(ast.get_source_segment(source, node)):
                found.update(range(node.lineno, node.end_lineno + 1))

    visit(ast.parse(source).body)
    return len(found)


def test_plotting_lines_are_counted():
    assert plotting_lines("x = 1\nfor k in range(3):\n    axes.plot(k,\n              x)") == 2
    assert plotting_lines("def f(axes):\n    return 1") == 1


@each
def test_plotting_code_of_more_than_eight_lines_is_folded(script):
    for cell in code(committed(script)):
        is_folded = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        assert is_folded == (plotting_lines(cell.source) > 8), cell.source


FORMULA = r"```.*?```|\$\$.*?\$\$|<details>.*?</details>|\$[^$]*\$|`[^`]*`|\]\([^)]*\)"


def read_aloud(cell):
    """The prose of a cell: no code, formulas, tables, links' targets or solutions."""
    text = re.sub(FORMULA, ". ", cell.source, flags=re.DOTALL)
    return "\n".join(line for line in text.splitlines() if not line.startswith("|"))


@each
def test_its_prose_comes_in_small_pieces(script):
    """150 words a cell at most, and no sentence with three decimal numbers."""
    for cell in runner.read(script).cells:
        if cell.cell_type == "markdown":
            text, references, _ = read_aloud(cell).partition("### References")
            assert len(re.findall(r"[A-Za-z][\w'-]*", text)) <= 150, text
            for sentence in re.split(r"(?<=[.?!])\)?\s+", " ".join(text.split())):
                assert len(re.findall(r"(?<![\w.])-?\d+\.\d+", sentence)) < 3, sentence
            if references:
                return


@each
def test_its_minutes_are_counted(script):
    stated = re.search(r"Time: about (\d+) minutes", committed(script).cells[0].source)[1]
    assert int(stated) == study_time.minutes(script)


@each
def test_its_links_lead_somewhere(script):
    stored = committed(script)
    number = NAMES.index(script.stem)
    neighbours = NAMES[max(0, number - 1) : number] + NAMES[number + 1 : number + 2]
    for cell in (stored.cells[0], stored.cells[-1]):
        for name in neighbours:
            assert f"({name}.ipynb)" in cell.source
    for target in re.findall(r"\]\(([^)#]+)\)", prose(stored)):
        assert target.startswith("https://") or (ROOT / "notebooks" / target).exists(), target


@each
def test_every_picture_has_a_text(script):
    for cell in code(committed(script)):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                alt = output.metadata["image/png"]["alt"]
                assert len(alt.split()) >= 4
                assert output.data["text/plain"] == alt


@each
def test_nothing_is_cut_off_at_the_edge_of_a_picture(script):
    """A label that runs over the edge leaves ink on it: each picture brings its own light ground,
    in dark themes too."""
    for cell in code(committed(script)):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                png = io.BytesIO(base64.b64decode(output.data["image/png"]))
                image = Image.open(png)
                assert not image.has_transparency_data
                pixels = np.asarray(image.convert("L"))
                edges = pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]
                assert min(edge.min() for edge in edges) > 200, output.data["text/plain"]


@each
def test_few_cells_are_volatile_and_none_of_them_holds_a_metric(script):
    volatile = [c for c in code(committed(script)) if "volatile" in c.metadata.get("tags", [])]
    assert len(volatile) <= 2
    for cell in volatile:
        assert not METRIC.search(runner.text_of(cell)), runner.text_of(cell)
    known = {"volatile", "trained"}
    tags = {tag for cell in code(committed(script)) for tag in cell.metadata.get("tags", [])}
    assert tags <= known


def run_offline(*arguments):
    """The runner in a network of its own: nothing but loopback."""
    bwrap = need("bwrap")
    command = [bwrap, "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent",
               sys.executable, str(ROOT / "tools" / "notebooks.py"), *arguments]  # fmt: skip
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": path, "MPLBACKEND": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@each
def test_it_prints_today_what_is_committed_with_no_network(script):
    assert run_offline("check", script.stem[:2])["notebook"] == script.stem


@pytest.mark.parametrize(
    ("number", "data", "file"),
    [
        ("05", "banking77", "banking77/train.csv"),
        ("05", "quora", "quora/quora_duplicate_questions.tsv"),
        ("06", "omniglot", "omniglot/images_background.npz"),
    ],
)
def test_the_other_data_sets_run_too(number, data, file):
    need_mirror(file)
    run_offline("check", number, f"DATA={data}")


def test_the_network_is_blocked_where_notebooks_run():
    code = "import socket; socket.create_connection(('1.1.1.1', 53), 2)"
    done = subprocess.run(
        [need("bwrap"), "--dev-bind", "/", "/", "--unshare-net", sys.executable, "-c", code],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Network is unreachable" in done.stderr


def notebook_with(text, tags=(), source="print()"):
    output = nbformat.v4.new_output("stream", name="stdout", text=text)
    cell = nbformat.v4.new_code_cell(source, outputs=[output], metadata={"tags": list(tags)})
    return nbformat.v4.new_notebook(cells=[cell])


@pytest.mark.parametrize(
    ("fresh", "stored", "tags", "is_same"),
    [
        ("loss 0.500", "loss 0.5", [], True),
        ("loss 0.501", "loss 0.500", [], True),
        ("loss 0.51", "loss 0.50", [], False),
        ("loss 0.51", "cost 0.51", [], False),
        ("loss 1, 2", "loss 1", [], False),
        ("1,000 pairs", "1,001 pairs", [], True),
        ("1,000 pairs", "1,100 pairs", [], False),
        ("AUC 0.85", "AUC 0.80", ["trained"], True),
        ("AUC 0.90", "AUC 0.80", ["trained"], False),
        ("count 110", "count 100", ["trained"], True),
        ("count 150", "count 100", ["trained"], False),
        ("loss nan", "loss 0.5", ["trained"], False),
        ("took 9 s", "took 5 s", ["volatile"], True),
        ("[ 1.  2.]", "[1. 2.]", [], False),
        ("-0.000", "0.000", [], True),
    ],
)
def test_the_comparison_itself(fresh, stored, tags, is_same):
    found = list(runner.differences(notebook_with(fresh, tags), notebook_with(stored, tags)))
    assert (found == []) is is_same


def test_another_source_is_a_difference():
    changed = notebook_with("1", source="print(1)")
    (found,) = runner.differences(changed, notebook_with("1"))
    assert "make notebooks" in found


def test_edited_prose_comes_in_with_the_outputs_kept_and_edited_code_is_refused(
    tmp_path, monkeypatch
):
    script, made = tmp_path / "scripts" / "02_cosine_cost.py", tmp_path / "02_cosine_cost.ipynb"
    before = committed(script)
    script.parent.mkdir()
    nbformat.write(before, made)
    text = (ROOT / "notebooks" / "scripts" / script.name).read_text(encoding="utf-8")
    monkeypatch.setattr(runner, "NOTEBOOKS", tmp_path)
    script.write_text(text.replace("# ## Recap", "# ## Recap\n#\n# Another sentence."))
    runner.write_texts(["02"])
    after = nbformat.read(made, as_version=4)
    assert "Another sentence." in prose(after) and "Another sentence." not in prose(before)
    assert [cell.outputs for cell in code(after)] == [cell.outputs for cell in code(before)]
    script.write_text(text.replace("import matplotlib", "import os\nimport matplotlib", 1))
    with pytest.raises(SystemExit, match="code has changed; run make notebooks NAMES=02"):
        runner.write_texts(["02"])


def test_errors_and_warnings_are_problems():
    cell = nbformat.v4.new_code_cell(
        "x",
        outputs=[
            nbformat.v4.new_output("error", ename="NameError", evalue="x", traceback=[]),
            nbformat.v4.new_output("stream", name="stderr", text="UserWarning: old"),
        ],
    )
    found = list(runner.problems(nbformat.v4.new_notebook(cells=[cell])))
    assert len(found) == 2


def test_what_is_measured_and_recorded_is_the_notebook_s_own_code(capsys):
    names = runner.definitions("06", "# Recipe", SEED=7)
    assert names["SEED"] == 7 and names["EPOCHS"] > 1
    anchor, positive = next(names["batches"](0))
    assert anchor.shape == positive.shape == (names["LETTERS"], 28, 28)
    assert "roc_curve" not in names and "shares" not in names  # other cells were left alone
    assert capsys.readouterr().out == ""
