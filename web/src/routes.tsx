import { type ComponentType, lazy } from "react";

/** A page gets the named parts of its address. */
export type PageComponent = ComponentType<{ params: Record<string, string> }>;

/** Every page of the site, first match wins. Pages load when they are first opened. */
export const ROUTES: readonly (readonly [pattern: string, page: PageComponent])[] = [];

export const NotFound: PageComponent = lazy(() => import("./pages/NotFound"));
