// A signature drawn with a finger, a pen or a mouse; it goes where a scan of the paper goes. Without this file: paper.
"use strict";
(() => {
  const pad = document.querySelector("[data-sign]"), file = document.getElementById("f-file");
  const canvas = pad?.querySelector("canvas"), pen = canvas?.getContext("2d");
  if (!pad || !file || !pen) return;
  const [keep, anew] = pad.querySelectorAll("button");
  pad.hidden = false;

  const begin = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    keep.disabled = true;
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
  };
  let last = null;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const next = at(event);
    pen.lineWidth = 3;
    pen.lineCap = "round";
    pen.strokeStyle = "#000";
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...next);
    pen.stroke();
    last = next;
    keep.disabled = false;
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { last = null; });
  anew.addEventListener("click", begin);
  keep.addEventListener("click", () => canvas.toBlob((drawn) => {
    const held = new DataTransfer();
    held.items.add(new File([drawn], "signature.png", { type: "image/png" }));
    file.files = held.files;
    file.form.requestSubmit();
  }, "image/png"));
  begin();
})();
