// Buttons that copy the text of an element; without scripts they stay hidden, and the text can be selected.
"use strict";
for (const button of document.querySelectorAll("button[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      said.textContent = "Copied.";
    } catch {
      // Off this machine and without TLS there is no clipboard: the text is selected instead.
      getSelection().selectAllChildren(text);
      said.textContent = "Selected; copy it with the keyboard.";
    }
  });
}
