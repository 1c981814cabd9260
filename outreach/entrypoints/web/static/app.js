// What the page does by itself: small comforts; everything works without them.
"use strict";

// A one-time link is used by a POST, so that looking at it does not use it up; here it is sent at once.
for (const form of document.querySelectorAll("form[data-submit-at-once]")) form.requestSubmit();

// The answer to a form stands in the history as the page it was sent from: to go back or to load it again sends nothing.
const askedOn = document.body.dataset.askedOn;
if (askedOn) history.replaceState(history.state, "", askedOn);

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Secrets and addresses that are to be copied are chosen whole by a click.
document.addEventListener("click", (event) => {
  const secret = event.target.closest(".secret");
  if (secret) window.getSelection().selectAllChildren(secret);
});
