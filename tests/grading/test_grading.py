"""make grade from end to end: whole, half and no work; odd files; again, after a kill, in a zip."""

import json
import os
import re
import signal
import subprocess
import time
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from grading_help import NAME, RIGHT, RIGHT_COSINES, ROOT, command, grade, hand_in, needs_sandbox
from grading_help import notebook as book
from grading_help import rows as rows_of

pytestmark = needs_sandbox()
HALF = "def weighted_mean(values, weights):\n    return values.mean()"
MINE = {"mean_of_mine": "print('MY OUTPUT')\n" + RIGHT}
OUTSIDE = "http://192.0.2.1"  # an address that nobody has
MARKUP = f"""# my notes
<script src="{OUTSIDE}/a"></script><img src=x onerror="document.title='mine'">
<img src="{OUTSIDE}/b"> ![c]({OUTSIDE}/c) <iframe src="{OUTSIDE}/d"></iframe>
<style>@import url({OUTSIDE}/e); body {{ background: url({OUTSIDE}/f) }}</style>
<meta http-equiv="refresh" content="0;url={OUTSIDE}/g"><svg><image href="{OUTSIDE}/h"/></svg>
```
````
</code></pre><script>document.title = "mine"</script>
$$<img src={OUTSIDE}/i>$$ [j](javascript:document.title='mine')
"""


def _files(folder):
    """Everything odd that is handed in, beside whole, half and no work."""
    hand_in(folder, "ada", book(RIGHT, RIGHT_COSINES))
    hand_in(folder, "ben", book(HALF, RIGHT_COSINES))
    hand_in(folder, "cy", book())
    hand_in(folder, "dot", book(RIGHT), "My homework (1).ipynb")
    hand_in(folder, "eve", '{"cells": [')
    hand_in(folder, "fay", "no notebook", "notes.txt")
    hand_in(folder, "gus", "", NAME)
    hand_in(folder, "hal", '{"cells": []}', "thesis.ipynb")
    hand_in(folder, "ivy", book("raise ValueError('<script>alert(1)</script>')"))
    late = hand_in(folder, "joe", book(RIGHT, RIGHT_COSINES))
    kim = book(RIGHT, RIGHT_COSINES)
    for kind in ("markdown", "raw", "code"):
        kim["cells"].insert(1, {"cell_type": kind, "metadata": {}, "source": MARKUP})
    hand_in(folder, "kim", kim)
    hand_in(folder, "lea", book("import numpy as np\nimport pandas\n" + RIGHT, RIGHT_COSINES))
    hand_in(folder, "max", "", "work.zip")
    with zipfile.ZipFile(folder / "max" / "work.zip", "w") as file:
        file.writestr(f"labs/{NAME}", json.dumps(book(RIGHT, RIGHT_COSINES)))
    hand_in(folder, "nia", book(RIGHT, RIGHT_COSINES), f"{NAME}.txt")
    hand_in(folder, "oli", RIGHT, "lab97_tiny.py")
    pia = book("def weighted_mean(values, weights):\n    total = 1 +", RIGHT_COSINES)
    pia["metadata"]["language_info"] = {"name": "python", "version": "3.99.1"}
    hand_in(folder, "pia", pia)
    raises = "def weighted_mean(values, weights):\n    return {}[values.sum()]"
    hand_in(folder, "quin", book(raises, RIGHT_COSINES))
    for path in folder.rglob("*.*"):
        os.utime(path, (1_777_000_000, 1_777_000_000))
    os.utime(late, (1_777_000_000 + 90_000, 1_777_000_000 + 90_000))


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """(folder handed in, folder written, rows)."""
    folder = tmp_path_factory.mktemp("week")
    _files(folder / "handed")
    due = "lab97=2026-04-24T03:06:40"  # the second in which all but one were saved
    rows = grade(folder / "handed", folder / "out", "--due", due)
    return folder / "handed", folder / "out", rows


@pytest.mark.parametrize(
    ("learner", "first", "second"),
    [
        ("ada", 10, 5),
        ("ben", 4, 5),
        ("cy", 0, 0),
        ("dot", 10, 0),
        ("ivy", 0, 0),
        ("joe", 10, 5),
        ("kim", 10, 5),
        ("lea", 0, 5),
        ("max", 10, 5),
        ("nia", 10, 5),
        ("oli", 0, 0),
        ("pia", 0, 5),
        ("quin", 0, 5),
    ],
)
def test_work_gets_exactly_what_it_is_worth(graded, learner, first, second):
    row = graded[2][learner]
    assert [float(row[name]) for name in ("97.1", "97.2", "points", "of")] == [
        first, second, first + second, 15]  # fmt: skip


