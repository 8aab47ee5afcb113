/** What the key of a call says of who makes it, and what an audience's file says of whom it tells. */
import type { ProgrammeFile } from "../api/types";

/** Who calls another system. */
export type Caller =
  | { kind: "audience"; name: string; moved: "entered" | "left" }
  | { kind: "journey"; name: string; step: string }
  /** A key that this version does not know how to read. */
  | { kind: "other" };

/** `audience/NAME/entered/PERSON/CAUSE`, where the same word was said before with its number behind it. */
const OF_AUDIENCE = /^audience\/(.+)\/(entered|left)\/[^/]+\/[^/]+(?:\/\d+)?$/;
/** `journey/NAME/RUN/STEP/VISIT`; what stands in the step may hold a slash, a run does not. */
const OF_JOURNEY = /^journey\/(.+?)\/r\d+\/(.+)\/\d+$/;

export function callerOf(key: string): Caller {
  const [, audience, moved] = key.match(OF_AUDIENCE) ?? [];
  if (audience && moved) {
    return { kind: "audience", name: audience, moved: moved as "entered" | "left" };
  }
  const [, journey, step] = key.match(OF_JOURNEY) ?? [];
  return journey && step ? { kind: "journey", name: journey, step } : { kind: "other" };
}

/** The address that an audience tells who enters and leaves; empty where it tells nobody. */
export function syncOf(file: ProgrammeFile | null): string {
  const form = file?.form as { sync?: { url?: unknown } | null } | null | undefined;
  const url = form?.sync?.url;
  return typeof url === "string" ? url : "";
}
