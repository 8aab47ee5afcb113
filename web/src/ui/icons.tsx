/** One picture per channel and per kind of happening, the same everywhere. */
import {
  AppWindow,
  Bell,
  CircleDot,
  GitMerge,
  type LucideIcon,
  Mail,
  MessageSquare,
  MousePointerClick,
  Route,
  Share2,
  ShieldCheck,
  Webhook,
} from "lucide-react";

const channels: Record<string, LucideIcon> = {
  email: Mail,
  push: Bell,
  onsite: AppWindow,
  social: Share2,
  sms: MessageSquare,
  webhook: Webhook,
};

const kinds: Record<string, LucideIcon> = {
  event: MousePointerClick,
  consent: ShieldCheck,
  merge: GitMerge,
  journey: Route,
};

export function ChannelIcon({ channel }: { channel: string }) {
  const Icon = channels[channel] ?? CircleDot;
  return <Icon size={16} strokeWidth={1.75} aria-hidden="true" />;
}

export function HappeningIcon({ kind, channel }: { kind: string; channel?: string }) {
  if (kind === "message" && channel) return <ChannelIcon channel={channel} />;
  const Icon = kinds[kind] ?? Mail;
  return <Icon size={16} strokeWidth={1.75} aria-hidden="true" />;
}
