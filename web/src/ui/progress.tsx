/** How far something is, as a bar with its words beside it. */
import { percent } from "../charts/marks";
import { useText } from "../messages";

export function Progress({ done, of, label }: { done: number; of: number; label: string }) {
  const { format } = useText();
  const share = of <= 0 ? 0 : Math.min(1, done / of);
  return (
    <div className="progress">
      <p className="progress-words">
        <span>{label}</span>
        <span>{format.progress(done, of)}</span>
      </p>
      <svg className="chart progress-bar" height="8" role="img" aria-label={label}>
        <rect className="progress-ground" width="100%" height="8" rx="4" />
        <rect className="progress-done" width={percent(share * 100)} height="8" rx="4" />
      </svg>
    </div>
  );
}
