// Buttons that copy the text of an element (data-copy) or an address (data-link); without scripts they stay hidden, and the text
// can be selected.
"use strict";
for (const button of document.querySelectorAll("button[data-copy], button[data-link]")) {
  const said = button.parentElement.querySelector("[role=status]");
  const shown = button.dataset.copy && document.getElementById(button.dataset.copy);
  const text = () => (shown ? shown.textContent : new URL(button.dataset.link, location.href).href);
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      said.textContent = said.dataset.copied;
    } catch {
      // Off this machine and without TLS there is no clipboard: the text is selected instead.
      if (!shown) said.textContent = text();
      getSelection().selectAllChildren(shown || said);
      if (shown) said.textContent = said.dataset.selected;
    }
  });
}
