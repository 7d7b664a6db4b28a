"""The set-up as a newcomer meets it: make lab, Binder's pins, the wheel, and what errors say."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest
from browser import free_port
from checkout import clone
from programs import need

ROOT = Path(__file__).parents[2]
# A shell as a newcomer has it: none of this test run's environment leaks in.
CLEAN = {
    k: v for k, v in os.environ.items()
    if k not in ("VIRTUAL_ENV", "PYTHONPATH", "MPLBACKEND") and not k.startswith("JAX_")
}  # fmt: skip


def run(*command, cwd, env=None):
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=env or CLEAN,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def base_python():
    """The interpreter that made this environment."""
    return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}")


def uv(*arguments, cwd):
    return run(sys.executable, "-m", "uv", *arguments, cwd=cwd)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A fresh clone after `make env`, the installing half of `make lab`."""
    folder = clone(tmp_path_factory.mktemp("clone"))
    said = run(need("make"), "env", f"PYTHON={base_python()}", cwd=folder)
    assert "installing requirements.txt" in said
    return folder


def test_make_lab_opens_the_first_notebook(installed):
    port = free_port()
    flags = f"LABFLAGS=--no-browser --allow-root --ip=127.0.0.1 --port={port}"
    server = subprocess.Popen(
        [need("make"), "lab", f"PYTHON={base_python()}", flags], cwd=installed,
        env={**CLEAN, "JUPYTER_TOKEN": "test-token"}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}/api/contents/00_start_here.ipynb?token=test-token"
    try:
        while server.poll() is None:
            try:
                body = urllib.request.urlopen(url, timeout=5).read().decode()
                break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail("the server did not answer")
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        said = server.communicate(timeout=600)[0]
    assert "# 00 Start here" in body
    assert "installing" not in said  # the second call installs nothing
    assert "00_start_here.ipynb" in said


@pytest.mark.parametrize("target", ["lab", "explore"])
def test_compiled_programs_are_kept_where_the_reader_has_not_said_otherwise(target, tmp_path):
    shell = (
        tmp_path / "shell"
    )  # stands in for the shell of every recipe, and shows what it is given
    shell.write_text("#!/bin/sh\nenv\n")
    shell.chmod(0o755)

    def given(**env):
        said = run(need("make"), target, f"SHELL={shell}", cwd=ROOT, env={**CLEAN, **env})
        lines = [
            line for line in said.splitlines() if line.startswith("JAX_COMPILATION_CACHE_DIR=")
        ]
        return {line.split("=", 1)[1] for line in lines}

    assert given(HOME="/home/reader") == {"/home/reader/.cache/siamese_lib/compiled"}
    assert given(JAX_COMPILATION_CACHE_DIR="/mine") == {"/mine"}


def test_a_changed_requirement_installs_again_and_an_unchanged_one_does_not(installed):
    assert "installing" not in run(need("make"), "env", f"PYTHON={base_python()}", cwd=installed)
    with (installed / "requirements.txt").open("a") as file:
        file.write("# a comment more\n")
    assert "installing" in run(need("make"), "env", f"PYTHON={base_python()}", cwd=installed)


def test_an_environment_made_before_there_were_resolutions_is_kept(installed):
    run(need("make"), "env", f"PYTHON={base_python()}", cwd=installed)
    stamp = installed / ".venv" / "installed"
    stamp.write_text(stamp.read_text().replace("highest\n", ""))
    assert "making" not in run(need("make"), "env", f"PYTHON={base_python()}", cwd=installed)


def test_the_lowest_versions_are_installed_where_they_are_asked_for(installed):
    lowest = {"jax": "0.8.1", "numpy": "2.0.0"}
    text = (ROOT / "requirements.txt").read_text()
    assert all(f"{name}>={version.removesuffix('.0')}" in text for name, version in lowest.items())
    words = (need("make"), "env", f"PYTHON={base_python()}", "RESOLUTION=lowest-direct")
    assert "installing" in run(*words, cwd=installed)
    code = f"import importlib.metadata as m; print(*map(m.version, {list(lowest)}))"
    said = run(installed / ".venv/bin/python", "-c", code, cwd=installed)
    assert said.split() == list(lowest.values())
    assert "installing" not in run(*words, cwd=installed)
    # The newest come back, although the lowest are within their ranges.
    run(*words[:3], cwd=installed)
    said = run(installed / ".venv/bin/python", "-c", code, cwd=installed)
    assert not set(said.split()) & set(lowest.values())


def test_a_resolution_that_is_none_is_quoted(tmp_path):
    said = make_env("import sys; sys.argv = ['', '--resolution', 'low']", tmp_path)
    assert "invalid choice: 'low'" in said and "lowest-direct" in said


RUN = "import runpy; runpy.run_path('tools/make_env.py', run_name='__main__')"


def make_env(code, tmp_path, **env):
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    done = subprocess.run(
        [base_python(), "-c", f"{code}; {RUN}"],
        cwd=tmp_path, env={**CLEAN, **env}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1]


def test_an_old_python_is_told_what_to_install(tmp_path):
    said = make_env("import sys; sys.argv[0] = ''; sys.version_info = (3, 9, 1)", tmp_path)
    assert said.startswith("make: this is Python 3.9, but the course needs 3.11 or newer; install")


def test_a_python_without_venv_is_told_what_to_install(tmp_path):
    said = make_env("import sys; sys.argv = ['']; sys.modules['ensurepip'] = None", tmp_path)
    assert "has no venv module" in said
    assert f"apt install python3.{sys.version_info[1]}-venv" in said


