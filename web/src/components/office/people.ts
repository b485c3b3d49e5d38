import { listColleagues, listTeachers } from "../../api/staff";
import type { Colleague } from "../../api/types";

/** As many people as the server offers at once: there may be more. */
export const OFFERED = 100;

export const colleagueName = ({ name, school }: Colleague) =>
  school ? `${name} · ${school}` : name;

/** As functions of their own, so that they keep their identity. */
export const findTeachers = (text: string) => listTeachers({ text });
export const findColleagues = (text: string) => listColleagues(text);
