"""What GitHub and package registries read: workflows, forms, citation, changes, and the package."""

import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from checkout import clone

from instructor.release import find_leaks, secrets

ROOT = next(folder for folder in Path(__file__).parents if (folder / "pyproject.toml").exists())
sys.path.insert(0, str(ROOT / "tools"))
import package  # noqa: E402

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOWS = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in (ROOT / ".github" / "workflows").glob("*.yml")
}
DEVCONTAINER = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
SCHEMAS = {
    "github-workflows": ".github/workflows/*.yml",
    "dependabot": ".github/dependabot.yml",
    "github-issue-forms": ".github/ISSUE_TEMPLATE/[!c]*.yml",
    "github-issue-config": ".github/ISSUE_TEMPLATE/config.yml",
    "citation-file-format": "CITATION.cff",
}


def commands():
    """Every line that a workflow or the development container runs."""
    for workflow in WORKFLOWS.values():
        for job in workflow["jobs"].values():
            for step in job.get("steps", ()):
                yield from step.get("run", "").splitlines()
    yield json.loads(re.sub(r"(?m)^ *//.*", "", DEVCONTAINER))["onCreateCommand"]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_have_the_form_that_github_reads(schema):
    files = sorted(ROOT.glob(SCHEMAS[schema]))
    assert files
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *files],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_workflows_are_pinned_and_may_do_little():
    program = Path(sys.executable).parent / "zizmor"
    done = subprocess.run(
        [program, "--offline", "--no-progress", "--strict-collection", ROOT / ".github"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_python_that_the_package_names_is_tested_on_linux_at_both_ends():
    named = re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["classifiers"]))
    assert PROJECT["requires-python"] == f">={named[0]}"
    jobs = WORKFLOWS["tests.yml"]["jobs"]
    matrix = jobs["library"]["strategy"]["matrix"]
    assert matrix["python"] == named
    assert matrix["resolution"] == ["highest", "lowest-direct"]
    for job in jobs.values():
        for step in job["steps"]:
            version = step.get("with", {}).get("python-version", named[0])
            assert version == "${{ matrix.python }}" or version in named
    others = [*matrix["include"], {"python": jobs["windows"]["strategy"]["matrix"]["python"][-1]}]
    assert others[-1]["python"] == others[-2]["python"] == named[-1]


def test_what_runs_there_exists_here():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    run = list(commands())
    targets = {name for line in run for name in re.findall(r"\bmake ([a-z-]+)", line)}
    assert targets >= {"test", "check", "env", "package", "test-env"}
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"no make {target}"
    for line in run:
        for name in re.findall(r"(?<=-r )\S+|\btests/\w+", line):
            assert (ROOT / name).exists(), f"{line}: there is no {name}"


def test_windows_runs_what_people_are_told():
    told = "\n".join(
        path.read_text(encoding="utf-8") for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    )
    steps = WORKFLOWS["tests.yml"]["jobs"]["windows"]["steps"]
    for command in (step["run"] for step in steps if "run" in step):
        here = command.replace("python -m venv", "python3 -m venv")
        here = here.replace(".venv\\Scripts\\", ".venv/bin/").removesuffix(" tests/library")
        assert here in told, command


def test_the_container_has_what_the_tests_need_and_opens_no_port():
    made = json.loads(re.sub(r"(?m)^ *//.*", "", DEVCONTAINER))
    lowest = PROJECT["requires-python"].removeprefix(">=")
    assert re.fullmatch(rf"mcr\.microsoft\.com/devcontainers/python:{lowest}-\w+", made["image"])
    for program in ("chromium", "npm", "bubblewrap", "make test-env"):
        assert program in made["onCreateCommand"]
    assert "forwardPorts" not in made and "mounts" not in made and "features" not in made


def test_all_addresses_name_one_repository():
    names = (
        "pyproject.toml",
        "CITATION.cff",
        "SECURITY.md",
        *SCHEMAS["github-issue-config"].split(),
    )
    found = {
        name: set(re.findall(r"https://github\.com/([\w.-]+/[\w.-]+)", (ROOT / name).read_text()))
        for name in names
    }
    assert all(found.values()) and len(set().union(*found.values())) == 1, found


def test_the_version_is_the_same_everywhere():
    tag = f"v{PROJECT['version']}"
    assert [said for said in package.problems(ROOT, tag) if package.PLACEHOLDER not in said] == []


