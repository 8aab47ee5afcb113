/** How the app is built, and how it is served while one works on it. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { mockServer } from "./mock/plugin.ts";

/** Where `fulcrum serve` listens by default; set FULCRUM_URL for another address. */
const server = process.env.FULCRUM_URL ?? "http://127.0.0.1:8080";

export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === "mock" ? [mockServer()] : [])],
  build: {
    // Young enough for `light-dark()`, which the styles rely on.
    target: ["chrome123", "firefox120", "safari17.5"],
    // Everything stays a file: the server's content security policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: mode === "mock" ? undefined : { "/api": server, "/v1": server } },
}));
