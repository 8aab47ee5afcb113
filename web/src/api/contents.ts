/** Calls about contents: the files that run, and how a content would be said to somebody. */
import { queryOptions } from "@tanstack/react-query";
import { contentsOf } from "../lib/contents";
import { answer, api } from "./client";
import type { Changes } from "./programme";
import type { ContentPreview, ContentTested } from "./types";

/** The contents of the programme that runs, and the text of every file by its path. */
export const contentsQuery = queryOptions({
  queryKey: ["contents"],
  queryFn: async ({ signal }) => {
    const { files } = await answer(api.GET("/api/v1/programme", { signal }));
    return { files, contents: contentsOf(files) };
  },
});

export interface PreviewAsked {
  content: string;
  /** Files that somebody writes at the moment and that do not run. */
  changes: Changes;
  /** Without it for nobody in particular. */
  person?: string;
  /** In place of the person's language. */
  locale?: string;
  /** What templates call `event.*`. */
  data?: Record<string, unknown>;
}

type PreviewBody = Omit<PreviewAsked, "data"> & { data?: Record<string, never> };

export const contentPreviewQuery = (asked: PreviewAsked) =>
  queryOptions({
    queryKey: ["content-preview", asked],
    queryFn: ({ signal }): Promise<ContentPreview> =>
      // The document says of an object without fixed fields that it has none.
      answer(api.POST("/api/v1/contents/preview", { body: asked as PreviewBody, signal })),
    // What is written changes with every key; an old one is not asked for again.
    gcTime: 0,
  });

/** What does not agree within a campaign, such as `journey/welcome`. */
export const campaignFindingsQuery = (campaign: string) =>
  queryOptions({
    queryKey: ["findings", campaign],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/campaigns/findings", { params: { query: { campaign } }, signal })),
  });

/** Begins to ask whether the addresses of a content, or of all, answer; the number of the job. */
export async function askLinks(content?: string): Promise<string> {
  const query = content === undefined ? {} : { content };
  const { job } = await answer(api.POST("/api/v1/contents/links", { params: { query } }));
  return job;
}

/** Where a content is sent as a test, and as whom it is written. */
export interface TestAsked {
  to: { channel: string; address: string }[];
  person?: string;
  locale?: string;
  data?: Record<string, unknown>;
}

type TestBody = Omit<TestAsked, "data"> & { data?: Record<string, never> };

/** Marked as a test; nothing counts it. */
export function testContent(name: string, asked: TestAsked): Promise<ContentTested> {
  // The document says of an object without fixed fields that it has none.
  const body = asked as TestBody;
  return answer(api.POST("/api/v1/contents/{name}/test", { params: { path: { name } }, body }));
}
