/** A condition in both forms, text and tree, that follow each other, with every step kept for undoing. */
import { useCallback, useEffect, useState } from "react";
import { type Both, parseCondition, printCondition } from "../api/conditions";
import { hasGaps, type Part, readTreeProblem } from "../lib/conditions";
import { amend, begin, change, type History, redo, undo } from "../lib/history";

/** How long changing must rest before the other form follows. */
const FOLLOW_AFTER_MS = 250;

interface Doc {
  tree: Part | null;
  text: string;
  /** Which of the two somebody changed last; the other follows. */
  from: "tree" | "text";
}

export type Following = "even" | "reading" | "gaps" | "refused";

export interface ConditionEdited {
  tree: Part | null;
  text: string;
  following: Following;
  /** What is wrong in the text, as the server says it. */
  refusedText?: string;
  /** What is wrong in the tree, and where. */
  refusedTree?: { path: string; message: string; hint: string };
  /** What the server knows of the condition, while both forms are even. */
  read: Both | null;
  setTree: (tree: Part | null, about?: string) => void;
  setText: (text: string) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
}

export function useCondition(first: string): ConditionEdited {
  const [history, setHistory] = useState<History<Doc>>(() =>
    begin<Doc>({ tree: null, text: first, from: "text" }),
  );
  const [following, setFollowing] = useState<Following>("reading");
  const [read, setRead] = useState<Both | null>(null);
  const [refused, setRefused] = useState("");
  const doc = history.now;
  const source = doc.from === "text" ? doc.text : doc.tree;
  useEffect(() => {
    const told = (other: Partial<Doc>) =>
      setHistory((it) => {
        const same = (it.now.from === "text" ? it.now.text : it.now.tree) === source;
        return same ? amend(it, { ...it.now, ...other }) : it;
      });
    setRefused("");
    if (source === null || (typeof source === "string" && source.trim() === "")) {
      told(typeof source === "string" ? { tree: null } : { text: "" });
      setRead(null);
      setFollowing("gaps");
      return;
    }
    if (typeof source !== "string" && hasGaps(source)) {
      setRead(null);
      setFollowing("gaps");
      return;
    }
    setFollowing("reading");
    const gone = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const both = await (typeof source === "string"
          ? parseCondition(source, gone.signal)
          : printCondition(source, gone.signal));
        if (gone.signal.aborted) return;
        told(typeof source === "string" ? { tree: both.tree } : { text: both.text });
        setRead(both);
        setFollowing("even");
      } catch (error) {
        if (gone.signal.aborted) return;
        setRead(null);
        setRefused((error as Error).message);
        setFollowing("refused");
      }
    }, FOLLOW_AFTER_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [source]);
  const setTree = useCallback((tree: Part | null, about?: string) => {
    setHistory((it) => change(it, { ...it.now, tree, from: "tree" }, Date.now(), about));
  }, []);
  const setText = useCallback((text: string) => {
    setHistory((it) => change(it, { ...it.now, text, from: "text" }, Date.now(), "text"));
  }, []);
  return {
    tree: doc.tree,
    text: doc.text,
    following,
    ...(following === "refused" && doc.from === "text" && { refusedText: refused }),
    ...(following === "refused" &&
      doc.from === "tree" && { refusedTree: readTreeProblem(refused) }),
    read: following === "even" ? read : null,
    setTree,
    setText,
    undo: history.past.length === 0 ? null : () => setHistory(undo),
    redo: history.future.length === 0 ? null : () => setHistory(redo),
  };
}
