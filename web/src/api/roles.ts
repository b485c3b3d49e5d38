import type { Me } from "./types";

/** Of the county: everything in it is theirs to see and change. */
export const isCountyAdmin = (me: Me) => me.roles.includes("admin");

/** Of the county or of a school. */
export const isAdmin = (me: Me) => isCountyAdmin(me) || me.roles.includes("school_admin");

/** A guest teacher has one lesson, and nothing else here. */
export const isGuest = (me: Me) => me.roles.length === 0;

/** Who plans lessons. */
export const mayPlan = (me: Me) => isAdmin(me) || me.roles.includes("teacher");

/** Who looks after classrooms: their PCs and rosters. */
export const caresForClassrooms = (me: Me) => isAdmin(me) || me.roles.includes("onsite");