REASONS = {
    "ada": "^$",
    "ben": "97.1 values: wrong answer",
    "cy": "97.1 values: ",
    "dot": "the file was named My homework",
    "eve": "lab97_tiny.ipynb is no notebook: broken JSON",
    "fay": "no notebook of lab97 was handed in$",
    "gus": "lab97_tiny.ipynb is empty",
    "hal": "thesis.ipynb is named after no lab",
    "ivy": "cell ex-97-1 raised ValueError",
    "lea": r"ModuleNotFoundError, there is no pandas while grading \(line 2: import pandas\)",
    "nia": "the file was named lab97_tiny.ipynb.txt",
    "oli": "lab97_tiny.py is no notebook: hand in the .ipynb",
    "pia": "3.99",
    "quin": r"raised KeyError \(in: return {}\[values.sum\(\)\]\)",
}


@pytest.mark.parametrize("learner", REASONS)
def test_less_than_all_has_a_plain_reason(graded, learner):
    assert re.search(REASONS[learner], graded[2][learner]["reason"])


def test_late_days_are_listed(graded):
    late = {name: int(row["late_days"]) for name, row in graded[2].items()}
    assert late == dict.fromkeys(late, 0) | {"joe": 2}


def test_the_gradebook_says_what_the_csv_says(graded):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{graded[1]}/course/gradebook.db") as gradebook:
        found = {s.student.id: s.score for s in gradebook.assignment_submissions("lab97")}
    assert found == {name: float(graded[2][name]["points"]) for name in found}
    assert set(found) == {
        "ada",
        "ben",
        "cy",
        "dot",
        "ivy",
        "joe",
        "kim",
        "lea",
        "max",
        "nia",
        "pia",
        "quin",
    }


def test_nbgrader_exports_the_course(graded, tmp_path):
    import sys

    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    words = [Path(sys.executable).parent / "nbgrader", "export", f"--to={tmp_path}/all.csv"]
    subprocess.run(words, cwd=graded[1] / "course", env=os.environ | {"PATH": path}, check=True,
                   capture_output=True)  # fmt: skip
    assert "lab97" in (tmp_path / "all.csv").read_text()


def test_feedback_tells_the_parts_and_nothing_hidden(graded):
    text = (graded[1] / "feedback" / "ben" / "lab97.html").read_text()
    assert "0 of 6  values  (wrong answer)" in text and "4 of 4  equal weights" in text
    for learner in graded[2]:
        text = (graded[1] / "feedback" / learner / "lab97.html").read_text()
        for hidden in ("secret_ratio", "hidden_cosines", "MY OUTPUT", "<script>alert"):
            assert hidden not in text


def test_the_summary_has_a_histogram(graded):
    page = (graded[1] / "summary.html").read_text()
    assert page.count('class="bar"') == 10
    assert "17 learners" in page and "joe: 2" in page and "fay: no notebook" in page


def _page(graded, learner):
    return (graded[1] / "feedback" / learner / "lab97.html").read_text()


def test_a_score_stands_below_its_own_exercise_and_has_its_name(graded):
    text = _Asked(graded[1] / "feedback" / "ada" / "lab97.html").text
    index, _, body = text.partition("def weighted_mean")
    names = ("97.1 Weighted mean", "97.2 Cosine matrix")
    assert all(name in index for name in names) and "Test cell" not in index
    places = [body.index(words) for words in (names[0], "def cosines", names[1])]
    assert places == sorted(places)


def test_the_page_tells_what_went_wrong_and_where(graded):
    told = {
        "lea": ["there is no pandas while grading", "line 2: import pandas"],
        "ivy": ["raised ValueError", "line 1: raise ValueError"],
        "pia": ["3.99", "raised SyntaxError", "line 2: total = 1 +"],
        "quin": ["raised KeyError", "in: return {}[values.sum()]"],
        "oli": ["lab97_tiny.py is no notebook: hand in the .ipynb"],
        "fay": ["no notebook of lab97 was handed in"],
    }
    for learner, words in told.items():
        text = _Asked(graded[1] / "feedback" / learner / "lab97.html").text
        assert all(word in text for word in words), (learner, text[-3000:])


class _Asked(HTMLParser):
    """What a page would load, run or be led away by; and the text in it."""

    def __init__(self, page):
        super().__init__()
        self.found, self.text = [], ""
        self.feed(page.read_text())

    def handle_starttag(self, tag, attributes):
        about = dict(attributes)
        if tag in ("script", "link", "iframe", "object", "embed", "base", "form", "svg", "video"):
            self.found.append(tag)
        if about.get("http-equiv", "").lower() == "refresh":
            self.found.append("refresh")
        for name, value in about.items():
            if name.startswith("on") or name in ("src", "srcset", "poster", "background", "ping"):
                self.found += [] if str(value).startswith("data:") else [name]
            if name in ("href", "style") and re.search(r"javascript:|url\(", str(value)):
                self.found.append(name)

    def handle_data(self, data):
        self.text += data


