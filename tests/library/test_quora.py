"""Quora pairs: read as they are, and split so that no question is on two sides."""

import csv

import numpy as np
import pytest
from mirror import need_mirror

from siamese_lib.datasets import load_quora, quora

SPLITS = ("train", "validation", "test")
COLUMNS = ["id", "qid1", "qid2", "question1", "question2", "is_duplicate"]


def write(path, rows, columns=COLUMNS):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerows([columns, *rows])
    return path


def plain(text):
    return " ".join(text.lower().split())


def questions(pairs):
    return {plain(text) for text in (*pairs.question1, *pairs.question2)}


def assert_disjoint(parts):
    asked = [questions(part) for part in parts]
    for i, one in enumerate(asked):
        for other in asked[:i]:
            assert not one & other


def test_staged_excerpt():
    path = need_mirror("quora/quora_duplicate_questions.tsv")
    everything = load_quora("all")
    with open(path, encoding="utf-8", newline="") as file:
        rows = [
            r for r in csv.DictReader(file, delimiter="\t") if r["question1"] and r["question2"]
        ]
    assert len(everything.is_same) == len(rows)
    assert everything.question1 == [row["question1"].strip() for row in rows]
    assert everything.is_same.tolist() == [int(row["is_duplicate"]) for row in rows]
    parts = [load_quora(split) for split in SPLITS]
    assert_disjoint(parts)
    shares = [len(part.is_same) / len(rows) for part in parts]
    assert sum(shares) == pytest.approx(1)
    assert shares[1:] == pytest.approx([0.1, 0.1], abs=0.01)
    assert all(0.3 < part.is_same.mean() < 0.45 for part in parts)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """100,000 pairs: a set that holds a third of them, and tens of thousands of small sets."""
    random = np.random.default_rng(0)
    n, third = 100_000, 33_000
    left = np.concatenate(
        [random.integers(0, 15_000, third), 20_000 + random.integers(0, 60_000, n - third)]
    )
    right = np.concatenate(
        [random.integers(0, 15_000, third), np.arange(100_000, 100_000 + n - third)]
    )
    order = random.permutation(n)
    rows = [
        [i, a, b, f"Question number {a}, is it?", f'The "other" one,\t{b}?', int(a + b) % 2]
        for i, (a, b) in enumerate(zip(left[order], right[order], strict=True))
    ]
    rows = [
        r if r[2] >= 100_000 else [*r[:4], f"Question number {r[2]}, is it?", r[5]] for r in rows
    ]
    return write(tmp_path_factory.mktemp("quora") / "large.tsv", rows), rows


def test_large_file_is_split_as_a_search_through_the_graph_says(large):
    path, rows = large
    parts = {split: load_quora(split, path=path) for split in SPLITS}
    assert_disjoint(parts.values())
    shares = {split: len(part.is_same) / len(rows) for split, part in parts.items()}
    assert shares == pytest.approx({"train": 0.8, "validation": 0.1, "test": 0.1}, abs=0.002)
    # Each connected set, found here by following the pairs, is on one side as a whole.
    next_to = {}
    for row in rows:
        next_to.setdefault(plain(row[3]), []).append(plain(row[4]))
        next_to.setdefault(plain(row[4]), []).append(plain(row[3]))
    side = {text: split for split, part in parts.items() for text in questions(part)}
    assert side.keys() == next_to.keys()
    seen, largest = set(), []
    for start in next_to:
        found, waiting = [], [start]
        while waiting:
            text = waiting.pop()
            if text not in seen:
                seen.add(text)
                found.append(text)
                waiting += next_to[text]
        assert len({side[text] for text in found}) <= 1
        largest = max(largest, found, key=len)
    assert len(largest) > 10_000
    assert side[largest[0]] == "train"


def test_split_does_not_depend_on_the_order_of_rows(large, tmp_path):
    path, rows = large
    few = rows[:3000]
    forth = load_quora("test", path=write(tmp_path / "forth.tsv", few))
    back = load_quora("test", path=write(tmp_path / "back.tsv", few[::-1]))
    assert sorted(forth.question1) == sorted(back.question1)


