// Writes src/generated/api.ts from the server's OpenAPI document.
// Usage: python -m app export-schema openapi | node scripts/generate-api.mjs
//    or: node scripts/generate-api.mjs openapi.json [output.ts]
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";
import { writeChanged } from "./write.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [input = "-", output = resolve(here, "../src/generated/api.ts")] = process.argv.slice(2);
const document = JSON.parse(readFileSync(input === "-" ? 0 : input, "utf8"));

const nodes = await openapiTS(document, { alphabetize: true });
const header = "// Generated from the server's OpenAPI by `make generate`. Do not edit.\n\n";
writeChanged(output, header + astToString(nodes));
