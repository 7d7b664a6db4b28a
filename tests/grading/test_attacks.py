"""Hostile submissions: each bites where nothing is boxed, and none earns or costs a point here."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import nbformat
import numpy as np
import pytest
from grading_attacks import gain, harm, proofs, steal, stock
from grading_help import (
    HERE,
    LAB,
    NAME,
    RIGHT,
    RIGHT_COSINES,
    ROOT,
    cell_of,
    changed,
    hand_in,
    needs_sandbox,
    notebook,
    rows,
    start,
)

pytestmark = needs_sandbox()
HONEST = {
    "ada": (notebook(RIGHT, RIGHT_COSINES), 10, 5),
    "ben": (notebook("import jax.numpy as jnp\n"
                     "def weighted_mean(v, w):\n    return jnp.average(v, weights=w)",
                     "def cosines(rows):\n"
                     "    length = [sum(x * x for x in row) ** 0.5 for row in rows]\n"
                     "    return [[sum(a * b for a, b in zip(r, s)) / m / n\n"
                     "             for s, n in zip(rows, length)] for r, m in zip(rows, length)]"),
            10, 5),
    "cleo": (notebook("def weighted_mean(values, weights):\n    return values.mean()"), 4, 0),
    "dan": (notebook(), 0, 0),
    "eli": (notebook("print('x' * 50_000)\n" + RIGHT, "1 / 0"), 10, 0),
    "fay": (notebook("%matplotlib inline\n!pip list\nimport matplotlib.pyplot as plt\n"
                     "plt.plot([1, 2])\nplt.show()\n" + RIGHT + "\nname = input('which? ')",
                     "import jax\njax.config.update('jax_enable_x64', True)\n"
                     "import jax.numpy as jnp\n"
                     "def cosines(rows: jnp.ndarray, *, axis: int = -1) -> jnp.ndarray:\n"
                     "    print('rows', rows.shape)\n"
                     "    unit = rows / jnp.linalg.norm(rows, axis=axis, keepdims=True)\n"
                     "    return jnp.dot(unit, unit.T)"), 10, 5),
    "gil": (notebook("from functools import lru_cache\nclass Mean:\n"
                     "    def __call__(self, values, weights, power=1):\n"
                     "        total = np.float32(0)\n"
                     "        for v, w in zip(values.tolist(), weights):\n"
                     "            total += v * w**power\n"
                     "        return np.array(total / sum(weights), np.float32)\n"
                     "weighted_mean = Mean()",
                     "cosines = lambda rows: tuple(map(tuple, (lambda u: u @ u.T)(\n"
                     "    np.float64(rows) / np.sqrt((rows**2).sum(1))[:, None])))"), 10, 5),
}  # fmt: skip
MARK = "GRADING_ATTACK_MARK"


def _delete(book):
    del book["cells"][cell_of(book, "check-97-1")[0]]


def _move(book):
    book["cells"].insert(0, book["cells"].pop(cell_of(book, "check-97-1")[0]))


def _edit(book):
    cell = cell_of(book, "check-97-1")[1]
    cell["source"] = "pass"
    cell["metadata"]["nbgrader"] |= {"solution": True, "locked": False}


def _double(book):
    copy = json.loads(json.dumps(cell_of(book, "check-97-1")[1])) | {"id": "copy"}
    book["cells"].append(copy)
    _edit(book)


# What a learner, or a learner's fumbling, does to test cells. With right answers behind it stock
# nbgrader gives less than they are worth or nothing; with no answers here it must still earn 0.
FRAMES = {f.__name__[1:]: f for f in (_delete, _move, _edit, _double)}


def _filled(source, place):
    return source.replace("PORT", str(place[1])).replace("ADDRESS", place[0])


@pytest.fixture(scope="module")
def outside():
    """What an attack finds around it: servers, another process, the grader's environment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.connect(("192.0.2.1", 9))  # sends nothing: asks which address would be used
            address = line.getsockname()[0]
        except OSError:
            address = "127.0.0.2"
    server = socket.create_server(("0.0.0.0", 0))
    port = server.getsockname()[1]
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(f"\0grading_attack_{port}")
    abstract.listen()
    for one in (server, abstract):
        threading.Thread(target=_answer, args=(one,), daemon=True).start()
    victim = subprocess.Popen([sys.executable, "-c", "input('grading_victim')"],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)  # fmt: skip
    yield address, port
    assert victim.poll() is None, "an attack killed another process"
    victim.communicate()
    for one in (server, abstract):
        one.close()


def _answer(server):
    while True:
        try:
            line, _ = server.accept()
        except OSError:
            return
        with line:
            line.sendall(b"the answer")


@pytest.fixture(scope="module")
def runs(tmp_path_factory, outside):
    """Both runs, in the background: nbgrader as it comes, and ours."""
    folder = tmp_path_factory.mktemp("runs")
    stock_run = _start_stock(folder)
    _hand_in_all(folder / "handed", outside)
    (folder / "t").mkdir()
    own_run = start(folder / "handed", folder / "out", **{MARK: "here", "TMPDIR": f"{folder}/t"})
    yield folder, stock_run, own_run
    for run in (stock_run, own_run):
        run.kill()
        run.wait()


def _start_stock(folder):
    jobs = {"ada": nbformat.writes(_stock(RIGHT))}
    jobs |= {name: nbformat.writes(_stock(source)) for name, source in gain.ATTACKS.items()}
    jobs |= {n: json.dumps(changed(_stock(RIGHT), change)) for n, change in FRAMES.items()}
    jobs["link"] = f"LINK:{folder}/course/submitted/ada/lab97/{NAME}"
    jobs["dies"] = nbformat.writes(_stock(harm.OS_EXIT))
    (folder / "jobs.json").write_text(json.dumps(jobs))
    settings = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    settings |= {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "HOME": str(folder)}
    words = [sys.executable, HERE / "grading_attacks/stock.py", folder / "course"]
    with (folder / "stock.txt").open("w") as log:
        return subprocess.Popen([*words, folder / "jobs.json", folder / "results.json"],
                                env=os.environ | settings, stdout=log, stderr=log)  # fmt: skip


