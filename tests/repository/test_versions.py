"""The ranges of requirements.txt: they resolve everywhere, and the library works at both ends."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What computes, saves and reads. The whole suite runs on the versions that come by themselves.
LIBRARY = ("energy", "losses", "more_losses", "miners", "labels", "tokens", "encoders", "stairs",
           "text", "pair_files", "metrics", "retrieval", "batches", "one_shot", "fit_batches",
           "training", "fine_tuning", "pretrained")  # fmt: skip
NEEDED = ("pytest", "hypothesis", "networkx")  # of tests/requirements.txt


def uv(*arguments, **options):
    done = subprocess.run(
        [sys.executable, "-m", "uv", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False, **options,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("ends", ["lowest-direct", "highest"])
@pytest.mark.parametrize("platform", ["linux", "aarch64-apple-darwin", "windows"])
def test_the_ranges_resolve_to_wheels(python, ends, platform):
    said = uv(
        "pip", "compile", "requirements.txt", "--quiet", "--no-header", "--no-annotate",
        "--only-binary", ":all:", "--resolution", ends, "--python-version", python,
        "--python-platform", platform,
    )  # fmt: skip
    assert "\njax==" in said and "\nflax==" in said


def newest_python():
    """The newest interpreter here that the course allows: on the path, or pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for version in ("3.14", "3.13", "3.12"):
        beside = sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"))
        # On the path may be a shim of pyenv, for a version that it does not start.
        for place in filter(None, [shutil.which(f"python{version}"), *beside]):
            done = subprocess.run([place, "-c", ""], capture_output=True, check=False)
            if done.returncode == 0:
                return str(place)
    return sys.executable


def library_tests(ends, folder):
    """Run the library's tests in an environment of its own; (exit code, what it said)."""
    python = sys.executable if ends == "lowest-direct" else newest_python()
    uv("venv", "--python", python, folder / ends)
    inside = folder / ends / ("Scripts" if os.name == "nt" else "bin") / "python"
    uv("pip", "install", "--python", inside, "--resolution", ends, "-r", "pyproject.toml")
    lines = (ROOT / "tests" / "requirements.txt").read_text().splitlines()
    wanted = [line.split("#")[0].strip() for line in lines if line.startswith(NEEDED)]
    uv("pip", "install", "--python", inside, *wanted)
    done = subprocess.run(
        [inside, "-m", "pytest", "-x", "-p", "no:cacheprovider",
         "-W", "ignore::DeprecationWarning",  # what an old package warns of is not ours
         *(f"tests/library/test_{name}.py" for name in LIBRARY)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout[-5000:] + done.stderr[-2000:]


def test_the_library_s_tests_pass_at_both_ends(tmp_path):
    """Side by side: a test keeps one core busy, and CI has two."""
    ends = ("lowest-direct", "highest")
    with ThreadPoolExecutor() as pool:
        for code, said in pool.map(library_tests, ends, [tmp_path] * len(ends)):
            assert code == 0, said
