// How large a drawing is in the picture that the encoder reads.

const PAD = 280; // units of the pad
const DRAWN = { side: SIDE, long: 18, stroke: 2.2, least: PAD / 10 }; // pixels as in load_glyphs; least in units

export const placement = (strokes) => placed(strokes, DRAWN);
