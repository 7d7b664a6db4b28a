// What pads share: strokes with mouse, touch or keys, in units of the pad, and their picture.

const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

// The pictures of side x side bytes that lie one after another in a view, and back.
function cut(view, side) {
  const bytes = bytesOf(view), size = side ** 2;
  return Array.from({ length: bytes.length / size }, (_, k) => bytes.subarray(k * size, (k + 1) * size));
}
function joined(pictures) {
  const bytes = new Uint8Array(pictures.reduce((sum, picture) => sum + picture.length, 0));
  pictures.forEach((picture, k) => bytes.set(picture, k * picture.length));
  return new DataView(bytes.buffer);
}

// Where a picture of that side draws a point of the pad: the ink's box in the middle, its longer side
// `long` with the width of the stroke; ink shorter than `least` is not magnified further.
function placed(strokes, { side, long, stroke, least }) {
  const xs = strokes.flat().map((p) => p[0]), ys = strokes.flat().map((p) => p[1]);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = (long - stroke) / Math.max(right - left, bottom - top, least);
  return { scale, x: side / 2 - (scale * (left + right)) / 2, y: side / 2 - (scale * (top + bottom)) / 2 };
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

// The picture: side x side bytes, row by row, 255 = ink.
function inked(strokes, place, { side, stroke }) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  context.setTransform(place.scale, 0, 0, place.scale, place.x, place.y);
  context.lineWidth = stroke / place.scale;
  trace(context, strokes);
  return Uint8Array.from(context.getImageData(0, 0, side, side).data.filter((_, k) => k % 4 === 3));
}

function paint(canvas, bytes) {
  const context = canvas.getContext("2d"), image = context.createImageData(canvas.width, canvas.height);
  bytes.forEach((ink, k) => image.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * k));
  context.putImageData(image, 0, 0);
}

// The vector of a picture, computed once.
function remembered(weights) {
  const known = new Map();
  return (picture) => {
    const key = String.fromCharCode(...picture);
    if (!known.has(key)) known.set(key, embed(weights, Array.from(picture, (byte) => byte / 255)));
    return known.get(key);
  };
}

// Strokes on a canvas of that many units, two pixels each. The keyboard's pen has a place and may be
// down. moved() is called with each point, lifted() at the end of a stroke, cleared() on Escape.
function drawOn(canvas, { width, height, start, line, moved = () => {}, lifted, cleared }) {
  const strokes = [], pen = { x: start[0], y: start[1], down: false, seen: false };
  const context = canvas.getContext("2d");
  function repaint() {
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.clearRect(0, 0, width, height);
    [context.lineWidth, context.strokeStyle] = [line, "#111"];
    trace(context, strokes);
    if (!pen.seen) return;
    [context.lineWidth, context.strokeStyle] = [2, "#767676"];
    context.beginPath();
    context.arc(pen.x, pen.y, pen.down ? 5 : 10, 0, 7);
    context.stroke();
  }
  // Other strokes in place of these, or none.
  function replace(others = []) {
    strokes.splice(0, strokes.length, ...others);
    pen.down = false;
    if (others.length) pen.seen = false;
    repaint();
  }
  function add(point) {
    strokes.at(-1).push(point);
    moved();
    repaint();
  }
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    pen.seen = false;
    strokes.push([]);
    add(at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) add(at(event));
  });
  canvas.addEventListener("pointerup", lifted);
  canvas.addEventListener("pointercancel", lifted);
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [rightward, up] = ARROWS[event.key] ?? [];
    if (event.key !== "Escape" && event.key !== " " && !Number.isFinite(rightward)) return;
    event.preventDefault();
    event.stopPropagation();
    pen.seen = true;
    if (event.key === "Escape") cleared();
    else if (event.key === " ") {
      pen.down = !pen.down;
      if (pen.down) strokes.push([]), add([pen.x, pen.y]);
      else lifted();
    } else {
      pen.x = clamp(pen.x + 10 * rightward, 0, width);
      pen.y = clamp(pen.y - 10 * up, 0, height);
      if (pen.down) add([pen.x, pen.y]);
    }
    repaint();
  });
  repaint();
  return { strokes, replace };
}
