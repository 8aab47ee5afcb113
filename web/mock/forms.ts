/** Invented forms: one that asks for a confirmation, and one that nobody filled in yet. */
import type { Forms } from "../src/api/types.ts";
import { iso } from "./data.ts";

export function forms(now: number, empty: boolean): Forms {
  if (empty) return { forms: [] };
  const embed = (name: string) =>
    `<form method="post" action="https://news.shop.example/forms/${name}">\n  <label>E-mail <input type="email" name="email" required></label>\n  <button>Send</button>\n</form>\n`;
  return {
    forms: [
      {
        name: "news",
        title: "Rides and routes",
        file: "forms/news.yaml",
        address: "https://news.shop.example/forms/news",
        pages: [
          { title: "The hills in spring", address: "https://news.shop.example/read/spring-hills" },
          { title: "Heuvels in de lente", address: "https://news.shop.example/read/nl/heuvels" },
        ],
        topics: ["rides"],
        double_opt_in: true,
        submitted: 412,
        asked: 380,
        confirmed: 251,
        rate: { share: 0.6605, low: 0.6115, high: 0.7063 },
        last: iso(now - 42 * 60_000),
        embed: embed("news"),
      },
      {
        name: "guide",
        title: "The guide",
        file: "forms/guide.yaml",
        address: "https://news.shop.example/forms/guide",
        pages: [],
        topics: [],
        double_opt_in: false,
        submitted: 0,
        asked: 0,
        confirmed: 0,
        rate: null,
        last: null,
        embed: embed("guide"),
      },
    ],
  };
}
