// Buttons that copy what stands in another element: data-copy has its id. Without script they stay hidden.
(() => {
  "use strict";
  const SHOWN_MS = 2000;

  function select(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  // Browsers lend their clipboard to secure pages alone; elsewhere the old command may still do it.
  async function copy(element) {
    try {
      await navigator.clipboard.writeText(element.textContent);
      return true;
    } catch {
      select(element);
      return document.execCommand("copy");
    }
  }

  function tell(button, text) {
    const status = document.querySelector("[data-copy-status]");
    if (status) status.textContent = text;
    button.textContent = text;
    clearTimeout(button.copyTimer);
    button.copyTimer = setTimeout(() => {
      button.textContent = "Copy";
      if (status) status.textContent = "";
    }, SHOWN_MS);
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        const isCopied = await copy(document.getElementById(button.dataset.copy));
        tell(button, isCopied ? "Copied" : "Selected: press Ctrl+C");
      });
    }
  });
})();
