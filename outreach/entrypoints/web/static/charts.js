// Saves a chart as PNG: the browser draws the chart's own file onto a canvas. Without this the SVG is there.
"use strict";

const SHARPNESS = 2; // pixels for each unit: enough for print

async function savePicture(button) {
  const picture = new Image();
  picture.src = button.dataset.png;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth * SHARPNESS;
  canvas.height = picture.naturalHeight * SHARPNESS;
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const content = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = button.dataset.png.split("/").pop().replace(/\.svg$/, ".png");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function show(root) {
  for (const button of root.querySelectorAll("button[data-png][hidden]")) button.hidden = false;
}

// What a country in hand says is written below the map, for those who come by keyboard or by touch.
function tell(event) {
  const country = event.target.closest(".world-map :is(a, g)");
  const below = country?.closest(".chart").querySelector(".in-hand");
  const said = country?.querySelector("title");
  if (below && said) below.textContent = said.textContent;
}
document.addEventListener("focusin", tell);
document.addEventListener("pointerover", tell);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-png]");
  if (button) savePicture(button).catch(() => window.location.assign(button.dataset.png));
});
new MutationObserver(() => show(document)).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
show(document);
