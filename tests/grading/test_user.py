"""Grading as a user who is not root, as on a teacher's laptop. Only root can become one here."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from grading_attacks import harm, steal
from grading_help import RIGHT, RIGHT_COSINES, ROOT, command, hand_in, needs_sandbox, notebook, rows

from instructor.grading import box as boxes

NOBODY = 65534
pytestmark = [
    needs_sandbox(),
    pytest.mark.skipif(
        getattr(os, "getuid", lambda: None)() != 0,
        reason="all the other tests already run as a user here",
    ),
]
HOSTILE = {name: harm.ATTACKS[name] for name in ("os_exit", "fork_bomb", "deep_folders")}
HOSTILE |= {n: steal.ATTACKS[n] for n in ("read_master", "kill_others", "mount", "write_gradebook")}
HOME = f"""
import glob
def stolen():
    return bool(glob.glob("/tmp/grading-user-*") or glob.glob("{ROOT}/*"))
"""


def _in_reach(*places):
    """Options of bwrap that show places to every user, though they lie in root's own folder."""
    folders, binds = {}, []
    for place in places:
        top, *inner = map(str, Path(place).parents[-2::-1])
        if os.stat(top).st_mode & 0o005 != 0o005:
            folders |= {top: "--tmpfs"} | dict.fromkeys(inner, "--dir")
            binds += ["--ro-bind", str(place), str(place)]
    shown = [word for name, how in folders.items() for word in ("--perms", "0755", how, name)]
    return [*shown, *binds]


@pytest.fixture(scope="module")
def graded():
    """(rows, folder) of a run by nobody, in a folder of theirs."""
    folder = Path(tempfile.mkdtemp(prefix="grading-user-", dir="/tmp"))
    hand_in(folder / "handed", "ada", notebook(RIGHT, RIGHT_COSINES))
    hand_in(folder / "handed", "home", notebook(HOME + steal.TAIL))
    for name, source in HOSTILE.items():
        hand_in(folder / "handed", name, notebook(source))
    for place in (folder, *folder.rglob("*")):
        os.chown(place, NOBODY, NOBODY)
    view = ["bwrap", "--dev-bind", "/", "/", *_in_reach(sys.base_prefix, ROOT)]
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    settings = {"HOME": str(folder), "TMPDIR": str(folder)}
    done = subprocess.run(
        [*view, *user, *command(folder / "handed", folder / "out", "--boxes", folder / "boxes")], cwd=ROOT, text=True,
        capture_output=True, env=os.environ | settings,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    yield rows(folder / "out"), folder
    shutil.rmtree(folder)


def test_right_work_gets_all_and_hostile_work_nothing(graded):
    points = {name: row["points"] for name, row in graded[0].items()}
    assert points == {"ada": "15", "home": "0"} | dict.fromkeys(HOSTILE, "0")
    assert not any("could not be graded" in row["reason"] for row in graded[0].values())


def test_what_was_written_is_the_user_s_and_the_secret_is_theirs_alone(graded):
    out = graded[1] / "out"
    assert (out / "grades.csv").stat().st_uid == NOBODY
    assert (out / "secret").stat().st_mode & 0o077 == 0
    assert not list(graded[1].glob("grading-*"))


def test_the_box_is_the_user_s_copy_of_packages(graded):
    (box,) = (graded[1] / "boxes").iterdir()
    assert box.stat().st_uid == NOBODY
    assert not any((box / place).exists() for place in boxes.LEFT_OUT)
