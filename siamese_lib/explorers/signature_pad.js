// A wide pad: strokes on it, their time, and the picture that the encoder reads.

const SIDE = 56;   // pixels of that picture
const MARGIN = 3, INK = 1.25; // of them, as in siamese_lib/datasets/pen.py
const WIDTH = 360, HEIGHT = 180; // units of the pad
const LEAST = 60;  // units of ink that make a signature; less is a dot or a tick

// How much ink there is, in units of the pad.
export function inkLength(strokes) {
  return strokes.reduce((sum, stroke) => sum + stroke.slice(1).reduce(
    (part, [x, y], k) => part + Math.hypot(x - stroke[k][0], y - stroke[k][1]), 0), 0);
}

// Where the picture draws a point of the pad: the ink's box in the middle, its longer side filling it.
export function placement(strokes) {
  const xs = strokes.flat().map((p) => p[0]), ys = strokes.flat().map((p) => p[1]);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = (SIDE - 2 * MARGIN - INK) / Math.max(right - left, bottom - top, 1);
  return { scale, x: SIDE / 2 - (scale * (left + right)) / 2, y: SIDE / 2 - (scale * (top + bottom)) / 2 };
}

function trace(context, strokes) {
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(stroke[0][0] - 0.01, stroke[0][1]); // a canvas draws no line of length 0
    for (const [x, y] of stroke) context.lineTo(x, y);
    context.stroke();
  }
}

// SIDE x SIDE bytes, row by row, 255 = ink.
function rasterise(strokes) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d");
  const { scale, x, y } = placement(strokes);
  context.setTransform(scale, 0, 0, scale, x, y);
  context.lineWidth = INK / scale;
  trace(context, strokes);
  return context.getImageData(0, 0, SIDE, SIDE).data.filter((_, k) => k % 4 === 3);
}

function paint(canvas, bytes) {
  const context = canvas.getContext("2d"), image = context.createImageData(SIDE, SIDE);
  bytes.forEach((ink, k) => image.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * k));
  context.putImageData(image, 0, 0);
}

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
