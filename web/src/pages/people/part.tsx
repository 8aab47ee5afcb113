/** A part of a profile, which opens and closes. */
import { type ReactNode, useState } from "react";
import { useText } from "../../messages";

/** Below this width the profile comes before the timeline, so only its first part is open. */
const WIDE = "(min-width: 60rem)";

export function Part({
  title,
  count,
  open = false,
  children,
}: {
  title: string;
  count: number;
  open?: boolean;
  children: ReactNode;
}) {
  const { format } = useText();
  const [first] = useState(
    () => (open && matchMedia(WIDE).matches) || (count > 0 && matchMedia(WIDE).matches),
  );
  return (
    <details className="part" open={first}>
      <summary>
        <h2>{title}</h2>
        <span className="part-count">{format.count(count)}</span>
      </summary>
      {children}
    </details>
  );
}
