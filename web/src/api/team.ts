/** Calls about the team. */
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { Invitation } from "./types";

export const teamQuery = queryOptions({
  queryKey: ["team"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/team", { signal })),
});

export function inviteMember(email: string): Promise<Invitation> {
  return answer(api.POST("/api/v1/team", { body: { email } }));
}

export function removeMember(email: string): Promise<unknown> {
  return answer(api.DELETE("/api/v1/team/{email}", { params: { path: { email } } }));
}
