/** Which language the app speaks, and its texts and number formats. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { Formats } from "../lib/format";
import { remember, remembered } from "../lib/storage";
import { en, type Messages } from "./en";
import { nl } from "./nl";

export type Language = "en" | "nl";

export const languages: Record<Language, { name: string; messages: Messages; locale: string }> = {
  en: { name: "English", messages: en, locale: "en-GB" },
  nl: { name: "Nederlands", messages: nl, locale: "nl-NL" },
};

export interface Spoken {
  language: Language;
  setLanguage: (language: Language) => void;
  t: Messages;
  format: Formats;
}

const Context = createContext<Spoken | null>(null);

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
    remember("language", language);
  }, [language]);
  const spoken = useMemo(() => {
    const { messages, locale } = languages[language];
    return { language, setLanguage, t: messages, format: new Formats(locale) };
  }, [language]);
  return <Context.Provider value={spoken}>{children}</Context.Provider>;
}

export function useText(): Spoken {
  const spoken = useContext(Context);
  if (!spoken) throw new Error("useText needs a LanguageProvider above it");
  return spoken;
}

/** The text of a reason in the language of the app; the server's English where there is none. */
export function reasonText(t: Messages, reason: { code: string; text: string }): string {
  return sentence(t.reasons[reason.code] ?? reason.text);
}

export function rejectionText(t: Messages, rejection: { code: string; text: string }): string {
  return sentence(t.rejections[rejection.code] ?? rejection.text);
}

/** A channel's name; names that this version does not know are shown as they are. */
export function channelName(t: Messages, channel: string): string {
  return t.channels[channel] ?? channel;
}

/** With a capital first letter: the server's reasons begin small, to fit into any sentence. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function firstLanguage(): Language {
  const kept = remembered("language");
  if (kept === "en" || kept === "nl") return kept;
  return navigator.language.toLowerCase().startsWith("nl") ? "nl" : "en";
}