def _hand_in_all(handed, outside):
    first = gain.ATTACKS | harm.ATTACKS
    first |= {name: _filled(source, outside) for name, source in steal.ATTACKS.items()}
    for name, source in first.items():
        hand_in(handed, name, notebook(source))
    for name, source in gain.LIBRARY_ANSWERS.items():
        hand_in(handed, name, notebook("...", source))
    for name, change in FRAMES.items():
        hand_in(handed, name, changed(notebook(), change))
        hand_in(handed, f"honest_{name}", changed(notebook(RIGHT, RIGHT_COSINES), change))
    for name, (book, *_) in HONEST.items():
        hand_in(handed, name, book)
    (handed / "link").mkdir()
    (handed / "link" / NAME).symlink_to(handed / "ada" / NAME)


@pytest.fixture(scope="module")
def stock_scores(runs):
    """Attack -> points of each cell on nbgrader as it comes; and the course that it leaves."""
    folder, run, _ = runs
    assert run.wait() == 0, (folder / "stock.txt").read_text()
    (folder / "course" / "instructor").mkdir()
    shutil.copy(LAB / "ex_97_2.py", folder / "course/instructor/ex_97_2.py")
    return json.loads((folder / "results.json").read_text()), folder / "course"


@pytest.fixture(scope="module")
def batch(runs):
    """learner -> row of grades.csv, hostile and honest ones graded in one run."""
    folder, _, run = runs
    assert run.wait() == 0, (folder / "out.txt").read_text()
    return rows(folder / "out") | {"": folder / "out"}


def _stock(first):
    book = stock.master()
    cell_of(book, "ex-97-1")[1].source = first
    return book


def test_there_are_thirty_and_more():
    count = len(gain.ATTACKS | gain.LIBRARY_ANSWERS | harm.ATTACKS | steal.ATTACKS | FRAMES)
    assert count >= 60


@pytest.mark.parametrize("name", [n for n in harm.ATTACKS if harm.PROOF[n] != "lies"])
def test_it_harms_where_nothing_is_boxed(name, tmp_path, runs):
    assert proofs.works(harm.PROOF[name], harm.ATTACKS[name], tmp_path)


@pytest.mark.parametrize("name", gain.LIBRARY_ANSWERS)
def test_the_library_s_answer_is_a_right_one(name, tmp_path, runs):
    assert proofs.is_right(gain.LIBRARY_ANSWERS[name], tmp_path)


@pytest.mark.parametrize("name", [*gain.ATTACKS, "link"])
def test_it_earns_points_on_stock_nbgrader(name, stock_scores):
    assert sum(stock_scores[0][name].values()) > 0


@pytest.mark.parametrize("name", FRAMES)
def test_it_costs_points_on_stock_nbgrader_but_none_here(name, stock_scores, batch):
    scores = stock_scores[0]
    assert scores[name] is None or scores[name]["check-97-1"] < scores["ada"]["check-97-1"]
    assert batch[f"honest_{name}"]["points"] == "15"


def test_one_that_ends_its_kernel_has_no_grade_at_all_on_stock_nbgrader(stock_scores):
    assert stock_scores[0]["dies"] is None


@pytest.mark.parametrize("name", steal.ATTACKS)
def test_it_gets_through_where_nothing_is_boxed(name, stock_scores, outside):
    place = stock_scores[1] / "autograded" / "ada" / "lab97"
    source = _filled(steal.ATTACKS[name], outside)
    settings = {MARK: "here", "HOME": str(place)}
    assert proofs.is_open(source, place, settings) or name == "home_startup"
    mark = Path(np.__file__).parent.parent / "grading_attack_mark.txt"
    mark.unlink(missing_ok=True)


HOSTILE = [*gain.ATTACKS, *gain.LIBRARY_ANSWERS, *harm.ATTACKS, *steal.ATTACKS, *FRAMES, "link"]


@pytest.mark.parametrize("name", HOSTILE)
def test_it_earns_nothing_here_and_the_csv_says_why(name, batch):
    assert batch[name]["points"] == "0"
    assert batch[name]["reason"] and "could not be graded" not in batch[name]["reason"]


@pytest.mark.parametrize("name", HONEST)
def test_honest_work_in_the_same_batch_keeps_its_points(name, batch):
    _, first, second = HONEST[name]
    assert (batch[name]["97.1"], batch[name]["97.2"]) == (str(first), str(second))


def test_nothing_is_left_behind(batch):
    assert not list((batch[""].parent / "t").glob("grading-*"))  # kernels' folders
    site = Path(np.__file__).parent.parent
    assert not list(site.glob("grading_attack*"))
    assert not Path("/tmp/grading_attack_pickle").exists()
    assert not Path("/usr/lib/grading_attack_mark").exists()


def test_no_page_or_notebook_shows_an_input_or_an_expected_value(batch):
    """One attack puts its inputs into the name and the text of an error."""
    pages = [*batch[""].rglob("*.html"), *(batch[""] / "course/autograded").rglob("*.ipynb")]
    assert len(pages) > 100
    for page in pages:
        text = page.read_text().replace("&quot;", '"')
        assert not re.search(r"Leak_-?\d", text)
        own_words = "hidden_inputs" in str(page)  # this attack looks for the name
        assert own_words or ("hidden_cosines" not in text and "secret_ratio" not in text)
