// Small comforts. Every page works without them.
(() => {
  "use strict";
  const TYPING = "input, textarea, select, [contenteditable]";

  function focusSearch() {
    const field = [...document.querySelectorAll("[data-search]")].find((one) => one.checkVisibility());
    if (!field) return false;
    field.focus();
    field.select();
    return true;
  }

  function openMenus() {
    return [...document.querySelectorAll("details.menu[open]")];
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest(TYPING)) {
      if (focusSearch()) event.preventDefault();
    }
    if (event.key === "Escape") {
      for (const menu of openMenus()) {
        menu.open = false;
        if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      }
    }
  });

  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
})();
