/** Recordings that others may see: published ones, links. */
import { client, unwrap } from "./client";
import { byRecording } from "./params";
import type { ShareLinkDraft } from "./types";

export const getSharing = (id: string) =>
  unwrap(client.GET("/api/v1/recordings/{recording_id}/sharing", byRecording(id)));
export const publishRecording = (id: string) =>
  unwrap(client.PUT("/api/v1/recordings/{recording_id}/publication", byRecording(id)));
export const unpublishRecording = (id: string) =>
  unwrap(client.DELETE("/api/v1/recordings/{recording_id}/publication", byRecording(id)));
export const createShareLink = (id: string, draft: ShareLinkDraft) =>
  unwrap(
    client.POST("/api/v1/recordings/{recording_id}/links", { ...byRecording(id), body: draft }),
  );
export const revokeShareLink = (id: string, linkId: string) =>
  unwrap(
    client.DELETE("/api/v1/recordings/{recording_id}/links/{link_id}", {
      params: { path: { recording_id: id, link_id: linkId } },
    }),
  );

export const openShare = (token: string, passphrase?: string) =>
  unwrap(
    client.POST("/api/v1/shares/open", {
      body: { token, ...(passphrase !== undefined && { passphrase }) },
    }),
  );
export const checkShare = (token: string) =>
  unwrap(client.POST("/api/v1/shares/check", { body: { token } }));
