// Keeps the state of the mailing up to date: the server says what is new, and the page needs no look.
"use strict";

for (const place of document.querySelectorAll("[data-events]")) {
  const said = document.getElementById("sending-said");
  const events = new EventSource(place.dataset.events);
  let news = null;
  const show = () => {
    // A button that is taken away while it is held down is never pressed: the news wait until it is let go.
    if (news === null || place.querySelector(":active")) return;
    const held = document.activeElement?.id;
    const before = place.querySelector("h2")?.textContent.trim();
    place.innerHTML = news;
    news = null;
    if (held && place.querySelector(`#${CSS.escape(held)}`)) document.getElementById(held).focus();
    const now = place.querySelector("h2")?.textContent.trim();
    if (said && now !== before) said.textContent = now;
  };
  events.onmessage = (event) => { news = JSON.parse(event.data); show(); };
  for (const letGo of ["pointerup", "pointercancel", "keyup"]) document.addEventListener(letGo, () => setTimeout(show));
  window.addEventListener("pagehide", () => events.close());
}
