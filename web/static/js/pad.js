// 「사인」: strokes of a pen, finger or mouse, sent as JSON; the image is made on the server.
const pad = document.querySelector("[data-pad]");
const canvas = pad.querySelector("canvas");
const kept = pad.querySelector('[name="drawing"]');
const clear = pad.querySelector("[data-clear]");
const pen = canvas.getContext("2d");
let strokes = [];
let drawing = false;

function place(event) {
  const box = canvas.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * canvas.width;
  const y = ((event.clientY - box.top) / box.height) * canvas.height;
  return [Math.round(x * 10) / 10, Math.round(y * 10) / 10];
}

function draw() {
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.lineWidth = 3;
  pen.lineCap = pen.lineJoin = "round";
  for (const stroke of strokes) {
    pen.beginPath();
    for (const [x, y] of stroke) pen.lineTo(x, y);
    pen.stroke();
  }
  kept.value = strokes.length ? JSON.stringify(strokes) : "";
}

canvas.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  drawing = true;
  strokes.push([place(event)]);
});
canvas.addEventListener("pointermove", (event) => {
  if (!drawing) return;
  for (const part of event.getCoalescedEvents?.() ?? [event]) strokes.at(-1).push(place(part));
  draw();
});
for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { drawing = false; draw(); });
clear.hidden = false;
clear.addEventListener("click", () => { strokes = []; draw(); });
