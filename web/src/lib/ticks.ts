/** Texts in which code stands between backticks, as the server writes them. */

export interface Piece {
  text: string;
  code: boolean;
}

/** The pieces in their order; a lone backtick is a letter like any other. */
export function pieces(text: string): Piece[] {
  return text
    .split(/(`[^`]+`)/)
    .filter(Boolean)
    .map((it) =>
      2 < it.length && it.startsWith("`") && it.endsWith("`")
        ? { text: it.slice(1, -1), code: true }
        : { text: it, code: false },
    );
}
