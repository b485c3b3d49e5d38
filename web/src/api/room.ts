/** What a page in a lesson asks for by the ticket of its place. */
import { client, unwrap } from "./client";
import type { LinkTestFigures } from "./types";

const withTicket = (token: string) => ({
  params: { header: { "X-Tongtang-Ticket": token } },
});
export const inviteConsole = (token: string) =>
  unwrap(client.POST("/api/v1/consoles/codes", withTicket(token)));
export const enterAsConsole = (code: string) =>
  unwrap(client.POST("/api/v1/consoles", { body: { code } }));
export const sendConsolesAway = (token: string) =>
  unwrap(client.DELETE("/api/v1/consoles", withTicket(token)));
export const openLinkProbe = (token: string, sdp: string) =>
  unwrap(client.POST("/api/v1/link-tests/probes", { ...withTicket(token), body: { sdp } }));
export const keepLinkTest = (token: string, result: LinkTestFigures) =>
  unwrap(client.POST("/api/v1/link-tests", { ...withTicket(token), body: result }));

/** By the ticket of a place, for whoever sits in a lesson; else by who is signed in. */
export const listDecks = (id: string, ticket?: string) =>
  unwrap(
    client.GET("/api/v1/lessons/{id}/decks", {
      params: { path: { id }, ...(ticket && { header: { "X-Tongtang-Ticket": ticket } }) },
    }),
  );
export const deleteDeck = (id: string, deckId: string) =>
  unwrap(
    client.DELETE("/api/v1/lessons/{id}/decks/{deck_id}", {
      params: { path: { id, deck_id: deckId } },
    }),
  );
