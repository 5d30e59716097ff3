// The theme: "auto", "light" or "dark" in <html data-theme>. It is kept in local storage under the key that
// the admin's own switch uses, and in a cookie, from which the server renders the attribute.
(() => {
  "use strict";
  const THEMES = ["auto", "light", "dark"];
  const YEAR_S = 31536000;
  const root = document.documentElement;

  function stored() {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  }

  function apply(theme) {
    root.dataset.theme = theme;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=${YEAR_S}; samesite=lax${secure}`;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // Storage may be closed to us; the cookie remembers.
    }
  }

  function label(button) {
    const theme = root.dataset.theme;
    const name = theme === "auto" ? "system" : theme;
    button.setAttribute("aria-label", `Theme: ${name}`);
    button.title = `Theme: ${name}`;
  }

  if (THEMES.includes(stored()) && stored() !== root.dataset.theme) apply(stored());
  if (!THEMES.includes(root.dataset.theme)) root.dataset.theme = "auto";

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      label(button);
      button.addEventListener("click", (event) => {
        event.preventDefault();
        const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
        const order = isDark ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
        apply(order[(order.indexOf(root.dataset.theme) + 1) % order.length]);
        document.querySelectorAll("[data-theme-switch]").forEach(label);
      });
    }
  });
})();
