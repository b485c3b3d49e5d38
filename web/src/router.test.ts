import { expect, it } from "vitest";
import { matchPath } from "./router";

it("matches whole paths and hands out their named parts", () => {
  expect(matchPath("/lessons/:id/lead", "/lessons/l%2F1/lead")).toEqual({ id: "l/1" });
  expect(matchPath("/lessons/:id/lead", "/lessons/l1")).toBeNull();
  expect(matchPath("/", "/")).toEqual({});
  expect(matchPath("/c/:code", "/c/%")).toEqual({ code: "%" });
});
