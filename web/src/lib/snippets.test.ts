import { expect, test } from "vitest";
import { snippet, snippetKinds } from "./snippets";

test("every snippet has the key and the address", () => {
  for (const kind of snippetKinds) {
    const text = snippet(kind, "https://events.example:8443", "KEY");
    expect(text).toContain("KEY");
    expect(text).toContain("events.example:8443");
  }
});

test("the browser's SDK takes host and protocol apart", () => {
  const text = snippet("browser", "http://127.0.0.1:8080", "KEY");
  expect(text).toContain('apiHost: "127.0.0.1:8080/v1", protocol: "http"');
});
