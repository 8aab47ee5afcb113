/** Who is signed in, in words, and signing out. */
import { useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import type { Session } from "../api/types";
import type { Messages } from "../messages/en";

/** The admin signs in without an address. */
export const ADMIN = "admin";
const TOKEN = "token ";

/** The secrets of the installation are for the admin and for tokens; the server refuses everybody else. */
export function seesSecrets(who: string | undefined): boolean {
  return who === ADMIN || (who?.startsWith(TOKEN) ?? false);
}

export function whoInWords(who: string | undefined, t: Messages): string {
  if (who === undefined || who === ADMIN) return t.settings.you.admin;
  return who.startsWith(TOKEN) ? t.settings.you.token(who.slice(TOKEN.length)) : who;
}

export function useSignOut() {
  const client = useQueryClient();
  return async () => {
    await answer(api.DELETE("/api/v1/session")).catch(() => undefined);
    client.setQueryData<Session>(["session"], (it) => it && { ...it, signed_in: false });
    // What was read about people does not stay behind in the browser.
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
    await client.invalidateQueries({ queryKey: ["session"] });
  };
}
