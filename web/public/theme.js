// Runs before the first paint. The key is the one of src/lib/preferences.ts.
try {
  const { theme } = JSON.parse(localStorage.getItem("maquette.preferences") ?? "{}");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // No storage, or not ours to read: the system's theme stays.
}
