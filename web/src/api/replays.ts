/** Calls about what a changed programme would have done with what happened. */
import { answer, api } from "./client";
import type { ReplayFound, ReplayOrder, WayKind, WayMoment } from "./types";

export type ReplayAsked = ReplayOrder;
export type ReplayResult = ReplayFound;
export type Replayed = ReplayFound["replay"];
export type ReplayMessages = Replayed["messages"][number];
export type Moment = WayMoment;
export type MomentKind = WayKind;

/** Answers with the number of the job. */
export async function beginReplay(asked: ReplayAsked, signal: AbortSignal): Promise<string> {
  const { job } = await answer(api.POST("/api/v1/replays", { body: asked, signal }));
  return job;
}