def test_no_page_asks_a_host_or_runs_a_script(graded):
    pages = [*(graded[1] / "feedback").rglob("*.html"), graded[1] / "summary.html"]
    assert len(pages) == 18
    for page in pages:
        assert _Asked(page).found == []
        assert re.search(
            r"<meta[^>]*Content-Security-Policy[^>]*default-src .none.", page.read_text()
        )
    assert "@font-face" not in (graded[1] / "feedback" / "kim" / "lab97.html").read_text()


def test_what_learners_wrote_is_shown_as_they_typed_it(graded):
    page = _Asked(graded[1] / "feedback" / "kim" / "lab97.html")
    assert page.text.count(f'<img src="{OUTSIDE}/b">') == 3
    assert "A tiny lab" in page.text


def test_a_browser_asks_nothing_when_it_opens_a_page_with_markup(graded, chromium):
    page, asked = chromium.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((graded[1] / "feedback" / "kim" / "lab97.html").as_uri())
    assert page.title() == "lab97_tiny" and len(asked) == 1
    assert page.get_by_text("Score: 15.0 / 15.0").count() == 1
    page.close()


def _times(out):
    return {path.name: path.stat().st_mtime_ns for path in (out / "results").iterdir()}


def test_again_nothing_is_graded_and_the_csv_is_the_same(graded):
    handed, out, rows = graded
    before, times = (out / "grades.csv").read_bytes(), _times(out)
    due = "lab97=2026-04-24T03:06:40"
    assert grade(handed, out, "--due", due) == rows
    assert (out / "grades.csv").read_bytes() == before and _times(out) == times


def test_only_what_changed_is_graded_again(graded):
    handed, out, _ = graded
    times = _times(out)
    again = book(RIGHT, RIGHT_COSINES)
    again["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "run"}]
    hand_in(handed, "ada", again)  # run again, not changed
    hand_in(handed, "ben", book(RIGHT, RIGHT_COSINES))
    rows = grade(handed, out)
    changed = {name for name, stamp in _times(out).items() if stamp != times.get(name)}
    assert changed == {"ben--lab97.json"} and rows["ben"]["points"] == "15"


def test_after_a_kill_the_rest_is_graded_and_the_csv_is_that_of_one_run(tmp_path):
    handed = tmp_path / "handed"
    for name in ("a", "b", "c"):
        hand_in(handed, name, book(HALF if name == "b" else RIGHT, RIGHT_COSINES))
    more = ("--cores", "1")
    run = subprocess.Popen(command(handed, tmp_path / "out", *more), cwd=ROOT,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    first = tmp_path / "out" / "results" / "a--lab97.json"
    while not first.exists():
        assert run.poll() is None
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert not (tmp_path / "out" / "grades.csv").exists()
    stamp = first.stat().st_mtime_ns
    grade(handed, tmp_path / "out", *more)
    assert first.stat().st_mtime_ns == stamp
    grade(handed, tmp_path / "once", *more)
    texts = [(tmp_path / name / "grades.csv").read_text() for name in ("out", "once")]
    assert texts[0] == texts[1]


def test_a_platform_s_zip_and_another_lab_s_absence(tmp_path):
    archive = tmp_path / "handed.zip"
    with zipfile.ZipFile(archive, "w") as file:
        whole = json.dumps(book(RIGHT, RIGHT_COSINES))
        file.writestr(f"Ada L_12_assignsubmission_file_/{NAME}", whole)
        file.writestr(f"bennett_LATE_34_56_{NAME}", json.dumps(book()))
        file.writestr("Cy D_78_assignsubmission_file_/", "")
    rows = grade(archive, tmp_path / "out", "--unsafe")
    assert {name: row["points"] for name, row in rows.items()} == {
        "Ada_L_12": "15", "bennett_34": "0", "Cy_D_78": "0"}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [(["--due", "soon"], "write 2026-05-01"), (["--labs", "lab99"], "there is no graded")],
)
def test_a_wrong_option_is_told_before_anything_is_graded(tmp_path, words, message):
    hand_in(tmp_path / "handed", "ada", book())
    more = command(tmp_path / "handed", tmp_path / "out", *words)
    done = subprocess.run(more, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and message in done.stderr
    assert "Traceback" not in done.stderr
    with pytest.raises(FileNotFoundError):
        rows_of(tmp_path / "out")
