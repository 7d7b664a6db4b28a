"""Pair files as people have them: Kaggle's, zipped, with an index, with quotes around line ends."""

import csv
import io
import zipfile

import pytest

from siamese_lib.datasets import load_quora

ROWS = [
    ["0", "1", "2", "What is it?", "What, then, is it?", "1"],
    ["1", "3", "4", 'He said "why"?', "One\ttab, and\ntwo lines?", "0"],
    ["2", "5", "6", "Größe, 東京?", "A;b\r\nand c?", "0"],
]
COLUMNS = ["id", "qid1", "qid2", "question1", "question2", "is_duplicate"]
EXPECTED = [
    [row[3] for row in ROWS],
    [row[4] for row in ROWS],
    [int(row[5]) for row in ROWS],
]


def text(rows=ROWS, columns=COLUMNS, mark=",", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=mark, quoting=quoting).writerows([columns, *rows])
    return out.getvalue()


def write(path, content):
    path.write_bytes(content.encode())
    return path


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def loaded(path):
    pairs = load_quora("all", path=path)
    return [pairs.question1, pairs.question2, pairs.is_same.tolist()]


def labelled(yes, no):
    return [[*row[:-1], yes if row[-1] == "1" else no] for row in ROWS]


FORMS = {
    "Kaggle's commas": text(),
    "all quoted, as Kaggle's": text(quoting=csv.QUOTE_ALL),
    "tabs": text(mark="\t"),
    "tabs, all quoted": text(mark="\t", quoting=csv.QUOTE_ALL),
    "semicolons": text(mark=";"),
    "a mark of byte order": "\ufeff" + text(),
    "an index in front": text([[k, *row] for k, row in enumerate(ROWS)], ["", *COLUMNS]),
    "a named index": text([[k, *row] for k, row in enumerate(ROWS)], ["Unnamed: 0", *COLUMNS]),
    "labels 1.0": text(labelled("1.0", "0.0")),
    "labels True": text(labelled("True", "False")),
    "labels true, spaced": text(labelled(" true ", " false")),
    "no ids": text([row[3:] for row in ROWS], COLUMNS[3:]),
    "another order": text([row[::-1] for row in ROWS], COLUMNS[::-1]),
    "other cases and spaces": text(columns=[f" {name.upper()} " for name in COLUMNS]),
    "line ends of Windows": text().replace("\r\n", "\n").replace("\n", "\r\n"),
    "no line end at the end": text().rstrip(),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_every_form_is_read_alike(content, tmp_path):
    found = loaded(write(tmp_path / "own.csv", content))
    same_ends = [[q.replace("\r\n", "\n") if isinstance(q, str) else q for q in c] for c in found]
    assert same_ends == [
        [q.replace("\r\n", "\n") if isinstance(q, str) else q for q in c] for c in EXPECTED
    ]


def test_zips(tmp_path):
    inner = zipped(tmp_path / "train.csv.zip", {"train.csv": text()}).read_bytes()
    assert loaded(tmp_path / "train.csv.zip") == EXPECTED
    whole = {
        "train.csv.zip": inner, "test.csv": "test_id,question1,question2\n", "sample.csv": "id\n",
        "__MACOSX/train.csv": "\0",
    }  # fmt: skip
    assert loaded(zipped(tmp_path / "whole.zip", whole)) == EXPECTED
    assert loaded(zipped(tmp_path / "other.zip", {"deep/own.tsv": text(mark="\t")})) == EXPECTED
    with pytest.raises(
        ValueError, match=r"two.zip holds \['a.csv', 'b.csv'\]; give a zip with one"
    ):
        loaded(zipped(tmp_path / "two.zip", {"a.csv": text(), "b.csv": text()}))
    with pytest.raises(ValueError, match="holds no table"):
        loaded(zipped(tmp_path / "none.zip", {"a.png": "x"}))


@pytest.mark.parametrize("mark", ["\t", ","])
@pytest.mark.parametrize("place", [3, 4])
@pytest.mark.parametrize("later", ['"A quoted one", is it?', 'Is "this" it?', "No quote at all"])
def test_a_quote_that_is_not_closed_swallows_no_row_in_silence(mark, place, later, tmp_path):
    rows = [[str(k), str(2 * k), str(2 * k + 1), f"Is it {k}?", f"So {k}?", "1"] for k in range(5)]
    rows[3][3] = later
    lines = text(rows, mark=mark).splitlines()
    lines[2] = mark.join([*rows[1][:place], '"' + rows[1][place], *rows[1][place + 1 :]])
    path = write(tmp_path / "own.csv", "\n".join(lines) + "\n")
    with pytest.raises(ValueError, match="quote"):
        loaded(path)


def test_rows_that_are_not_whole_are_counted(tmp_path):
    odd = [["3", "7", "8", "short"], ["4", "9", "10", "a?", "b?", "maybe"], ["5"] * 7]
    with pytest.warns(UserWarning, match="own.csv: skipped 3 of 6 rows"):
        assert loaded(write(tmp_path / "own.csv", text([*ROWS, *odd]))) == EXPECTED


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(ValueError, match="question1, question2, is_duplicate, which Kaggle's test"):
        loaded(write(tmp_path / "test.csv", text([["0", "a?", "b?"]], ["test_id", *COLUMNS[3:5]])))
    with pytest.raises(ValueError, match=r"has the columns \['a', 'b'\]; give a tab- or comma-"):
        loaded(write(tmp_path / "own.csv", "a,b\n1,2\n"))
    with pytest.raises(ValueError, match="save it as UTF-8"):
        (tmp_path / "latin.csv").write_bytes(text().encode("utf-16"))
        loaded(tmp_path / "latin.csv")
