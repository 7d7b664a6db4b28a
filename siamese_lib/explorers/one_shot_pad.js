// From strokes on the pad to a picture, and back to the eye.

const LONG = 18;    // of them, the longer side of the ink, as in load_glyphs
const PAD = 280;    // units of the pad
const STROKE = 2.2; // pixels of a stroke in the picture

// Where the picture draws a point of the pad: the ink's box, centred, its longer side LONG.
export function placement(strokes) {
  const xs = strokes.flat().map((p) => p[0]), ys = strokes.flat().map((p) => p[1]);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = (LONG - STROKE) / Math.max(right - left, bottom - top, PAD / 10);
  return { scale, x: SIDE / 2 - (scale * (left + right)) / 2, y: SIDE / 2 - (scale * (top + bottom)) / 2 };
}

function trace(context, strokes) {
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(stroke[0][0] - 0.01, stroke[0][1]); // a canvas draws no line of length 0, and a click is a dot
    for (const point of stroke) context.lineTo(...point);
    context.stroke();
  }
}

function rasterise(strokes) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d");
  const { scale, x, y } = placement(strokes);
  context.setTransform(scale, 0, 0, scale, x, y);
  context.lineWidth = STROKE / scale;
  trace(context, strokes);
  const alpha = context.getImageData(0, 0, SIDE, SIDE).data.filter((_, k) => k % 4 === 3);
  return new DataView(Uint8Array.from(alpha).buffer);
}

function paint(canvas, bytes, place) {
  const context = canvas.getContext("2d"), image = context.createImageData(SIDE, SIDE);
  for (let k = 0; k < SIDE * SIDE; k++) {
    const paper = 255 - bytes.getUint8(place * SIDE * SIDE + k);
    image.data.set([paper, paper, paper, 255], 4 * k);
  }
  context.putImageData(image, 0, 0);
}
