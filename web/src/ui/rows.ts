/** Moving through a list of links by keyboard: each row has one link with the class `row-link`. */
import type { KeyboardEvent } from "react";

function links(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>("a.row-link") ?? [])];
}

export function moveTo(list: HTMLElement | null, n: number) {
  links(list)[n]?.focus();
}

/** `before` is done when somebody goes up from the first row. */
export function onListKey(event: KeyboardEvent, list: HTMLElement | null, before?: () => void) {
  const all = links(list);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const targets: Record<string, number> = {
    ArrowDown: Math.min(at + 1, all.length - 1),
    ArrowUp: at - 1,
    Home: 0,
    End: all.length - 1,
  };
  const target = targets[event.key];
  if (target === undefined || at < 0) return;
  event.preventDefault();
  if (target < 0) before?.();
  else all[target]?.focus();
}
