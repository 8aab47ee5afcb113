/** The files of one content as they are written at the moment, over those that run. */
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Changes } from "../../api/programme";
import { type ContentFile, contentOf } from "../../lib/contents";

/** How long writing must rest before it is previewed. */
const PREVIEW_AFTER_MS = 400;

export interface ContentWritten {
  /** What the document says of itself as it is written. */
  content: ContentFile;
  /** The document, and then its languages, also those that have no file yet. */
  paths: string[];
  text: (path: string) => string;
  setText: (path: string, text: string) => void;
  discard: () => void;
  /** What is another than in the programme that runs. */
  changes: Changes;
  /** The same, once writing rests. */
  settled: Changes;
}

/** `begun` are drafts to begin with, of files that nobody has saved yet. */
export function useFiles(
  it: ContentFile,
  files: Record<string, string>,
  begun: Record<string, string>,
): ContentWritten {
  const [drafts, setDrafts] = useState(begun);
  const [settled, setSettled] = useState<Changes>({});
  const changes = useMemo(() => {
    const others = Object.entries(drafts).filter(([path, text]) => (files[path] ?? "") !== text);
    return Object.fromEntries(others);
  }, [drafts, files]);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(changes), PREVIEW_AFTER_MS);
    return () => clearTimeout(timer);
  }, [changes]);
  const text = useCallback((path: string) => drafts[path] ?? files[path] ?? "", [drafts, files]);
  const content = useMemo(() => {
    const read = contentOf(it.path, text(it.path));
    return read.name === "" ? it : read;
  }, [it, text]);
  return {
    content,
    paths: [it.path, ...content.languages.map(({ path }) => path)],
    text,
    setText: (path, next) => setDrafts((all) => ({ ...all, [path]: next })),
    discard: () => setDrafts({}),
    changes,
    settled,
  };
}
