// A button that plays.

const FRAME_MS = 100;

// Plays from frame to frame. Where the reader asked for less motion, a press goes one frame on.
function player(parent, { next, isLast, rewind, heard }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const button = html(parent, "button", { type: "button", class: "siamese-button" });
  let timer = null;
  const name = () => {
    button.textContent = still.matches ? "Next frame" : timer === null ? "Play" : "Pause";
  };
  const pause = () => {
    clearInterval(timer);
    timer = null;
    heard(true);
    name();
  };
  button.addEventListener("click", () => {
    if (timer !== null) return pause();
    if (isLast()) rewind();
    else next();
    if (still.matches) return;
    heard(false); // ten sentences a second are no help to a screen reader
    timer = setInterval(() => (isLast() ? pause() : next()), FRAME_MS);
    name();
  });
  still.addEventListener("change", pause);
  name();
  return () => {
    clearInterval(timer);
    still.removeEventListener("change", pause);
  };
}
