/// <reference types="node" />
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { en } from "../../i18n/en";
import { zhCN } from "../../i18n/zh-CN";

const GUIDE = new URL("../../../../docs/guide/", import.meta.url);

function textsOf(words: object): string[] {
  return Object.values(words).flatMap((value: unknown) => {
    if (typeof value === "string") return [value];
    return typeof value === "object" && value !== null ? textsOf(value) : [];
  });
}

describe.each([
  ["zh", zhCN],
  ["en", en],
])("the guide in %s", (folder, words) => {
  const pages = readdirSync(new URL(`${folder}/`, GUIDE));

  it("has the same pages as the other language", () => {
    expect(pages).toEqual(readdirSync(new URL("zh/", GUIDE)));
  });

  it.each(pages)("%s names only what is on the screens", (page) => {
    const text = readFileSync(new URL(`${folder}/${page}`, GUIDE), "utf8");
    const named = [...text.matchAll(/\*\*(.+?)\*\*/g)].map((match) => match[1]);
    const known = new Set(textsOf(words));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.has(name ?? ""))).toEqual([]);
  });
});
