import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What the server draws with. */
const THEME = new URL("../../../crates/plots/src/theme.rs", import.meta.url);
const CSS = new URL("picture.css", import.meta.url);

test.runIf(existsSync(THEME))(
  "every colour of the server's pictures has one on a dark ground",
  () => {
    const found = (file: URL, pattern: RegExp) =>
      [...new Set([...readFileSync(file, "utf8").matchAll(pattern)].map((it) => it[1]))].sort();
    expect(found(CSS, /--paper-([0-9a-f]{6}):/g)).toEqual(found(THEME, /"#([0-9a-f]{6})"/g));
  },
);