def test_equal_ids_are_one_question(tmp_path):
    rows = []
    for i in range(60):  # a chain of three pairs that share ids and no text
        ids = [f"{i}-{j}" for j in range(4)]
        rows += [[0, ids[j], ids[j + 1], f"Left {i} {j}?", f"Right {i} {j}?", 0] for j in range(3)]
    assert_chains_stay_whole(write(tmp_path / "own.tsv", rows))


def test_texts_that_differ_in_case_and_spaces_are_one_question(tmp_path):
    rows = []
    for i in range(60):  # a chain of three pairs that share texts and no id
        texts = [f"What is {i} {j}?" for j in range(4)]
        pairs = [(texts[j].upper() + " ", texts[j + 1].replace(" ", "  ")) for j in range(3)]
        rows += [[0, f"{i}{j}a", f"{i}{j}b", *pair, 0] for j, pair in enumerate(pairs)]
    assert_chains_stay_whole(write(tmp_path / "own.tsv", rows))


def assert_chains_stay_whole(path):
    sizes = []
    for split in SPLITS:
        first = load_quora(split, path=path).question1
        number = [
            int("".join(c if c.isdigit() else " " for c in text).split()[0]) for text in first
        ]
        sizes.append(len(first))
        assert (np.unique(number, return_counts=True)[1] == 3).all()
    assert sizes == [144, 18, 18]


def test_quotes_tabs_line_ends_and_letters_survive(tmp_path):
    texts = ['He said "why"?', "One\ttab?", "Two\nlines?", "Größe, 東京, 😀?", "a,b;c?", "it's?"]
    rows = [[i, 2 * i, 2 * i + 1, text, "Other?", 0] for i, text in enumerate(texts)]
    assert load_quora("all", path=write(tmp_path / "own.tsv", rows)).question1 == texts


def test_empty_questions_are_dropped_and_odd_rows_counted(tmp_path):
    good = [0, 1, 2, "Is it?", "Is it so?", 1]
    empty = [[1, 3, 4, "", "Is it?", 0], [2, 5, 6, "Is it?", "  ", 0]]
    path = write(tmp_path / "own.tsv", [good, *empty])
    pairs = load_quora("all", path=path)
    assert pairs.question1 == ["Is it?"]
    assert pairs.is_same.tolist() == [1]
    odd = [[3, 7, 8, "short"], [4, 9, 10, "a?", "b?", "maybe"], [5, 1, 2, "a?", "b?", 1, "more"]]
    path = write(tmp_path / "odd.tsv", [good, *odd])
    with pytest.warns(UserWarning, match="odd.tsv: skipped 3 of 4 rows"):
        assert load_quora("all", path=path).question2 == ["Is it so?"]


def test_wrong_columns(tmp_path):
    path = write(tmp_path / "own.tsv", [], columns=["a", "b"])
    with pytest.raises(ValueError, match=r"own.tsv has the columns \['a', 'b'\]; give a tab-"):
        load_quora("train", path=path)
    (tmp_path / "test.csv").write_text("test_id,question1,question2\n")
    with pytest.raises(ValueError, match=r"'test_id', 'question1'.*which Kaggle's test.csv lacks"):
        load_quora("train", path=tmp_path / "test.csv")
    (tmp_path / "nothing.tsv").write_text("")
    with pytest.raises(ValueError, match=r"the columns \[\]"):
        load_quora("train", path=tmp_path / "nothing.tsv")


def test_no_pairs(tmp_path):
    with pytest.raises(ValueError, match="own.tsv holds no pair"):
        load_quora("train", path=write(tmp_path / "own.tsv", []))


def test_missing_own_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.tsv"):
        load_quora("train", path=tmp_path / "nowhere.tsv")


def test_unknown_split():
    with pytest.raises(ValueError, match="split is 'dev'"):
        load_quora("dev")


def test_key_of_a_set_is_fixed():
    # Splits must be the same on every machine and in every session.
    assert quora._shuffled("Is it?").hex() == "982f7be5cbdefc44"
