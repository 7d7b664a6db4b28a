"""Downloads from a server on this machine that behaves well, and badly in every known way."""

import contextlib
import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from mirror import need_mirror

from siamese_lib.datasets import (
    downloads,
    load_banking77,
    load_omniglot,
    load_omniglot_runs,
    load_quora,
)
from siamese_lib.datasets.downloads import FILES, RemoteFile, fetch

CONTENT = bytes(range(256)) * 2000  # 512 kB: several pieces
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAME = "things/content.bin"


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT; the first part of the path says what goes wrong."""

    def do_GET(self):
        how = self.path.split("/")[1]
        self.server.asked.append(self.path)
        if how == "missing":
            return self.send_error(404)
        if how == "broken":
            return self.send_error(503)
        if how == "silent":
            return self.server.done.wait(10)
        body = CONTENT[::-1] if how == "wrong" else CONTENT
        if how == "staged":
            body = (self.server.staged / self.path.removeprefix("/staged/")).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if how in ("good", "wrong", "staged"):
            self.wfile.write(body)
        else:
            self.wfile.write(body[:200_000])
            self.wfile.flush()
            if how == "stall":
                self.server.done.wait(10)
        return None

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """The client may hang up; that is no news."""


@pytest.fixture
def server():
    with Server(("127.0.0.1", 0), Handler) as server:
        server.asked, server.done = [], threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.done.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def staged():
    """The mirror, looked up before `folder` points the loaders elsewhere."""
    names = ("banking77/train.csv", "banking77/test.csv", "omniglot/all_runs.zip")
    for name in names:
        need_mirror(name)
    return need_mirror("quora/quora_duplicate_questions.tsv").parent.parent


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SIAMESE_DATA_DIR", str(tmp_path / "data"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "data"


def offer(monkeypatch, server, how, *, sha256=SHA256):
    url = f"http://127.0.0.1:{server.server_port}/{how}/content.bin"
    monkeypatch.setattr(downloads, "FILES", (RemoteFile(NAME, url, sha256),))
    monkeypatch.setattr(downloads, "TIMEOUT", 0.3)
    return url


def files_in(folder):
    return [path for path in folder.rglob("*") if not path.is_dir()]


@pytest.mark.parametrize("sha256", [SHA256, None])
def test_good_bytes_are_fetched_once(server, folder, monkeypatch, capsys, sha256):
    offer(monkeypatch, server, "good", sha256=sha256)
    target = fetch(NAME)
    assert target == folder / NAME
    assert target.read_bytes() == CONTENT
    assert files_in(folder) == [target]
    assert NAME in capsys.readouterr().err  # the progress bar, which names the file
    assert fetch(NAME) == target
    assert len(server.asked) == 1
    assert capsys.readouterr().err == ""


FAILURES = [
    ("missing", FileNotFoundError, "answered 404"),
    ("broken", OSError, "answered 503"),
    ("short", ConnectionError, "broke off before the end"),
    ("wrong", ValueError, "other than the expected file"),
    ("silent", TimeoutError, "nothing arrived for 0.3 seconds"),
    ("stall", TimeoutError, "nothing arrived for 0.3 seconds"),
]


@pytest.mark.parametrize(("how", "kind", "message"), FAILURES)
def test_failure_is_explained_and_leaves_nothing(server, folder, monkeypatch, how, kind, message):
    url = offer(monkeypatch, server, how)
    with pytest.raises(kind, match=message) as caught:
        fetch(NAME)
    said = str(caught.value)
    assert said.startswith(NAME)
    for remedy in ("Try again", url, str(folder / NAME), "SIAMESE_DATA_DIR"):
        assert remedy in said
    assert said.count(". ") <= 2
    assert files_in(folder) == []
    # Once the server is well again, so is the next call.
    offer(monkeypatch, server, "good")
    assert fetch(NAME).read_bytes() == CONTENT


@pytest.mark.parametrize("how", ["short", "stall"])
def test_half_a_file_is_refused_without_a_hash_too(server, folder, monkeypatch, how):
    offer(monkeypatch, server, how, sha256=None)
    with pytest.raises(OSError):
        fetch(NAME)
    assert files_in(folder) == []


def test_no_server(server, folder, monkeypatch):
    offer(monkeypatch, server, "good")
    port = downloads.FILES[0].url.split(":")[2].split("/")[0]
    nobody = RemoteFile(NAME, f"http://127.0.0.1:{free_port()}/content.bin")
    assert port not in nobody.url
    monkeypatch.setattr(downloads, "FILES", (nobody,))
    with pytest.raises(ConnectionError, match=r"could not be reached \(is this machine online"):
        fetch(NAME)
    assert files_in(folder) == []


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_interrupt_leaves_nothing(server, folder, monkeypatch):
    offer(monkeypatch, server, "good")
    from tqdm import tqdm

    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(tqdm, "update", stop)
    with pytest.raises(KeyboardInterrupt):
        fetch(NAME)
    assert files_in(folder) == []


def test_stored_file_with_other_bytes_is_refused_and_kept(server, folder, monkeypatch):
    offer(monkeypatch, server, "good")
    (folder / NAME).parent.mkdir(parents=True)
    (folder / NAME).write_bytes(b"mine")
    with pytest.raises(ValueError, match="content.bin is not the expected file.*Delete it"):
        fetch(NAME)
    assert (folder / NAME).read_bytes() == b"mine"
    assert server.asked == []


def test_stored_file_without_known_hash_is_taken_as_it_is(server, folder, monkeypatch):
    offer(monkeypatch, server, "good", sha256=None)
    (folder / NAME).parent.mkdir(parents=True)
    (folder / NAME).write_bytes(b"mine")
    assert fetch(NAME).read_bytes() == b"mine"
    assert server.asked == []


def test_folder_that_cannot_be_made(server, folder, monkeypatch):
    offer(monkeypatch, server, "good")
    folder.write_text("a file where the folder should be")
    with pytest.raises(OSError, match="cannot be made.*Set SIAMESE_DATA_DIR"):
        fetch(NAME)


def test_full_disk(server, folder, monkeypatch):
    offer(monkeypatch, server, "good")
    import pooch.core

    def refuse(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pooch.core.shutil, "move", refuse)
    with pytest.raises(OSError, match="could not be written .No space left"):
        fetch(NAME)
    assert files_in(folder) == []


def test_two_at_once_end_with_one_whole_file(server, folder, monkeypatch):
    offer(monkeypatch, server, "good")
    results = []

    def get():
        with contextlib.suppress(Exception):
            results.append(fetch(NAME).read_bytes())

    threads = [threading.Thread(target=get) for _ in range(3)]
    for thread in threads:
        thread.start()
        time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert results == [CONTENT] * 3
    assert files_in(folder) == [folder / NAME]


def test_every_file_has_a_place_an_address_and_a_hash_where_one_is_known():
    assert len({file.path for file in FILES}) == len(FILES) == 6
    for file in FILES:
        assert file.url.split("/")[-1] == file.path.split("/")[-1]
        assert file.sha256 is None or len(file.sha256) == 64
        if file.sha256:
            assert file.url.startswith("https://")
    assert [file.path.split("/")[0] for file in FILES if file.sha256 is None] == ["quora"]


def redirect(monkeypatch, server, how):
    """All real files, asked for on this machine."""
    base = f"http://127.0.0.1:{server.server_port}/{how}/"
    here = tuple(file._replace(url=base + file.path) for file in FILES)
    monkeypatch.setattr(downloads, "FILES", here)
    monkeypatch.setattr(downloads, "TIMEOUT", 0.3)


def test_real_files_served_here_are_accepted(staged, server, folder, monkeypatch):
    server.staged = staged  # read by the server; the loaders start from an empty folder
    redirect(monkeypatch, server, "staged")
    assert len(load_banking77("all").text) == 13_083
    assert len(load_omniglot_runs()) == 20
    assert len(load_quora("all").is_same) > 0
    assert len(server.asked) == len(files_in(folder)) == 4


def test_loaders_pass_the_explanation_on(server, folder, monkeypatch):
    redirect(monkeypatch, server, "missing")
    with pytest.raises(FileNotFoundError, match="omniglot/images_background.npz: .*404"):
        load_omniglot("background")


@pytest.mark.parametrize("how", ["missing", "broken", "silent", "short"])
def test_quora_failure_tells_of_the_path(server, folder, monkeypatch, how):
    redirect(monkeypatch, server, how)
    with pytest.raises(OSError, match=r"quora_duplicate.*load_quora\(split, path=\.\.\.\)"):
        load_quora("train")
    assert files_in(folder) == []
