/** What the browser keeps for this reader: small choices of display, nothing about people. */

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`fulcrum.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`fulcrum.${name}`);
    else localStorage.setItem(`fulcrum.${name}`, value);
  } catch {
    // Without storage the choice holds until the page is left.
  }
}
