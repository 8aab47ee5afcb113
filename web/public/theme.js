// Sets the chosen theme before the first paint; a file of its own so that no inline script is needed.
try {
  const theme = localStorage.getItem("fulcrum.theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's theme holds.
}
