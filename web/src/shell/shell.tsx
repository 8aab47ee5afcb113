/** What surrounds every page: navigation, the name of the installation, and the keys. */
import {
  Activity,
  CalendarDays,
  ClipboardList,
  Ellipsis,
  FileText,
  Funnel,
  Gauge,
  Gavel,
  Keyboard,
  ListTodo,
  LogOut,
  type LucideIcon,
  Megaphone,
  Route,
  Scale,
  Send,
  Settings,
  Share2,
  SlidersHorizontal,
  Target,
  Users,
} from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { NavLink, Outlet, useLocation, useNavigate } from "react-router";
import type { Session } from "../api/types";
import { type Action, press, type Waiting } from "../lib/keys";
import { useText } from "../messages";
import { Dialog } from "../ui/parts";
import { DisplayChoices } from "./display";
import { Mark } from "./mark";
import { Shortcuts } from "./shortcuts";
import { useSignOut, whoInWords } from "./who";

/** On a phone there is room for those that are `near`; the others are behind one button. */
const pages = [
  { to: "/", key: "today", icon: Gauge, near: true },
  { to: "/leverage", key: "leverage", icon: Scale, near: true },
  { to: "/people", key: "people", icon: Users, near: true },
  {
    to: "/audiences",
    key: "audiences",
    icon: Target,
    near: true,
    also: ["/overlap", "/new/audience"],
  },
  { to: "/journeys", key: "journeys", icon: Route, near: false, also: ["/new/journey"] },
  { to: "/tasks", key: "tasks", icon: ListTodo, near: false },
  { to: "/broadcasts", key: "broadcasts", icon: Megaphone, near: false },
  { to: "/posts", key: "posts", icon: Share2, near: false, also: ["/new/post"] },
  { to: "/content", key: "content", icon: FileText, near: false, also: ["/new/content"] },
  { to: "/forms", key: "forms", icon: ClipboardList, near: false },
  { to: "/calendar", key: "calendar", icon: CalendarDays, near: false },
  { to: "/campaigns", key: "campaigns", icon: Funnel, near: false },
  { to: "/channels", key: "channels", icon: Send, near: false },
  { to: "/decisions", key: "decisions", icon: Gavel, near: false },
  { to: "/events", key: "events", icon: Activity, near: false },
  { to: "/settings", key: "settingsPage", icon: Settings, near: false },
] as const satisfies readonly Page[];

interface Page {
  to: string;
  key:
    | "today"
    | "leverage"
    | "people"
    | "audiences"
    | "journeys"
    | "tasks"
    | "broadcasts"
    | "posts"
    | "content"
    | "forms"
    | "calendar"
    | "campaigns"
    | "channels"
    | "decisions"
    | "events"
    | "settingsPage";
  icon: LucideIcon;
  near: boolean;
  /** Addresses outside `to` that belong to it. */
  also?: readonly string[];
}

export function Shell({ session }: { session: Session }) {
  const { t } = useText();
  const [open, setOpen] = useState<"keys" | "display" | "more" | null>(null);
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useKeys(() => setOpen((it) => it ?? "keys"));
  useFocusOnNewPage(main);
  const signOut = useSignOut();
  const { installation } = session;
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t.app.skip}
      </a>
      <header className="top">
        <NavLink to="/" className="brand" aria-label={t.app.name}>
          <Mark />
          <span className="brand-name">{t.app.name}</span>
        </NavLink>
        <p className="installation">{installation.name}</p>
        {installation.simulated && <p className="badge badge-simulated">{t.app.simulated}</p>}
        <div className="top-actions">
          <p className="who" title={t.app.signedInAs(whoInWords(session.who, t))}>
            {whoInWords(session.who, t)}
          </p>
          <button
            type="button"
            className="icon-button keys-button"
            aria-label={t.app.shortcuts}
            title={t.app.shortcuts}
            onClick={() => setOpen("keys")}
          >
            <Keyboard size={18} strokeWidth={1.75} aria-hidden="true" />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={t.app.settings}
            title={t.app.settings}
            onClick={() => setOpen("display")}
          >
            <SlidersHorizontal size={18} strokeWidth={1.75} aria-hidden="true" />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={t.app.signOut}
            title={t.app.signOut}
            onClick={signOut}
          >
            <LogOut size={18} strokeWidth={1.75} aria-hidden="true" />
          </button>
        </div>
      </header>
      <nav className="side" aria-label={t.app.navigation}>
        <ul>
          {pages.map((page) => (
            <li key={page.key} className={page.near ? undefined : "side-far"}>
              <PageLink page={page} />
            </li>
          ))}
          <li className="side-more">
            <button
              type="button"
              className={farther(pathname) ? "side-link active" : "side-link"}
              aria-haspopup="dialog"
              onClick={() => setOpen("more")}
            >
              <Ellipsis size={18} strokeWidth={1.75} aria-hidden="true" />
              <span>{t.app.moreNav}</span>
            </button>
          </li>
        </ul>
        <p className="side-foot">{t.app.version(installation.version)}</p>
      </nav>
      <main id="main" ref={main} tabIndex={-1}>
        {installation.simulated && (
          <p className="banner" role="note">
            <strong>{t.app.simulated}.</strong> {t.app.simulatedBanner}
          </p>
        )}
        <Outlet />
      </main>
      {open === "more" && (
        <Dialog title={t.app.moreNav} onClose={() => setOpen(null)}>
          <ul className="more-pages">
            {pages
              .filter(({ near }) => !near)
              .map((page) => (
                <li key={page.key}>
                  <PageLink page={page} onGo={() => setOpen(null)} />
                </li>
              ))}
          </ul>
        </Dialog>
      )}
      {open === "keys" && <Shortcuts onClose={() => setOpen(null)} />}
      {open === "display" && (
        <Dialog title={t.app.settings} onClose={() => setOpen(null)}>
          <DisplayChoices />
        </Dialog>
      )}
    </div>
  );
}

