"""From questions to numbers: words and pieces of words as rows of tokens, and duplicates.

A tokenizer learns its words from training texts. ngrams hashes words and runs of letters instead,
and needs no vocabulary. Rows are padded with 0 on the right; stairs keeps the padding short.
duplicates says which questions are known to mean the same, and draws batches of such pairs.
"""

from siamese_lib.text.duplicates import duplicate_batches, duplicate_groups, pair_batches, pair_rows
from siamese_lib.text.ngrams import inverse_frequency, latent_vectors, ngram_tokens, word_grid
from siamese_lib.text.stairs import Stairs, stair_plan, to_stairs
from siamese_lib.text.tokenizer import UNKNOWN, build_tokenizer, encode_texts, pad_length
from siamese_lib.text.tokens import PAD

__all__ = [
    "PAD",
    "Stairs",
    "UNKNOWN",
    "build_tokenizer",
    "duplicate_batches",
    "duplicate_groups",
    "encode_texts",
    "inverse_frequency",
    "latent_vectors",
    "ngram_tokens",
    "pad_length",
    "pair_batches",
    "pair_rows",
    "stair_plan",
    "to_stairs",
    "word_grid",
]
