"""Where downloaded data sets come from, and how they are fetched."""

from pathlib import Path
from typing import NamedTuple

from siamese_lib.datasets.cache import data_folder

# A download that brings no byte for this many seconds counts as stalled.
TIMEOUT = 30.0


class RemoteFile(NamedTuple):
    """A file to download: its path in the data folder, its address and its SHA-256."""

    path: str
    url: str
    sha256: str | None = None


_OMNIGLOT = (
    "https://raw.githubusercontent.com/bitsandscraps/omniglot/"
    "b0481240b7eb42393285a93ce7d2f266ff10c62b/"
)
_RUNS = (
    "https://raw.githubusercontent.com/brendenlake/omniglot/"
    "057f034baf2ecb8530bc5710e5a23584d2a519cc/python/one-shot-classification/"
)
_BANKING77 = (
    "https://raw.githubusercontent.com/PolyAI-LDN/task-specific-datasets/"
    "57ec275d8078af65b7731c2a98be812d844a6d6b/banking_data/"
)
FILES = (
    RemoteFile(
        "omniglot/images_background.npz",
        _OMNIGLOT + "images_background.npz",
        "8bf84167413cd00beacdce3fe582f780ab538d8dbef043a6d688f2527bbce199",
    ),
    RemoteFile(
        "omniglot/images_evaluation.npz",
        _OMNIGLOT + "images_evaluation.npz",
        "0b84c7ffd94c4841c0040e529c86a82eaaccb986d8eadad5673f7991b7475276",
    ),
    RemoteFile(
        "omniglot/all_runs.zip",
        _RUNS + "all_runs.zip",
        "437c1eeab0af8484112e1b4cc0f3d541ec727f7c47b9b202da738af9dfd6c325",
    ),
    RemoteFile(
        "banking77/train.csv",
        _BANKING77 + "train.csv",
        "b06e26ac675513959a63135f11b94ea7786ed02da65db93a5650d8838cbc664b",
    ),
    RemoteFile(
        "banking77/test.csv",
        _BANKING77 + "test.csv",
        "d12d6e3bc4c3103966ae786dc435913c0c563dfa328f5a3646d0e62cfeeb474d",
    ),
    RemoteFile(
        "quora/quora_duplicate_questions.tsv",
        "http://qim.fs.quoracdn.net/quora_duplicate_questions.tsv",
    ),
)


def fetch(path: str) -> Path:
    """The local copy of one of FILES, downloaded with a progress bar on first use.

    The file gets its final name only when it is complete and its hash is right, so a failed
    download leaves nothing behind. A file whose hash is not known is taken as it is.

    Raises: OSError (ConnectionError, TimeoutError or FileNotFoundError where that fits) or, for
        wrong bytes, ValueError. Each names the file, what happened and what to do.
    """
    remote = next(file for file in FILES if file.path == path)
    target = data_folder() / remote.path
    if target.exists():
        _require_hash(target, remote)
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(
            f"The folder {target.parent} for {remote.path} cannot be made ({error.strerror}). "
            "Set SIAMESE_DATA_DIR to a folder that you can write to."
        ) from error
    _download(remote, target)
    return target


def _require_hash(target: Path, remote: RemoteFile) -> None:
    import pooch

    if remote.sha256 is None:
        return
    found = pooch.file_hash(str(target))
    if found != remote.sha256:
        raise ValueError(
            f"{target} is not the expected file (SHA-256 {found[:12]}..., expected "
            f"{remote.sha256[:12]}...). Delete it, then try again."
        )


def _download(remote: RemoteFile, target: Path) -> None:
    import pooch
    import requests
    from tqdm import tqdm

    store = pooch.create(
        data_folder(),
        base_url="",
        registry={remote.path: remote.sha256},
        urls={remote.path: remote.url},
    )
    # The progress bar names the file; pooch's own log line would repeat it in every notebook.
    pooch.get_logger().setLevel("WARNING")
    try:
        # pooch tests the truth of the bar, and without a total tqdm refuses to answer.
        with tqdm(desc=remote.path, total=1, unit="B", unit_scale=True) as bar:
            transfer = pooch.HTTPDownloader(
                progressbar=bar,
                chunk_size=2**16,
                timeout=TIMEOUT,
                # Uncompressed, so that Content-Length is the length of the file.
                headers={"Accept-Encoding": "identity"},
            )
            store.fetch(remote.path, downloader=transfer)
    except (requests.RequestException, OSError, ValueError) as error:
        response = getattr(error, "response", None)
        if response is not None:
            response.close()  # pooch leaves the connection open when the server refuses
        raise _explain(error, remote, target) from error


def _explain(error: Exception, remote: RemoteFile, target: Path) -> Exception:
    """The same error in words: the file, what happened and what to do."""
    kind, said = _diagnose(error)
    return kind(
        f"{remote.path}: {said}. Try again, or download {remote.url} by hand to {target}, or set "
        "SIAMESE_DATA_DIR to a folder that holds it."
    )


def _diagnose(error: Exception) -> tuple[type[Exception], str]:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        status = error.response.status_code
        kind = FileNotFoundError if status in (404, 410) else OSError
        return kind, f"the server answered {status}"
    # A stall in mid-file arrives as a ConnectionError; only its text shows that it was a stall.
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return TimeoutError, f"nothing arrived for {TIMEOUT:g} seconds"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return ConnectionError, "the connection broke off before the end of the file"
    if isinstance(error, requests.ConnectionError):
        return ConnectionError, "the server could not be reached (is this machine online?)"
    if isinstance(error, requests.RequestException):
        return OSError, f"the download failed ({error})"
    if isinstance(error, OSError):
        return OSError, f"the file could not be written ({error.strerror})"
    return ValueError, "the server sent something other than the expected file (SHA-256 differs)"
