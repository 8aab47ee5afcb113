import { expect, test } from "vitest";
import { scalar, withField, withSync } from "./yaml";

const file = `# Who comes back
audience: repeat_buyers
note: Bought at least twice
when: >-
  count("Order Completed", last 365d) >= 2

  and exists(trait("email"))
# the end
`;

test("one field is changed, and the rest stays as it was written", () => {
  expect(withField(file, "when", 'trait("plan") in ["pro", "team"]')).toBe(`# Who comes back
audience: repeat_buyers
note: Bought at least twice
when: trait("plan") in ["pro", "team"]
# the end
`);
  expect(withField(file, "note", "")).not.toContain("note");
});

test("a new field stands before another, or at the end", () => {
  const short = "audience: a\nwhen: true\n";
  expect(withField(short, "note", "New", "when")).toBe("audience: a\nnote: New\nwhen: true\n");
  expect(withField(short, "note", "New")).toBe("audience: a\nwhen: true\nnote: New\n");
  expect(withField("", "audience", "a")).toBe("audience: a\n");
  expect(withField(short, "note", "", "when")).toBe(short);
});

test("who is told is written, changed and taken out, however it was written", () => {
  const short = "audience: a\nwhen: true # all\n";
  const synced = 'audience: a\nwhen: true # all\nsync: {url: "https://crm.example/a?b=1, 2"}\n';
  expect(withSync(short, "https://crm.example/a?b=1, 2")).toBe(synced);
  expect(withSync(synced, "")).toBe(short);
  const below = "audience: a\nsync:\n  url: https://old.example/a\n# why\nwhen: true\n";
  expect(withSync(below, "https://new.example/a")).toBe(
    'audience: a\nsync: {url: "https://new.example/a"}\n# why\nwhen: true\n',
  );
  expect(withSync(short, "")).toBe(short);
});

test("quotes stand where a text would mean something else without them", () => {
  expect(scalar('did("X", last 30d)')).toBe('did("X", last 30d)');
  expect(scalar('did("a: b")')).toBe('"did(\\"a: b\\")"');
  expect(scalar("true")).toBe('"true"');
  expect(scalar("2 or more")).toBe("2 or more");
  expect(["1d12h", "365d"].map(scalar)).toEqual(["1d12h", "365d"]);
  expect(["12", "1e3", "09:00", "2026-11-22", "no"].map(scalar)).toEqual([
    '"12"',
    '"1e3"',
    '"09:00"',
    '"2026-11-22"',
    '"no"',
  ]);
  expect(scalar("a # b")).toBe('"a # b"');
  expect(scalar("two\nlines")).toBe('"two\\nlines"');
  expect(scalar('("a")')).toBe('"(\\"a\\")"');
});
