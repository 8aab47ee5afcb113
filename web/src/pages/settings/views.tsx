/** The pages of the settings. */
import { NavLink } from "react-router";
import { useText } from "../../messages";

export function Views() {
  const { t } = useText();
  return (
    <nav className="views" aria-label={t.settings.views}>
      <NavLink end to="/settings">
        {t.settings.first}
      </NavLink>
      <NavLink end to="/settings/webhooks">
        {t.settings.webhooks}
      </NavLink>
    </nav>
  );
}
