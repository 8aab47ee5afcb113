/** Calls about posts on social networks. */
import { queryOptions } from "@tanstack/react-query";
import { isGoing, type PostStep } from "../lib/posts";
import { answer, api } from "./client";
import type { Post, Posts, ProgrammeFile } from "./types";

const POSTS_EVERY_MS = 5_000;
/** While something happens to one, somebody watches it. */
const GOING_EVERY_MS = 2_000;

export const postsQuery = queryOptions({
  queryKey: ["posts"],
  queryFn: ({ signal }): Promise<Posts> => answer(api.GET("/api/v1/posts", { signal })),
  refetchInterval: ({ state }) =>
    state.data?.posts.some(isGoing) ? GOING_EVERY_MS : POSTS_EVERY_MS,
});

export const postQuery = (name: string) =>
  queryOptions({
    queryKey: ["posts", name],
    queryFn: ({ signal }): Promise<Post> =>
      answer(api.GET("/api/v1/posts/{name}", { params: { path: { name } }, signal })),
    refetchInterval: ({ state }) =>
      state.data && isGoing(state.data) ? GOING_EVERY_MS : POSTS_EVERY_MS,
  });

/** Without a network at all of them. */
export function stepPost(name: string, action: PostStep, network?: string): Promise<Post> {
  const params = { path: { name, action } };
  const body = network === undefined ? {} : { network };
  return answer(api.POST("/api/v1/posts/{name}/{action}", { params, body }));
}

/** Writes a file that is not there yet; it runs at once. */
export function addFile(path: string, form: Record<string, unknown>): Promise<ProgrammeFile> {
  const params = { path: { path } };
  return answer(api.PUT("/api/v1/programme/files/{path}", { params, body: { form } }));
}
