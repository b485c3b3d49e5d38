/** The server: where it is, how it does. */
import { client, unwrap } from "./client";

export const getSite = () => unwrap(client.GET("/api/v1/site"));
export const getServer = () => unwrap(client.GET("/api/v1/server"));
