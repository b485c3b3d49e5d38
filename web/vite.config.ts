import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressPlugin } from "./compressPlugin.ts";
import { guidePlugin } from "./guidePlugin.ts";

// The development server talks to a running `make run`; TONGTANG_HTTP_PORT is the port it listens on.
const backend = `http://127.0.0.1:${process.env.TONGTANG_HTTP_PORT ?? "8080"}`;

// A page that loads sixty small files waits ten round trips of a far link for them: what pages share is two files,
// that of a lesson and that of all pages.
const OF_A_LESSON =
  /[\\/]src[\\/](media|signaling|room|lesson|slides|classroom|components[\\/](lesson|slides))[\\/]/;
const SHARED = [
  { name: "lesson", test: OF_A_LESSON, minShareCount: 2, priority: 2 },
  { name: "site", test: /[\\/]web[\\/]src[\\/]/, minShareCount: 3, priority: 1 },
];

export default defineConfig({
  plugins: [react(), guidePlugin(), compressPlugin()],
  build: {
    target: "chrome109",
    cssTarget: "chrome109",
    assetsInlineLimit: 0,
    manifest: true,
    rolldownOptions: { output: { codeSplitting: { groups: SHARED } } },
  },
  server: {
    // The guide lies beside the other documents.
    fs: { allow: [".."] },
    proxy: { "/api": { target: backend, ws: true } },
  },
});
