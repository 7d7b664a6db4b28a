"""Execute the notebooks from their scripts, and compare what they print with what is committed.

Usage: python tools/notebooks.py execute [NN ...]       write notebooks/NN_*.ipynb with outputs
       python tools/notebooks.py text [NN ...]          bring edited prose in, keep the outputs
       python tools/notebooks.py check NN [NAME=value]  execute NN again and compare; with
                                                        NAME=value that setting is replaced
                                                        first, and only errors count
       python tools/notebooks.py clean FOLDER           write the whole set there without outputs
"""

import contextlib
import io
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

from siamese_lib.checks.work import STAMP, fingerprint

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tools.badges import badged  # noqa: E402

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
# Processors round differently, and training amplifies that. Plain cells are compared to 0.002, or
# 0.2 % where a number is above 1; cells tagged "trained" to 0.06, or 15 % above 1; "volatile"
# cells (times, lists that depend on a near tie) not at all.
PLAIN, TRAINED = (2e-3, 2e-3), (0.06, 0.15)
VIEW = "application/vnd.jupyter.widget-view+json"
STILL = "A still picture of the explorer; run the cell to move it."
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)


def scripts(prefixes=()):
    """The percent scripts in order, all or those whose names start with a prefix."""
    found = sorted((NOTEBOOKS / "scripts").glob("[0-9][0-9]_*.py"))
    return [path for path in found if not prefixes or path.name.startswith(tuple(prefixes))]


def read(script, setting=None):
    """The notebook of a script, with no outputs; setting "NAME=value" replaces that assignment."""
    text = script.read_text(encoding="utf-8")
    if setting:
        name, value = setting.split("=")
        text, count = re.subn(rf"^{name} = .*$", f'{name} = "{value}"', text, flags=re.MULTILINE)
        if count != 1:
            raise ValueError(f"{script.name} assigns {name} {count} times; it should once")
    return badged(jupytext.reads(text, fmt="py:percent"), f"{script.stem}.ipynb")


def definitions(prefix, *marks, **settings):
    """{name: value} that a notebook's first code cell and those with one of the marks define.

    settings are set after the first cell. Whoever measures or records what a notebook does takes it
    from here, so that the two cannot drift apart.
    """
    (script,) = scripts([prefix])
    first, *cells = [cell.source for cell in read(script).cells if cell.cell_type == "code"]
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):  # what the cells print stands in the notebook
        exec(first, names)
        names.update(settings)
        for source in cells:
            if any(mark in source for mark in marks):
                exec(source, names)
    return names


def execute(notebook):
    """Run every cell in a fresh kernel; returns (seconds, peak memory of the kernel in MB)."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["SIAMESE_PROGRESS"] = str(Path(scratch) / "progress.json")
        client = NotebookClient(
            notebook, timeout=600, kernel_name="python3", record_timing=False,
            resources={"metadata": {"path": str(NOTEBOOKS)}}, store_widget_state=True,
        )  # fmt: skip
        start = time.perf_counter()
        with client.setup_kernel():
            for index, cell in enumerate(notebook.cells):
                client.execute_cell(cell, index)
            peak = _peak_memory(client.km.provisioner.pid)
        client.set_widgets_metadata()  # for stills
        return time.perf_counter() - start, peak


def _peak_memory(pid):
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return float("nan")
    return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) / 1024


def strip(notebook):
    """Drop what changes from run to run and means nothing: ids, versions, progress bars.

    A stamp says how the cells came, so that save_work() can tell what a reader has changed.
    """
    notebook.metadata.pop("widgets", None)
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3", "language": "python", "name": "python3",
    }  # fmt: skip
    notebook.metadata["language_info"] = {"name": "python"}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:03d}"
        if cell.cell_type == "code":
            cell.outputs = _joined([o for o in map(_kept, cell.outputs) if o])
    _hide_answers(notebook)
    notebook.metadata[STAMP] = fingerprint(notebook)
    return notebook


def _kept(output):
    """The output; of a widget what a page without a kernel can show, None if that is nothing."""
    data = output.get("data", {})
    if VIEW not in data or "text/html" in data:
        return output
    if is_explorer(output):
        output["data"] = {"text/plain": STILL}
        return output
    if not data.get("text/plain", "").startswith("Predict: "):
        return None  # a progress bar
    data.pop(VIEW)
    return output


def is_explorer(output):
    """Whether an output is an explorer, or a box that holds some."""
    data = output.get("data", {})
    return VIEW in data and "Explorer(" in data.get("text/plain", "")


def _hide_answers(notebook):
    """Start the answer to each prediction folded: one click, or a run of the cell, opens it.

    A single line that ends with a colon leads on to more of the same answer.
    """
    is_asked = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            leads_on = is_asked and re.fullmatch(r".*:", cell.source)
            is_asked = bool(leads_on) or "*Predict" in cell.source
        elif cell.source.startswith("guess("):
            is_asked = True
        else:
            cell.metadata.setdefault("jupyter", {}).pop("outputs_hidden", None)
            if is_asked and any(STILL not in text_of({"outputs": [o]}) for o in cell.outputs):
                cell.metadata["jupyter"]["outputs_hidden"] = True
            if not cell.metadata["jupyter"]:
                del cell.metadata["jupyter"]


def _joined(outputs):
    """Pieces of one stream in one piece: how they were cut depends on timing."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output.output_type == "stream" and last.get("name") == output.name:
            last["text"] += output.text
        else:
            joined.append(output)
    return joined


