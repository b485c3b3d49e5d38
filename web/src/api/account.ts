/** Who is signed in, and their own account. */
import { client, unwrap } from "./client";
import type { Door } from "./types";

export const getMe = () => unwrap(client.GET("/api/v1/auth/me"));
export const signIn = (login: string, password: string, code?: string) =>
  unwrap(
    client.POST("/api/v1/auth/session", {
      body: { login, password, ...(code !== undefined && { code }) },
    }),
  );
export const signOut = () => unwrap(client.DELETE("/api/v1/auth/session"));
export const openDoor = (door: Door) =>
  unwrap(client.POST("/api/v1/demo/doors/{door}", { params: { path: { door } } }));

export const getAccount = () => unwrap(client.GET("/api/v1/account"));
export const changePassword = (old_password: string, new_password: string) =>
  unwrap(client.PUT("/api/v1/account/password", { body: { old_password, new_password } }));
export const endSession = (session_id: string) =>
  unwrap(
    client.DELETE("/api/v1/account/sessions/{session_id}", { params: { path: { session_id } } }),
  );
export const beginSecondFactor = () => unwrap(client.POST("/api/v1/account/second-factor"));
export const confirmSecondFactor = (code: string) =>
  unwrap(client.POST("/api/v1/account/second-factor/confirmation", { body: { code } }));
export const removeSecondFactor = (password: string) =>
  unwrap(client.POST("/api/v1/account/second-factor/removal", { body: { password } }));
