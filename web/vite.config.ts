import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressPlugin } from "./compressPlugin.ts";
import { guidePlugin } from "./guidePlugin.ts";

// The development server talks to a running `make run`; TONGTANG_HTTP_PORT is the port it listens on.
const backend = `http://127.0.0.1:${process.env.TONGTANG_HTTP_PORT ?? "8080"}`;

export default defineConfig({
  plugins: [react(), guidePlugin(), compressPlugin()],
  build: { target: "chrome109", cssTarget: "chrome109", assetsInlineLimit: 0, manifest: true },
  server: {
    // The guide lies beside the other documents.
    fs: { allow: [".."] },
    proxy: { "/api": { target: backend, ws: true } },
  },
});
