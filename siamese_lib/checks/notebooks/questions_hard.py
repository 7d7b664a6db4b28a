"""The hard exercise of the notebook on training and testing: a curve to read, and to choose on."""

from siamese_lib.checks.exercise import Exercise, Mistake

HARD = Exercise(
    "where to draw the line", {"network": "Q", "setting": "A", "cost": 11.92}, (),
    (
        *(Mistake({part: letter.lower()}, f"the {part} is a capital letter, as in the picture.")
          for part, letters in (("network", "PQ"), ("setting", "ABCD")) for letter in letters),
        Mistake({"network": "P", "setting": "C"},
                "that is the knee of the curve, the best place if half of all pairs were same. "
                "Count what 0.02 of the different pairs of this forum are."),
        Mistake({"network": "P", "setting": "D"},
                "this finds most and invents most: count the false alarms among 1,000 pairs."),
        Mistake({"network": "P", "setting": "B"},
                "one false alarm costs four misses: count both for B, then for A beside it."),
        Mistake({"network": "P"},
                "the AUC weighs the whole curve, you stand on one point of it: compare both "
                "networks there."),
        Mistake({"setting": "B"},
                "one false alarm costs four misses: count both for B, then for A beside it."),
        Mistake({"setting": "C"},
                "count what 0.02 of the different pairs of this forum are, and at what price."),
        Mistake({"setting": "D"},
                "this finds most and invents most: count the false alarms among 1,000 pairs."),
        Mistake({"cost": 8.98}, "each false alarm costs four misses."),
        Mistake({"cost": 12.0},
                "false alarms are a share of the different pairs, not of all 1,000."),
        Mistake({"cost": 8.0}, "these are the misses alone; a few false alarms come on top."),
        Mistake({"cost": 3.92}, "these are the false alarms alone; what of the misses?"),
        Mistake({"cost": 0.98}, "this counts false alarms, at the price of one miss each."),
        Mistake({"cost": 15.92},
                "0.60 is the share that is found; what is missed is the rest."),
        Mistake({"cost": 202.0},
                "this is for half of the pairs being same; here it is one in fifty."),
        Mistake({"cost": 10.94},
                "the price is the other way round: the false alarm is the costly one."),
        Mistake({"cost": 32.98},
                "the price is the other way round: the false alarm is the costly one."),
        Mistake({"cost": 4 * 11.92}, "only false alarms cost four, misses cost one."),
        Mistake({"cost": 404.0},
                "0.40 of the 20 same pairs are missed, not of all 1,000."),
        Mistake({"cost": 403.92},
                "0.40 of the 20 same pairs are missed, not of all 1,000."),
        Mistake({"cost": 0.4}, "0.40 is a share; of the 20 same pairs how many are missed?"),
        Mistake({"cost": 0.404}, "this is for shares; turn each into pairs of the 1,000."),
        Mistake({"cost": 0.01192}, "this is the cost of a single pair; 1,000 are asked."),
        Mistake({"cost": 0.596}, "this is the cost for each same pair; 1,000 pairs are asked."),
    ),
    meaning="To merge nothing at all costs 20. Only the two strictest settings beat that, and "
    "the network with the higher AUC comes second.",
    fallback="of 1,000 pairs 20 are same and 980 different. Read the share found and the share "
    "of false alarms off the curve, and count what each setting costs.",
)  # fmt: skip
