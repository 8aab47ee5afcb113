/** What the pages about audiences share. */
import { Link, NavLink } from "react-router";
import type { Audiences } from "../../api/types";
import { useText } from "../../messages";
import { Progress } from "../../ui/progress";

/** Dots are written out: the server takes an address with a dot at its end for a file. */
export function pathOf(name: string): string {
  return `/audiences/${encodeURIComponent(name).replaceAll(".", "%2E")}`;
}

export function Views() {
  const { t } = useText();
  return (
    <nav className="views" aria-label={t.audiences.views}>
      <NavLink end to="/audiences">
        {t.audiences.all}
      </NavLink>
      <NavLink end to="/overlap">
        {t.audiences.overlap}
      </NavLink>
    </nav>
  );
}

/** What came and went today, in figures that differ by their sign and not by colour alone. */
export function Moves({ entered, left }: { entered: number; left: number }) {
  const { t, format } = useText();
  if (entered === 0 && left === 0) return <span className="faint">{t.audiences.still}</span>;
  return (
    <span className="moves">
      <span className={entered === 0 ? "faint" : "moves-in"}>
        <span aria-hidden="true">{format.change(entered)}</span>
        <span className="hidden">{t.audiences.came(format.count(entered))}, </span>
      </span>
      <span className={left === 0 ? "faint" : "moves-out"}>
        <span aria-hidden="true">{format.change(-left)}</span>
        <span className="hidden">{t.audiences.went(format.count(left))}</span>
      </span>
    </span>
  );
}

/** `journey/welcome`, as a link to where it is shown. */
export function Reference({ to }: { to: string }) {
  const { t } = useText();
  const slash = to.indexOf("/");
  const [kind, name] = [to.slice(0, slash), to.slice(slash + 1)];
  const target = {
    audience: pathOf(name),
    journey: `/journeys/${encodeURIComponent(name).replaceAll(".", "%2E")}`,
    broadcast: `/broadcasts/${encodeURIComponent(name).replaceAll(".", "%2E")}`,
    outcome: `/leverage?${new URLSearchParams({ outcome: name })}`,
  }[kind];
  return (
    <>
      {target ? <Link to={target}>{name}</Link> : name}{" "}
      <span className="faint">{t.audiences.kinds[kind] ?? kind}</span>
    </>
  );
}

/** While a changed programme is being counted, sizes are of those who were looked at. */
export function Filling({ it }: { it: Pick<Audiences, "fill" | "counting"> | undefined }) {
  const { t } = useText();
  const { filling, counting } = t.audiences;
  return (
    <>
      {it?.counting && <Way of={it.counting} words={counting} />}
      {it?.fill && <Way of={it.fill} words={filling} />}
    </>
  );
}

function Way({
  of,
  words,
}: {
  of: { done: number; total: number };
  words: { title: string; help: string; words: (done: string, of: string) => string };
}) {
  const { format } = useText();
  return (
    <section className="card filling" aria-label={words.title}>
      <p className="filling-title">{words.title}</p>
      <Progress
        done={of.done}
        of={of.total}
        label={words.words(format.count(of.done), format.count(of.total))}
      />
      <p className="faint">{words.help}</p>
    </section>
  );
}
