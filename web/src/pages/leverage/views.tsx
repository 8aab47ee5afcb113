/** What channels do together, what could be seen, and what single things are worth. */
import { NavLink } from "react-router";
import { useText } from "../../messages";

export function Views({ outcome }: { outcome?: string }) {
  const { t } = useText();
  const of = (name: string) => (outcome ? `?${new URLSearchParams({ [name]: outcome })}` : "");
  return (
    <nav className="views" aria-label={t.leverage.views}>
      <NavLink end to={{ pathname: "/leverage", search: of("outcome") }}>
        {t.leverage.measured}
      </NavLink>
      <NavLink end to={{ pathname: "/leverage/plan", search: of("of") }}>
        {t.leverage.plan}
      </NavLink>
      <NavLink end to="/leverage/holdouts">
        {t.holdouts.title}
      </NavLink>
    </nav>
  );
}
