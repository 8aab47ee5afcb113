/** Calls about the calendar: what goes out when, and moving it. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { Calendar, CalendarItem } from "./types";

const CALENDAR_EVERY_MS = 10_000;

export const calendarQuery = (from: string, to: string) =>
  queryOptions({
    queryKey: ["calendar", from, to],
    queryFn: ({ signal }): Promise<Calendar> =>
      answer(api.GET("/api/v1/calendar", { params: { query: { from, to } }, signal })),
    refetchInterval: CALENDAR_EVERY_MS,
    placeholderData: keepPreviousData,
  });

export function moveItem(kind: string, name: string, at: string): Promise<CalendarItem> {
  return answer(api.POST("/api/v1/calendar/move", { body: { kind, name, at } }));
}
