/** Where a content is shown. Dots are written out: the server takes an address with a dot at its end for a file. */
export function pathOf(name: string): string {
  return `/content/${encodeURIComponent(name).replaceAll(".", "%2E")}`;
}
