/** What every part of the builder needs: the words of the language, and how a part is changed. */
import { createContext, useContext } from "react";
import type { Form, Part, Path, Vocabulary } from "../lib/conditions";

export interface Building {
  vocabulary: Vocabulary;
  tree: Part;
  /** Whether there is an event at hand, whose properties can be read. */
  aboutEvent: boolean;
  wrong: { path: string; message: string; hint: string } | null;
  /** Where the list of known names stands, by what a field holds. */
  names: Record<string, string>;
  /** A value at a place; `about` joins small changes of the same thing. */
  set: (path: Path, value: unknown) => void;
  /** A changed tree, what is said of it, and where the focus goes. */
  apply: (
    tree: Part | null,
    said: string,
    focus?: { path: Path; on: "handle" | "field" | "add" },
  ) => void;
  dragging: Path | null;
  setDragging: (path: Path | null) => void;
}

const Context = createContext<Building | null>(null);

export const BuildingProvider = Context.Provider;

export function useBuilding(): Building {
  const building = useContext(Context);
  if (!building) throw new Error("a part of the builder needs a BuildingProvider above it");
  return building;
}

/** Whether the part at a path is inside a filter, which reads properties of the event alone. */
export function inFilter(path: Path): boolean {
  return path.includes("where");
}

/** The kinds that may stand at a path. */
export function allowed(forms: readonly Form[], path: Path, aboutEvent: boolean): Form[] {
  const filter = inFilter(path);
  return forms.filter((it) => {
    if (filter) return it.in_where;
    return it.kind !== "property" || aboutEvent;
  });
}
