// Deciding with one key each: every key presses a button or follows a link that is on the page anyway.
"use strict";

const PAUSE = 350; // milliseconds in which a key pressed twice decides nothing on the next mail
const SWITCH = "outreach-keys";
const ALIASES = {ArrowDown: "down", j: "down", ArrowUp: "up", k: "up"};

const byKey = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);
const keysAreOn = () => localStorage.getItem(SWITCH) !== "off";
const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

// Who speaks to the machine, or has shaking hands, turns single keys off (WCAG 2.2, 2.1.4).
const box = document.getElementById("keys-on");
if (box) {
  box.checked = keysAreOn();
  box.addEventListener("change", () => localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
}

const OWN = {
  n: () => open(document.querySelector(".acts-note"), "note"),
  f: () => open(document.querySelector(".other-city"), "find"),
  q: () => {
    const folded = [...document.querySelectorAll(".mail > .mail-text .quoted")];
    const show = folded.some((one) => !one.open);
    for (const one of folded) one.open = show;
  },
};

// At a desk there is room for every answer; on a phone they open when they are asked for.
const others = document.querySelector(".acts:not(.acts-taken) .acts-others");
if (others && matchMedia("(width >= 64rem) and (height >= 40rem)").matches) {
  others.open = true;
  others.classList.add("stays");
}

function open(details, field) {
  if (details) details.open = true;
  document.getElementById(field)?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && typing(event.target)) event.target.blur();
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!keysAreOn() || !("ready" in document.body.dataset) || typing(event.target)) return;
  const key = ALIASES[event.key] ?? event.key;
  if (key !== "?" && document.querySelector("#keys:popover-open")) return; // who reads the list decides nothing
  const own = OWN[key];
  const pressed = byKey(key);
  if (!own && !pressed) return;
  event.preventDefault();
  if (own) own();
  else pressed.click();
});
setTimeout(() => { document.body.dataset.ready = "yes"; }, PAUSE);

// What would follow is said of the answer that is looked at.
const follows = document.getElementById("follows");
if (follows) {
  const usual = [...follows.childNodes];
  const tell = (event) => {
    const button = event.target.closest("[data-follows]");
    if (button && !button.classList.contains("accept")) follows.textContent = button.dataset.follows;
    else follows.replaceChildren(...usual);
  };
  const acts = follows.closest("form");
  acts.addEventListener("focusin", tell);
  acts.addEventListener("mouseover", tell);
  acts.addEventListener("mouseleave", () => { follows.replaceChildren(...usual); });
}

// The list stays where one is in it.
document.querySelector(".queue-list [aria-current]")?.scrollIntoView({block: "nearest"});
