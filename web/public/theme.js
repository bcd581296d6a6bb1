// Runs before the first paint. The keys are those of src/lib/preferences.ts and src/auth/kept-session.ts.
try {
  const { theme } = JSON.parse(localStorage.getItem("maquette.preferences") ?? "{}");
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
    for (const color of document.querySelectorAll("meta[data-theme]"))
      color.media = color.dataset.theme === theme ? "all" : "not all";
  }
  if (localStorage.getItem("maquette.session")) document.documentElement.dataset.member = "";
  else if (/^\/(sign-in|reset-password|dashboard)\b/.test(location.pathname))
    document.documentElement.dataset.signIn = "";
} catch {
  // No storage, or no access to it: keep the theme of the system.
}

// A script of the page that does not load, because the network or an ad blocker stops it, would leave the page blank.
addEventListener(
  "error",
  ({ target }) => {
    if (target instanceof HTMLScriptElement) document.getElementById("not-loaded")?.removeAttribute("hidden");
  },
  true,
);
