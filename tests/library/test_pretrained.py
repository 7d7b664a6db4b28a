"""The shipped weights: small, of the right make, and as good as their stored figures say."""

import json
from pathlib import Path

import jax
import numpy as np
import pytest
from mirror import need_mirror
from safetensors.numpy import load_file

from siamese_lib.datasets import distort, load_omniglot_runs, load_signatures
from siamese_lib.encoders import embed_views, omniglot_encoder, signature_encoder
from siamese_lib.evaluation import evaluate_runs
from siamese_lib.training import encode

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "siamese_lib" / "data" / "omniglot_encoder.safetensors"
STORED = json.loads(
    (ROOT / "siamese_lib" / "data" / "results" / "omniglot_encoder.json").read_text()
)


def test_the_file_is_small_and_holds_half_precision_and_nothing_that_is_not_finite():
    assert WEIGHTS.stat().st_size <= 5_000_000
    leaves = load_file(WEIGHTS)
    assert {leaf.dtype for leaf in leaves.values()} == {np.dtype(np.float16)}
    assert all(np.isfinite(leaf).all() for leaf in leaves.values())


def test_the_official_runs_score_what_is_stored():
    need_mirror("omniglot/all_runs.zip")
    encoder, runs = omniglot_encoder(), load_omniglot_runs(size=42)
    # 400 questions; another processor may round one or two near ties the other way.
    one_view = evaluate_runs(lambda images: embed_views(encoder, images, views=0), runs)
    assert one_view == pytest.approx(STORED["official runs, one view"], abs=0.006)
    views = evaluate_runs(lambda images: embed_views(encoder, images), runs)
    assert views == pytest.approx(STORED["official runs"], abs=0.006)


def test_views_are_the_mean_over_copies_and_the_same_at_every_call():
    encoder = omniglot_encoder()
    images = np.random.default_rng(0).random((3, 42, 42)).astype(np.float32)
    first = embed_views(encoder, images, views=2)
    np.testing.assert_array_equal(first, embed_views(encoder, images, views=2))
    still = distort(
        images, jax.random.key(5), size=28, rotation=0, shear=0, scale=1, shift=0, bend=0
    )
    alone = embed_views(encoder, images, views=0)
    np.testing.assert_allclose(alone, encode(encoder, np.asarray(still)), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(alone, axis=1), 1, atol=1e-5)
    assert not np.allclose(first, alone)
    assert (np.linalg.norm(first, axis=1) <= 1 + 1e-6).all()


def test_the_signature_encoder_tells_writers_that_it_never_met_from_strangers():
    data = load_signatures("validation", genuine=4, forged=0)
    vectors = encode(signature_encoder(), data.images).reshape(40, 4, -1)
    enrolled, claims = vectors[:, :3], vectors[:, 3]
    energy = np.linalg.norm(claims[:, None, None] - enrolled[None], axis=-1).mean(axis=-1)
    assert (energy.argmin(axis=1) == np.arange(40)).mean() > 0.95
