import { describe, expect, it } from "vitest";
import type { Me } from "../../api/types";
import { zhCN } from "../../i18n/zh-CN";
import { currentOf, groupsFor } from "./navigation";

const person = (...roles: Me["roles"]): Me => ({ user_id: "u", name: "n", school: null, roles });

const namesFor = (me: Me) =>
  groupsFor(me).map((group) => group.entries.map((entry) => entry.label(zhCN)));

function currentAt(path: string): [string, string | undefined][] {
  return groupsFor(person("admin"))
    .flatMap((group) => group.entries)
    .map((entry): [string, string | undefined] => [entry.to, currentOf(entry, path)])
    .filter(([, current]) => current !== undefined);
}

describe("the navigation", () => {
  it("has for each person what they may open", () => {
    expect(namesFor(person())).toEqual([]);
    expect(namesFor(person("teacher"))).toEqual([["课堂", "录像库"]]);
    expect(namesFor(person("onsite"))).toEqual([
      ["课堂", "录像库"],
      ["教室状况", "教室电脑", "学生名单", "录制授权"],
    ]);
    const ofSchool = namesFor(person("school_admin")).flat();
    expect(ofSchool).toHaveLength(14);
    expect(namesFor(person("admin")).flat()).toEqual([...ofSchool, "服务器"]);
  });

  it("marks the page that is open, and the entry that a page belongs to", () => {
    expect(currentAt("/lessons")).toEqual([["/lessons", "page"]]);
    expect(currentAt("/lessons/les_1/attendance")).toEqual([["/lessons", "true"]]);
    expect(currentAt("/terms/trm_1/groups/grp_1")).toEqual([["/terms", "true"]]);
    expect(currentAt("/classrooms/cls_1/roster")).toEqual([["/rosters", "true"]]);
    expect(currentAt("/classrooms/cls_1/consents/form")).toEqual([["/consents", "true"]]);
    expect(currentAt("/data")).toEqual([["/data", "page"]]);
    expect(currentAt("/account")).toEqual([]);
  });
});
