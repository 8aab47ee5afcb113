/** A beam on its fulcrum. */

export function Mark() {
  return (
    <svg className="mark" width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
      <rect className="mark-ground" width="32" height="32" rx="7" />
      <path className="mark-beam" d="M5 13.2 27 8.8" />
      <path className="mark-foot" d="m20 11.6 5.6 12.2H14.4z" />
    </svg>
  );
}
