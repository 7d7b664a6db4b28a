"""The hard exercise of the notebook on contrastive pairs: where three springs come to rest."""

from siamese_lib.checks.exercise import Exercise, Mistake

_CUT = "compare your AB, your BC and your AC with 0.5: below it a pair is called genuine."

# B lies half-way. With AC = s the loss is 2 (s / 2)^2 + (1 - s)^2; its slope is 0 at s = 2 / 3.
HARD = Exercise(
    "labels that do not fit", {"AB": 1 / 3, "AC": 2 / 3, "loss": 1 / 3, "obeyed": 3},
    mistakes=(
        Mistake({"AB": 1 / 2, "AC": 1.0},
                "at the margin the push has faded to 0, while AB and BC still pull: A and C move "
                "in."),
        Mistake({"AB": 0.0, "AC": 0.0},
                "in one point nothing pulls and the push is at its strongest: a nudge, and A and C "
                "part."),
        Mistake({"AB": 1.0, "AC": 0.0},
                "the labels are turned round: A and B are genuine, A and C are the impostor pair."),
        Mistake({"AB": 1 / 3, "AC": 1 / 3},
                "with three equal sides B can still come nearer to both: put it between A and C."),
        Mistake({"AB": 2 / 3, "AC": 1 / 3}, "the two are swapped: which pair is the impostor one?"),
        Mistake({"AB": 2 / 5, "AC": 4 / 5}, "one of the two pulls is left out: B has two springs."),
        Mistake({"AB": 1 / 4, "AC": 1 / 2},
                "A and C do not hang on one spring of length AC, but on two of half that length, "
                "each squared by itself."),
        Mistake({"AB": 1 / 2, "AC": 1 / 2},
                "B lies between A and C, so AC is twice AB; where do push and pull balance?"),
        Mistake({"AB": 1 / 2}, "then A and C are 1 apart, and nothing pushes them any more."),
        Mistake({"AC": 1.0}, "at the margin the push has faded to 0, and the pulls have not."),
        Mistake({"AC": 1 / 2}, "balance one point: A is pulled by 2 AB and pushed by 2 (1 - AC)."),
        Mistake({"loss": 0.0}, "no pair is where its label wants it: each of the three pays."),
        Mistake({"loss": 2 / 9}, "these are the two genuine pairs; the impostor pair pays too."),
        Mistake({"loss": 1 / 9}, "this is what one pair pays; add up all three."),
        Mistake({"loss": 1.0}, "these are distances, added up; the loss squares each."),
        Mistake({"loss": 2 / 3}, "2 (1/3)^2 for the genuine pairs, and (1 - AC)^2 for the other."),
        Mistake({"obeyed": 2}, _CUT),
        Mistake({"obeyed": 1}, _CUT),
        Mistake({"obeyed": 0}, _CUT),
        Mistake({"obeyed": True}, "give the number of labels obeyed, from 0 to 3."),
    ),
    tolerance=5e-3,
    meaning="Labels that contradict one another keep the loss above 0, and can all be obeyed: "
    "nearness does not pass on from pair to pair.",
    fallback="B first: both its springs pull alike only half-way. Then write the loss with AC "
    "alone, and look for slope 0.",
)  # fmt: skip
