import { expect, it } from "vitest";
import { codeOf, codeOnCard, isWholeCode } from "./enter";

it.each([
  ["1234 5678", true],
  ["１２３４－５６７８", true],
  ["K7QM-2RXD-9TVW", true],
  ["1234567", false],
  ["K7QM2RXD", false],
  ["", false],
])("knows whether %s is a whole code", (typed, isWhole) => {
  expect(isWholeCode(codeOf(typed))).toBe(isWhole);
});

it("reads the code on a card, and nothing out of any other picture", () => {
  expect(codeOnCard("https://[2001:db8::1]:8443/c#k7qm2rxd9tvw")).toBe("k7qm2rxd9tvw");
  expect(codeOnCard("https://tongtang.example.org/c/12345678")).toBeNull();
  expect(codeOnCard("https://tongtang.example.org/lessons#k7qm2rxd9tvw")).toBeNull();
  expect(codeOnCard("wechat://k7qm2rxd9tvw")).toBeNull();
});
