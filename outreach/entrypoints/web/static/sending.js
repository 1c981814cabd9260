// Keeps the state of the mailing up to date: the server says what is new, and the page needs no look.
"use strict";

for (const place of document.querySelectorAll("[data-events]")) {
  const said = document.getElementById("sending-said");
  const events = new EventSource(place.dataset.events);
  events.onmessage = (event) => {
    const held = document.activeElement?.id;
    const before = place.querySelector("h2")?.textContent.trim();
    place.innerHTML = JSON.parse(event.data);
    if (held && place.querySelector(`#${CSS.escape(held)}`)) document.getElementById(held).focus();
    const now = place.querySelector("h2")?.textContent.trim();
    if (said && now !== before) said.textContent = now;
  };
  window.addEventListener("pagehide", () => events.close());
}
