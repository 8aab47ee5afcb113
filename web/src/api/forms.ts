/** The call about the forms that visitors fill in. */
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { Forms } from "./types";

const FORMS_EVERY_MS = 30_000;

export const formsQuery = queryOptions({
  queryKey: ["forms"],
  queryFn: ({ signal }): Promise<Forms> => answer(api.GET("/api/v1/forms", { signal })),
  refetchInterval: FORMS_EVERY_MS,
});