@pytest.fixture
def copy(tmp_path):
    """A small repository in which everything is ready for v1.2.3."""
    for name, text in {
        "pyproject.toml": '[project]\nname = "x"\nversion = "1.2.3"\n',
        "CHANGELOG.md": "# What changed\n\n## Unreleased\n\n## 1.2.3\n\n## 1.2.2\n",
        "CITATION.cff": "cff-version: 1.2.0\nversion: 1.2.3\n",
        "siamese_lib/__init__.py": '__version__ = "1.2.3"\n',
        "tests/test_x.py": f'"{package.PLACEHOLDER}"\n',
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    return tmp_path


def test_a_release_that_is_ready_has_no_problem(copy):
    assert package.problems(copy, "v1.2.3") == []


@pytest.mark.parametrize("tag", ["v1.2.4", "1.2.3", ""])
def test_a_tag_of_another_version_is_refused(copy, tag):
    assert package.problems(copy, tag) == [
        f"the tag is {tag!r}, but pyproject.toml says 1.2.3: give v1.2.3"
    ]


@pytest.mark.parametrize("name", ["CHANGELOG.md", "CITATION.cff", "siamese_lib/__init__.py"])
def test_a_version_that_was_left_behind_is_named(copy, name):
    text = (copy / name).read_text()
    (copy / name).write_text(text.replace("1.2.3", "1.2.1"))
    (said,) = package.problems(copy, "v1.2.3")
    assert said.startswith(f"{name} says 1.2.") and "make them agree" in said
    (copy / name).write_text(text.replace("1.2", "x"))
    assert package.problems(copy, "v1.2.3")[0].startswith(f"{name} says ")


def test_a_placeholder_is_named_with_its_file(copy):
    (copy / "CITATION.cff").write_text(f"version: 1.2.3\nurl: {package.PLACEHOLDER}\n")
    assert package.problems(copy, "v1.2.3") == [
        f"{package.PLACEHOLDER} stands for the repository's address in CITATION.cff: "
        "put in the real owner and name"
    ]


def test_nothing_is_built_while_something_is_to_mend(monkeypatch):
    monkeypatch.setattr(package, "problems", lambda root, tag: ["one", "two"])
    monkeypatch.setattr(package.subprocess, "run", lambda *a, **k: pytest.fail("built"))
    with pytest.raises(SystemExit, match="^package: one\npackage: two$"):
        package.main("v1.2.3")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The package of a fresh checkout: (folder, source package, wheel)."""
    folder = tmp_path_factory.mktemp("package")
    clone(folder / "checkout")
    (folder / "checkout/dist/package").mkdir(parents=True)
    uv = [sys.executable, "-m", "uv", "build", "-q", "--out-dir", folder]
    subprocess.run([*uv, folder / "checkout"], check=True)
    return folder, *folder.glob("*.tar.gz"), *folder.glob("*.whl")


def test_the_package_holds_the_library_alone(built):
    _, source, wheel = built
    assert package.strays(source) == package.strays(wheel) == []
    with zipfile.ZipFile(wheel) as opened:
        assert "siamese_lib/checks/lab_data/lab1.json" in opened.namelist()


def test_the_package_gives_no_solution_away(built):
    folder, source, _ = built
    with tarfile.open(source) as opened:
        opened.extractall(folder / "opened", filter="data")
    (inside,) = (folder / "opened").iterdir()
    for repeated in inside.rglob("PKG-INFO"):  # README once more, under another name
        repeated.unlink()
    assert find_leaks(inside, *secrets()) == []


def test_a_stray_file_is_named(tmp_path):
    names = ["instructor/labs/lab1.py", "tests/test_labs_1.py", "siamese_lib/energy.py"]
    names += ["siamese_lib-1.2.3.dist-info/METADATA", "siamese_lib.egg-info/SOURCES.txt"]
    with zipfile.ZipFile(tmp_path / "x.whl", "w") as wheel:
        for name in names:
            wheel.writestr(name, "")
    (tmp_path / "x").write_text("")
    with tarfile.open(tmp_path / "x.tar.gz", "w") as source:
        for name in names:
            source.add(tmp_path / "x", f"siamese_lib-1.2.3/{name}")
    for made in ("x.whl", "x.tar.gz"):
        assert package.strays(tmp_path / made) == [f"{made}: {name}" for name in names[:2]]
