/** A picture that the server draws, put into the page so that it takes the page's colours and letters. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { type ApiError, figureQuery } from "../api/client";
import { useText } from "../messages";
import { Scrolls, Text } from "./parts";

/** Where there is room for two panels beside each other. */
const WIDE = "(min-width: 60rem)";
const SIZES = {
  wide: { width: 1_120, height: 600 },
  narrow: { width: 640, height: 440 },
};
/** Where a drawing's colours stand. */
const PAINTED = ["fill", "stroke", "stop-color"];

export function Drawing({
  of,
  query,
  title,
  none,
  beside = false,
}: {
  of: "leverage" | "power";
  query: Record<string, string | number>;
  title: string;
  /** It has only a part of the page's width. */
  beside?: boolean;
  /** What to say where there is nothing to draw. */
  none: string;
}) {
  const { t } = useText();
  const size = useMatches(WIDE) && !beside ? SIZES.wide : SIZES.narrow;
  const figure = useQuery(figureQuery(of, { ...query, ...size }));
  if (figure.isError) {
    const { detail } = (figure.error as ApiError).problem ?? {};
    return (
      <p className="picture-none">
        <Text>{`${none}: ${detail ?? figure.error.message}.`}</Text>
      </p>
    );
  }
  if (figure.data === undefined) return <div className="picture picture-empty" />;
  return (
    <Scrolls label={t.leverage.picture.area(title)}>
      <Inline svg={figure.data} />
    </Scrolls>
  );
}

function Inline({ svg }: { svg: string }) {
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    if (parsed.tagName !== "svg") return;
    const drawing = document.importNode(parsed, true);
    const words = drawing.querySelector("desc");
    if (words) {
      words.id = id;
      drawing.setAttribute("aria-describedby", id);
    }
    recolour(drawing);
    box.current?.replaceChildren(drawing);
  }, [svg, id]);
  return <div ref={box} className="picture" />;
}

/** The drawing is made for paper; `picture.css` says what each of its colours is here. */
function recolour(drawing: Element) {
  for (const it of drawing.querySelectorAll<SVGElement>("*")) {
    for (const name of PAINTED) {
      const colour = it.getAttribute(name);
      if (colour?.startsWith("#")) {
        it.style.setProperty(name, `var(--paper-${colour.slice(1)}, ${colour})`);
      }
    }
  }
}

function useMatches(media: string): boolean {
  const [matches, setMatches] = useState(() => window.matchMedia(media).matches);
  useEffect(() => {
    const list = window.matchMedia(media);
    const onChange = () => setMatches(list.matches);
    list.addEventListener("change", onChange);
    return () => list.removeEventListener("change", onChange);
  }, [media]);
  return matches;
}
