"""A reader's own folder of scans: names of CEDAR and GPDS, paper and ink, each bad file named."""

import numpy as np
import pytest
from flax import nnx
from PIL import Image, ImageDraw

from siamese_lib.datasets import load_signature_folder
from siamese_lib.encoders import ImageEncoder


def scan(path, lines, *, size=(300, 160), paper=235, ink=40):
    """A scan as people have them: dark lines on paper that is not quite white, with noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("L", size, paper)
    ImageDraw.Draw(picture).line(lines, fill=ink, width=5)
    noise = np.random.default_rng(0).normal(0, 4, (size[1], size[0]))
    grey = np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8)
    Image.fromarray(grey).save(path)


ZIGZAG = [(60, 100), (110, 40), (140, 110), (200, 50), (250, 100)]


def test_a_folder_of_cedar(tmp_path):
    for writer in (7, 12):
        for k in (1, 2):
            scan(tmp_path / "full_org" / f"original_{writer}_{k}.png", ZIGZAG)
        scan(tmp_path / "full_forg" / f"forgeries_{writer}_1.png", ZIGZAG[::-1])
    (tmp_path / "full_org" / "Thumbs.db").write_bytes(b"not a picture")
    data = load_signature_folder(tmp_path)
    assert data.images.shape == (6, 56, 56) and data.images.dtype == np.float32
    assert data.writer.tolist() == [12, 7, 12, 12, 7, 7]
    assert data.hand.tolist() == [-1, -1, 12, 12, 7, 7]
    assert data.is_genuine.tolist() == [False, False, True, True, True, True]
    assert data.traces is None and data.seconds is None


def test_a_folder_of_gpds(tmp_path):
    scan(tmp_path / "003" / "c-003-01.jpg", ZIGZAG)
    scan(tmp_path / "003" / "cf-003-01.bmp", ZIGZAG)
    data = load_signature_folder(str(tmp_path), side=48)
    assert data.images.shape == (2, 48, 48)
    assert data.writer.tolist() == [3, 3] and data.hand.tolist() == [3, -1]


def test_a_scan_becomes_ink_on_paper_in_the_middle(tmp_path):
    scan(tmp_path / "original_1_1.png", ZIGZAG)
    scan(tmp_path / "original_1_2.png", [(2 * x, 2 * y) for x, y in ZIGZAG], size=(700, 400),
         paper=190)  # fmt: skip
    one, large = load_signature_folder(tmp_path).images
    columns = np.flatnonzero(one.any(axis=0))
    assert (columns[0], columns[-1]) == (3, 52)
    assert one[:3].max() == 0 and one.max() == 1 and 0.02 < one.mean() < 0.3
    cosine = (one * large).sum() / np.linalg.norm(one) / np.linalg.norm(large)
    assert cosine > 0.8  # twice as large, thinner for its size, on greyer paper
    ImageEncoder(image_size=56, rngs=nnx.Rngs(0)).require_inputs(one[None])


def test_each_bad_file_is_named(tmp_path):
    scan(tmp_path / "original_1_1.png", ZIGZAG)
    (tmp_path / "original_1_2.png").write_text("no picture at all")
    Image.new("L", (50, 30), 255).save(tmp_path / "forgeries_1_1.png")
    with pytest.raises(ValueError) as error:
        load_signature_folder(tmp_path)
    assert "original_1_2.png (cannot identify" in str(error.value)
    assert "forgeries_1_1.png (one grey throughout, no ink)" in str(error.value)
    assert "original_1_1" not in str(error.value)
    assert str(error.value).endswith("remove or replace them")


def test_a_folder_without_signatures_says_what_was_looked_for(tmp_path):
    (tmp_path / "holiday.png").write_bytes(b"")
    with pytest.raises(ValueError, match=r"holds no signature; .* original_7_17.png"):
        load_signature_folder(tmp_path)
    with pytest.raises(ValueError, match="nowhere is no folder"):
        load_signature_folder(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="side is 8"):
        load_signature_folder(tmp_path, side=8)


def test_pencil_on_grey_paper_is_ink_too(tmp_path):
    scan(tmp_path / "original_1_1.png", ZIGZAG)
    scan(tmp_path / "original_1_2.png", ZIGZAG, paper=205, ink=140)
    scan(tmp_path / "original_1_3.png", ZIGZAG, paper=110, ink=10)
    ink, pencil, dusk = load_signature_folder(tmp_path).images > 0.5
    assert (ink != pencil).mean() < 0.02 and (ink != dusk).mean() < 0.02
