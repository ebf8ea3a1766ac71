import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// Relative paths, so that the same build is served by `nascape serve` and by the desktop window.
export default defineConfig({
  base: "./",
  plugins: [svelte()],
  build: { target: ["chrome111", "safari16.4"], chunkSizeWarningLimit: 2000 },
  server: { port: 5173, strictPort: true, proxy: { "/api": "http://127.0.0.1:8642" } },
  clearScreen: false,
});
