/** The texts of the calendar, in Dutch. */
import type { Messages } from "../en";

export const calendar: Messages["calendar"] = {
  lead: "Wat er wanneer uitgaat, in alle kanalen.",
  view: "Weergave",
  views: { month: "Maand", week: "Week" },
  before: { month: "Vorige maand", week: "Vorige week" },
  after: { month: "Volgende maand", week: "Volgende week" },
  today: "Vandaag",
  zone: (zone) => `Tijden in ${zone}, de zone van het programma.`,
  zoneUnknown: (zone) =>
    `Deze browser kent ${zone} niet, de zone van het programma. De tijden staan in UTC, en hier kan niets verplaatst worden.`,
  table: (period) => `Kalender: ${period}`,
  hour: "Uur",
  show: "Tonen",
  all: "Alle kanalen",
  kindsTitle: "Soorten",
  channelsTitle: "Kanalen",
  owner: "Eigenaar",
  everybody: "Van iedereen",
  kinds: { broadcast: "Verzending", post: "Post", page: "Pagina", journey: "Reis" },
  kindsMany: {
    broadcast: "Verzendingen",
    post: "Posts",
    page: "Pagina’s",
    journey: "Reizen op een vaste tijd",
  },
  page: { waits: "vanaf dan te zien", out: "te zien" },
  localTime: "ieders eigen klok",
  queued: "volgende plaats in de rij",
  eachDay: "volgens haar rooster",
  lacks: {
    "nobody has approved it yet": "niemand heeft het nog goedgekeurd",
    "it changed since": "het is na de goedkeuring veranderd",
    "its file is not as it was planned": "het bestand is na het plannen veranderd",
    "it is not planned yet": "het is nog niet gepland",
  },
  lacksLabel: "Gaat nog niet uit:",
  undated: "Zonder tijd",
  undatedHint: "Sleep er een naar een dag, of verplaats hem met zijn knop.",
  noneHere: { month: "In deze maand gaat niets uit.", week: "In deze week gaat niets uit." },
  noneFits: "Niets hier past bij het filter.",
  empty: "Nog niets te tonen",
  emptyHint:
    "Verzendingen, posts, pagina’s met een datum en reizen op een vaste tijd staan hier op de dag waarop ze uitgaan. Een verzending schrijft aan iedereen in een doelgroep; een post staat voor iedereen op uw sociale netwerken.",
  howBroadcast: "Zo maakt u een verzending",
  newPost: "Nieuwe post",
  accounts: "Accounts die iemand nodig hebben",
  signIn: (network) => `${network}: koppel het account opnieuw.`,
  trouble: (network) => `${network} neemt nu geen posts aan.`,
  signInHow: "Zet een nieuw token waar de instellingen het noemen, en start de server opnieuw.",
  troubleHow:
    "Het wordt vanzelf opnieuw geprobeerd. Blijft het zo, kijk dan daar naar het account.",
  move: {
    button: (name) => `${name} verplaatsen`,
    title: (name) => `“${name}” verplaatsen`,
    how: {
      month:
        "Pijltoetsen kiezen de dag, Page Up en Page Down de maand. Enter verplaatst, Escape laat het zo.",
      week: "Pijltoetsen kiezen dag en uur, Page Up en Page Down de week. Enter verplaatst, Escape laat het zo.",
    },
    begun: (name, when) => `${name} wordt verplaatst. Nu op ${when}.`,
    begunUndated: (name) => `${name} wordt verplaatst. Er is nog geen tijd.`,
    at: (when) => `Naar ${when}`,
    atPast: (when) => `${when} is voorbij`,
    to: (when) => `Verplaats naar ${when}`,
    field: "Dag en tijd",
    busy: "Bezig…",
    left: (name) => `${name} blijft waar het is.`,
    past: (when) => `${when} is voorbij. Kies een tijd die nog komt.`,
    pastLocal: (when) =>
      `${when} is in de eerste tijdzones van de wereld al begonnen. Kies een latere tijd.`,
    done: (name, when) => `${name} gaat nu uit op ${when}.`,
    anew: "Het is opnieuw gepland voor deze tijd.",
    anewApproval:
      "Het is opnieuw gepland voor deze tijd, en iemand anders moet het opnieuw goedkeuren.",
    leftQueue:
      "Het staat niet meer in de rij. Schrijf `at: queue` in het bestand om het terug te zetten.",
    hadNone: "Het had eerst geen tijd.",
    undo: "Ongedaan maken",
    undone: (name, when) => `${name} staat weer op ${when}.`,
    failed: (name) => `“${name}” is niet verplaatst.`,
    conflict: (name) =>
      `“${name}” is niet verplaatst: het is begonnen of voorbij, of iemand anders veranderde tegelijk het programma.`,
  },
};
