/** The texts about what journeys ask the team to do, in Dutch. */
import type { Messages } from "../en";

const plural = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const tasks: Messages["tasks"] = {
  title: "Taken",
  count: (n, text) => plural(n, "1 taak", `${text} taken`),
  filter: "Welke taken",
  open: "Te doen",
  done: "Gedaan",
  whose: "Wiens taken",
  everybody: "Van iedereen",
  nobody: "niemand",
  empty: "Niets te doen",
  emptyDone: "Nog niets gedaan",
  emptyHint:
    "Een reis maakt een taak met de stap “Taak voor een collega”, en een lead met “Verkoop inlichten”. Zij staan hier tot zij gedaan zijn.",
  lead: "Lead",
  for: (who) => `voor ${who}`,
  due: (when) => `uiterlijk ${when}`,
  late: (ago) => `moest ${ago} klaar zijn`,
  made: (ago) => `gemaakt ${ago}`,
  doneBy: (when, who) => `gedaan ${when}${who && ` door ${who}`}`,
  button: "Gedaan",
  finish: (title) => `Gedaan: ${title}`,
  finished: (title) => `${title} is gedaan.`,
  failed: "Dit kon niet als gedaan worden opgeschreven.",
  more: (n) => `De oudste ${n} staan hier.`,
  all: "Alle taken",
  none: "Geen open taken.",
};
