/** Calls about channels: how each goes, and what the DNS says of our mail. */
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";

const EVERY_MS = 5_000;

export const channelsQuery = queryOptions({
  queryKey: ["channels"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/channels", { signal })),
  refetchInterval: EVERY_MS,
});

export const mailDomainQuery = queryOptions({
  queryKey: ["mail-domain"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/channels/email/domain", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The same with what stands there: the DNS is asked for each record. */
export function checkMailDomain() {
  return answer(api.GET("/api/v1/channels/email/domain", { params: { query: { check: true } } }));
}
