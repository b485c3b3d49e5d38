// Writes src/generated/signaling.ts from the server's JSON Schema of the WebSocket protocol.
// Usage: python -m app export-schema | node scripts/generate-signaling.mjs
//    or: node scripts/generate-signaling.mjs schema.json [output.ts]
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";
import { writeChanged } from "./write.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [input = "-", output = resolve(here, "../src/generated/signaling.ts")] =
  process.argv.slice(2);
const schema = JSON.parse(readFileSync(input === "-" ? 0 : input, "utf8"));

const types = await compile(schema, schema.title, {
  additionalProperties: false,
  bannerComment: "// Generated from app/signaling/messages.py by `make generate`. Do not edit.",
  declareExternallyReferenced: true,
  format: true,
  style: { printWidth: 100 },
});
const version = `\nexport const PROTOCOL_VERSION = ${schema["x-protocol-version"]};\n`;
writeChanged(output, types + version);