def text_of(cell):
    """All that a reader with no pictures gets from a cell's outputs."""
    parts = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            parts.append(output.text)
        else:
            parts.append(str(output.get("data", {}).get("text/plain", "")))
    return "\n".join(part.strip() for part in parts)


def problems(notebook):
    """Errors, warnings and stray output in an executed notebook, a sentence each."""
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                yield f"cell {number} raised {output.ename}: {output.evalue}"
            if output.get("name") == "stderr":
                yield f"cell {number} wrote to stderr: {output.text[:200]}"


def differences(fresh, committed):
    """Where two executions of a notebook differ beyond the tolerances, a sentence each."""
    if [c.source for c in fresh.cells] != [c.source for c in committed.cells]:
        yield "the committed notebook's cells are not those of its script; run make notebooks"
        return
    for number, (new, old) in enumerate(zip(fresh.cells, committed.cells, strict=True)):
        tags = new.metadata.get("tags", [])
        if new.cell_type != "code" or "volatile" in tags:
            continue
        found = _difference(text_of(new), text_of(old), TRAINED if "trained" in tags else PLAIN)
        if found:
            yield f"cell {number}: {found}"


def _difference(new, old, tolerance):
    # A column of numbers is padded to its widest: only the words and the numbers count.
    words_new, words_old = (" ".join(NUMBER.sub("#", text).split()) for text in (new, old))
    if words_new != words_old:
        return f"now {words_new[:300]!r}, committed {words_old[:300]!r}"
    absolute, relative = tolerance
    pairs = zip(NUMBER.findall(new), NUMBER.findall(old), strict=True)
    for now, then in pairs:
        a, b = (float(text.replace(",", "")) for text in (now, then))
        allowed = relative * abs(b) if abs(b) > 1 else absolute
        if not abs(a - b) <= allowed:
            return f"now {now}, committed {then}, further apart than {allowed:.3g}"
    return None


def _write(notebook, script):
    target = NOTEBOOKS / f"{script.stem}.ipynb"
    nbformat.write(strip(notebook), target)
    script.touch()  # where the notebook is newer, jupytext refuses to open the pair in JupyterLab
    return target


def write_all(prefixes):
    import stills  # needs Chromium, which checking does not

    for script in scripts(prefixes):
        notebook = read(script)
        seconds, peak = execute(notebook)
        stills.add(notebook)
        target = _write(notebook, script)
        size = target.stat().st_size // 1024
        print(f"{script.stem}: {seconds:.0f} s, {peak:.0f} MB peak, {size} KB", flush=True)


def write_texts(prefixes):
    """Bring the prose of scripts into their notebooks. explorers has no script: it is stamped."""
    for script in scripts(prefixes):
        target = NOTEBOOKS / f"{script.stem}.ipynb"
        notebook, stored = read(script), nbformat.read(target, as_version=4)
        new, old = ([c for c in n.cells if c.cell_type == "code"] for n in (notebook, stored))
        if [cell.source for cell in new] != [cell.source for cell in old]:
            sys.exit(f"{script.stem}: code has changed; run make notebooks NAMES={script.name[:2]}")
        for cell, executed in zip(new, old, strict=True):
            cell.update(outputs=executed.outputs, execution_count=executed.execution_count)
        _write(notebook, script)
    if not prefixes or "explorers" in prefixes:
        target = NOTEBOOKS / "explorers.ipynb"
        nbformat.write(strip(nbformat.read(target, as_version=4)), target)


def write_clean(folder):
    """This course without outputs, for those who want to see nothing before they have run it."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for script in scripts():
        notebook = read(script)
        nbformat.write(strip(notebook), target / f"{script.stem}.ipynb")
    print(f"{len(scripts())} notebooks without outputs in {target}")


def check(prefix, setting=None):
    (script,) = scripts([prefix])
    notebook = read(script, setting)
    seconds, peak = execute(notebook)
    found = list(problems(strip(notebook)))
    if setting is None:
        committed = nbformat.read(NOTEBOOKS / f"{script.stem}.ipynb", as_version=4)
        found += differences(notebook, committed)
    print(json.dumps({"notebook": script.stem, "seconds": seconds, "peak_mb": peak}))
    for sentence in found:
        print(f"{script.stem}: {sentence}", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    command, *names = sys.argv[1:]
    commands = {
        "execute": write_all,
        "text": write_texts,
        "clean": lambda given: write_clean(*given),
    }
    sys.exit(commands[command](names) if command in commands else check(*names))