function PageLink({ page, onGo }: { page: Page; onGo?: () => void }) {
  const { t } = useText();
  const { to, key, icon: Icon, also } = page;
  const { pathname } = useLocation();
  const isHere = also?.includes(pathname) ?? false;
  return (
    <NavLink
      to={to}
      end={to === "/"}
      className={isHere ? "side-link active" : "side-link"}
      onClick={onGo}
    >
      <Icon size={18} strokeWidth={1.75} aria-hidden="true" />
      <span>{t.app[key]}</span>
    </NavLink>
  );
}

/** Whether the page is one that a phone shows behind the button. */
function farther(pathname: string): boolean {
  return pages.some(({ to, near }) => !near && pathname.startsWith(to));
}

/** Sends other keys' actions where they belong: pages listen for `fulcrum:pause` and `fulcrum:search`. */
function useKeys(help: () => void) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const onHelp = useRef(help);
  onHelp.current = help;
  useEffect(() => {
    let waiting: Waiting | null = null;
    const act = (action: Action): boolean => {
      switch (action) {
        case "today":
          navigate("/");
          return true;
        case "people":
          navigate("/people");
          return true;
        case "audiences":
          navigate("/audiences");
          return true;
        case "journeys":
          navigate("/journeys");
          return true;
        case "tasks":
          navigate("/tasks");
          return true;
        case "leverage":
          navigate("/leverage");
          return true;
        case "broadcasts":
          navigate("/broadcasts");
          return true;
        case "posts":
          navigate("/posts");
          return true;
        case "campaigns":
          navigate("/campaigns");
          return true;
        case "content":
          navigate("/content");
          return true;
        case "calendar":
          navigate("/calendar");
          return true;
        case "channels":
          navigate("/channels");
          return true;
        case "decisions":
          navigate("/decisions");
          return true;
        case "events":
          navigate("/events");
          return true;
        case "settings":
          navigate("/settings");
          return true;
        case "help":
          onHelp.current();
          return true;
        case "search":
          if (pathname === "/people") window.dispatchEvent(new Event("fulcrum:search"));
          else navigate("/people", { state: { search: true } });
          return true;
        case "pause":
          return !window.dispatchEvent(new Event("fulcrum:pause", { cancelable: true }));
      }
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (document.querySelector("dialog[open]") || isTyping(event.target, event.key)) return;
      const pressed = press(waiting, event.key, Date.now());
      waiting = pressed.waiting;
      if (pressed.action && act(pressed.action)) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [navigate, pathname]);
}

/** In a field every key is text; on a button or link the space bar is its own. */
function isTyping(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input:not([type=radio]), textarea, select")) return true;
  return key === " " && target.matches("button, a, input, summary, [role=button]");
}

/** A screen reader starts at the new page, not at the link that led to it. */
function useFocusOnNewPage(main: React.RefObject<HTMLElement | null>) {
  const { pathname, state } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    window.scrollTo(0, 0);
    if (!state?.search) main.current?.focus({ preventScroll: true });
  }, [pathname, state, main]);
}
