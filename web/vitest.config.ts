/** Unit tests run in plain Node: what needs a browser is checked by `npm run check:browser`. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { environment: "node", include: ["src/**/*.test.ts", "mock/**/*.test.ts"] },
});
