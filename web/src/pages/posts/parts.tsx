/** What the pages about posts and the calendar both show. */
import {
  Check,
  CircleDashed,
  CircleHelp,
  CircleX,
  Clock,
  type LucideIcon,
  Send,
  TriangleAlert,
} from "lucide-react";
import type { Post, SocialAccount } from "../../api/types";
import { channelName, type Spoken, useText } from "../../messages";
import type { Messages } from "../../messages/en";
import { Text } from "../../ui/parts";

const icons: Record<string, LucideIcon> = {
  waiting: Clock,
  going: Send,
  stands: Check,
  partly: TriangleAlert,
  refused: CircleX,
  lost: CircleHelp,
  late: TriangleAlert,
  gone: CircleDashed,
};

export function StandingBadge({ standing }: { standing: string }) {
  const { t } = useText();
  const Icon = icons[standing] ?? CircleHelp;
  return (
    <span className={`stage standing-${standing}`}>
      <Icon size={12} strokeWidth={2.25} aria-hidden="true" />
      {t.posts.standings[standing] ?? standing}
    </span>
  );
}

export function networkName(t: Messages, network: string): string {
  return t.content.networks[network] ?? channelName(t, network);
}

/** Dots are written out: the server takes an address with a dot at its end for a file. */
export function pathOf(name: string): string {
  return `/posts/${encodeURIComponent(name).replaceAll(".", "%2E")}`;
}

/** When it goes out or went; null when somebody starts it. */
export function whenOf(it: Post, { t, format }: Spoken): string | null {
  if (it.at !== null) return format.dateTime(it.at);
  return it.written_at === "queue" ? t.posts.queue : null;
}

/** Accounts that would not take a post, and what to do about it. */
export function AccountsStrip({ accounts }: { accounts: readonly SocialAccount[] }) {
  const { t } = useText();
  const words = t.calendar;
  const troubled = accounts.filter((it) => it.sign_in || it.trouble !== undefined);
  if (troubled.length === 0) return null;
  return (
    <section className="note-warn accounts-strip" aria-label={words.accounts}>
      <ul>
        {troubled.map((it) => {
          const network = networkName(t, it.network);
          return (
            <li key={it.network}>
              <strong className="note-title">
                {it.sign_in ? words.signIn(network) : words.trouble(network)}
              </strong>{" "}
              {it.sign_in ? words.signInHow : words.troubleHow}
              {it.trouble && (
                <span className="faint">
                  {" "}
                  <Text>{t.posts.failed.said(it.trouble)}</Text>
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
