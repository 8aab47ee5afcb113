/**
 * The box in which a message is shown on a page: in a shadow root, so that neither changes how the other looks.
 * It takes no place from the page and no focus; Escape and its button close it.
 */

/** @typedef {{ title: string, body: string, label?: string, url?: string }} Message */

const STYLE = `
:host { all: initial; }
section {
  --background: #fff; --text: #1b1f24; --accent: #1a56c4; --on-accent: #fff;
  position: fixed; z-index: 2147483000; inset-block-end: 1rem; inset-inline-end: 1rem; box-sizing: border-box;
  max-width: min(24rem, 100vw - 2rem); max-height: calc(100vh - 2rem); overflow: auto;
  padding-block: 1rem 1.25rem; padding-inline: 1.25rem 3.5rem;
  border: 1px solid #8886; border-radius: .75rem; box-shadow: 0 .5rem 2rem #0003;
  background: var(--fulcrum-background, var(--background)); color: var(--fulcrum-text, var(--text));
  font: 1rem/1.5 var(--fulcrum-font, system-ui, sans-serif); animation: in .2s;
}
h2, p { margin: 0; font: inherit; overflow-wrap: anywhere; }
h2 { font-weight: 600; margin-block-end: .25rem; }
a {
  display: inline-block; margin-block-start: .75rem; padding: .5rem 1rem; border-radius: .5rem;
  background: var(--fulcrum-accent, var(--accent)); color: var(--fulcrum-on-accent, var(--on-accent));
  font-weight: 600; text-decoration: none;
}
button {
  position: absolute; inset-block-start: .5rem; inset-inline-end: .5rem; width: 2.5rem; height: 2.5rem;
  border: 0; border-radius: .5rem; background: none; color: inherit; font: 1.5rem/1 system-ui; cursor: pointer;
}
:focus-visible { outline: 3px solid var(--fulcrum-accent, var(--accent)); outline-offset: 2px; }
@keyframes in { from { opacity: 0; translate: 0 1rem; } }
@media (prefers-reduced-motion: reduce) { section { animation: none; } }
@media (prefers-color-scheme: dark) {
  section { --background: #1b1f24; --text: #eceff3; --accent: #8ab4ff; --on-accent: #0b1a33; }
}
@media (forced-colors: active) { a { border: 1px solid; } }
`;

/**
 * Shows it, and says how it ended.
 * @param {Message} message
 * @param {string} close what the button is called
 * @param {string} more what a link is called that has no name
 * @returns {Promise<"dismissed" | "followed">}
 */
export function show({ title, body, label, url }, close, more) {
  const host = document.createElement("div");
  host.setAttribute("aria-live", "polite");
  const root = host.attachShadow({ mode: "open" });
  // A sheet made so is no inline style, which a strict policy forbids.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const box = document.createElement("section");
  box.setAttribute("role", "dialog");
  box.ariaLabel = title;
  // It stands as the page is written, and its words as they are.
  box.dir = getComputedStyle(document.documentElement).direction;
  /** As text, whatever is in it. @param {string} name @param {string} text */
  const add = (name, text) => {
    const it = document.createElement(name);
    it.textContent = text;
    box.append(it);
    return it;
  };
  add("h2", title).dir = "auto";
  add("p", body).dir = "auto";
  return new Promise((resolve) => {
    /** @type {EventTarget | null} */
    let before = null;
    /** @param {"dismissed" | "followed"} how */
    const end = (how) => {
      const inside = document.activeElement === host;
      host.remove();
      removeEventListener("keydown", onKey);
      if (inside && before instanceof HTMLElement) before.focus();
      resolve(how);
    };
    /** @param {KeyboardEvent} it */
    const onKey = (it) => {
      if (it.key === "Escape" && !it.defaultPrevented) end("dismissed");
    };
    if (url && /^https?:\/\//.test(url)) {
      const link = add("a", label || more);
      link.setAttribute("href", url);
      // After the browser has followed it.
      link.addEventListener("click", () => setTimeout(end, 0, "followed"));
    }
    const button = add("button", "×");
    button.ariaLabel = close;
    button.addEventListener("click", () => end("dismissed"));
    box.addEventListener("focusin", (it) => {
      before ??= it.relatedTarget;
    });
    addEventListener("keydown", onKey);
    document.body.append(host);
    // Into a place that is there already, so that it is read out.
    setTimeout(() => root.append(box), 100);
  });
}