def test_no_network_is_told_what_to_do(tmp_path):
    nowhere = "http://127.0.0.1:9/simple"
    said = make_env(
        "import sys; sys.argv = ['']", tmp_path, PIP_INDEX_URL=nowhere, UV_INDEX_URL=nowhere,
        UV_DEFAULT_INDEX=nowhere, PIP_RETRIES="0", PIP_CONFIG_FILE="/dev/null", PIP_FIND_LINKS="",
        PIP_NO_CACHE_DIR="1", UV_NO_CACHE="1",
    )  # fmt: skip
    assert "could not be installed" in said
    assert "check the network" in said
    assert "run the same command again" in said


def test_a_missing_python_is_one_sentence(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    done = subprocess.run(
        [need("make"), "lab", "PYTHON=python9.9"], cwd=tmp_path, env=CLEAN,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "there is no python9.9; install Python 3.11 or newer" in done.stdout


@pytest.fixture(scope="module")
def pinned(tmp_path_factory):
    """A fresh environment of exactly Binder's pins, after postBuild: (folder, environment)."""
    folder = clone(tmp_path_factory.mktemp("binder"))
    assert (folder / "binder" / "runtime.txt").read_text().strip() == "python-3.11"
    uv("venv", "--seed", "--python", "3.11", "pins", cwd=folder)
    uv("pip", "install", "--python", "pins/bin/python", "-r", "binder/requirements.txt", cwd=folder)
    env = {**CLEAN, "PATH": f"{folder}/pins/bin{os.pathsep}{CLEAN['PATH']}",
           "XDG_CACHE_HOME": str(folder / "cache")}  # fmt: skip
    env.pop("SIAMESE_DATA_DIR", None)
    run("binder/postBuild", cwd=folder, env=env)
    return folder, env


def test_the_pins_are_exact_and_fit_each_other(pinned):
    folder, env = pinned
    lines = (folder / "binder" / "requirements.txt").read_text().splitlines()
    assert lines
    assert all(line.split(" ;")[0].count("==") == 1 for line in lines)
    assert "No broken requirements" in run(
        "pins/bin/python", "-m", "pip", "check", cwd=folder, env=env
    )
    assert os.access(folder / "binder" / "postBuild", os.X_OK)


@pytest.mark.parametrize("name", ["01_architecture", "04_modified_triplet_loss"])
def test_notebooks_run_in_binder_s_environment(pinned, name):
    folder, env = pinned
    run(
        "pins/bin/python", "-m", "jupyter", "nbconvert", "--to", "notebook", "--execute",
        "--output", "executed.ipynb", f"notebooks/{name}.ipynb", cwd=folder, env=env,
    )  # fmt: skip


def test_the_pins_cover_every_requirement_within_its_range():
    from packaging.requirements import Requirement

    pins = [
        Requirement(line)
        for line in (ROOT / "binder" / "requirements.txt").read_text().splitlines()
    ]
    pinned = {pin.name.lower(): next(iter(pin.specifier)).version for pin in pins}
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        asked = Requirement(line.split("#")[0])
        assert asked.specifier.contains(pinned[asked.name.lower()]), line


def test_repo2docker_accepts_the_folder(tmp_path):
    said = run(
        Path(sys.executable).parent / "jupyter-repo2docker", "--no-build", "--debug",
        clone(tmp_path), cwd=tmp_path,
    )  # fmt: skip
    assert "binder/requirements.txt" in said
    assert "binder/postBuild" in said


TRAIN = """
import numpy as np, optax, sys
from pathlib import Path
from flax import nnx
import siamese_lib
from siamese_lib.datasets import load_glyphs, load_questions
from siamese_lib.encoders import QuestionEncoder, SiameseNetwork
from siamese_lib.losses import modified_triplet_loss
from siamese_lib.datasets import load_results
from siamese_lib.text import build_tokenizer, duplicate_batches, duplicate_groups, encode_texts
from siamese_lib.training import fit, save

assert Path(siamese_lib.__file__).is_relative_to(sys.prefix), siamese_lib.__file__
assert load_results("questions")  # what notebook 05 quotes
pairs = load_questions("validation")
texts, group = duplicate_groups(*pairs)
tokenizer = build_tokenizer(texts)
tokens = encode_texts(tokenizer, texts)
sizes = {"embedding_dim": 16, "hidden_dim": 16}
encoder = QuestionEncoder(tokenizer.get_vocab_size(), **sizes, rngs=nnx.Rngs(0))
history = fit(
    SiameseNetwork(encoder),
    lambda model, a, p: modified_triplet_loss(*model(a, p)),
    lambda epoch: duplicate_batches(tokens, group, batch_size=64, seed=epoch),
    epochs=3, optimizer=optax.adam(1e-2), progress=False, checkpoint="run",
)
assert history["epoch_loss"][-1] < history["epoch_loss"][0]
save(encoder, "weights.safetensors")
print("trained", history["epoch_loss"])
"""


def test_the_wheel_installs_elsewhere_with_its_data_and_trains(tmp_path):
    source = clone(tmp_path / "source")
    uv("build", "--wheel", "--out-dir", tmp_path, source, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    assert "siamese_lib/py.typed" in zipfile.ZipFile(wheel).namelist()
    uv("venv", "--python", base_python(), "elsewhere", cwd=tmp_path)
    uv("pip", "install", "--python", "elsewhere/bin/python", wheel, cwd=tmp_path)
    shutil.rmtree(source)
    assert "trained" in run("elsewhere/bin/python", "-c", TRAIN, cwd=tmp_path)
