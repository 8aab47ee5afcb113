/** A page for addresses that lead nowhere. */
import { Link } from "react-router";
import { useText } from "../messages";
import { Empty, PageTitle } from "../ui/parts";

export function NotFound() {
  const { t } = useText();
  return (
    <>
      <PageTitle>{t.app.notFound}</PageTitle>
      <Empty title={t.app.notFoundHint} action={<Link to="/">{t.app.toToday}</Link>} />
    </>
  );
}
