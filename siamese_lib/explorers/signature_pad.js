// How large a signature is in the picture that the encoder reads, what is one, and its energy.

const SIDE = 56; // pixels of that picture
const DRAWN = { side: SIDE, long: SIDE - 6, stroke: 1.25, least: 1 }; // as in siamese_lib/datasets/pen.py
const WIDTH = 360, HEIGHT = 180; // units of the pad
const LEAST = 60;  // units of ink that make a signature; less is a dot or a tick

// How much ink there is, in units of the pad.
export function inkLength(strokes) {
  return strokes.reduce((sum, stroke) => sum + stroke.slice(1).reduce(
    (part, [x, y], k) => part + Math.hypot(x - stroke[k][0], y - stroke[k][1]), 0), 0);
}

export const placement = (strokes) => placed(strokes, DRAWN);

const euclidean = (a, b) => Math.hypot(...a.map((value, k) => value - b[k]));

// The energy of a claim: the mean distance of its vector to those enrolled.
export function energyOf(enrolled, claim) {
  return enrolled.reduce((sum, vector) => sum + euclidean(vector, claim), 0) / enrolled.length;
}

// What keeps these strokes from being used, in words; "" where nothing does.
export function problemWith(strokes, enrolled, isCheck, needed = 3) {
  const ink = inkLength(strokes);
  if (!strokes.length) return "The pad is empty: sign on it first.";
  if (ink < LEAST) return `That is ${ink < 5 ? "a dot" : "very little ink"}, not a signature: sign over half the pad or more.`;
  if (isCheck && enrolled < needed) return `Enrol ${needed} signatures first; you have ${enrolled}.`;
  return "";
}
