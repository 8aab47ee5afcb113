/** De teksten over formulieren die bezoekers invullen. */

const plural = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const forms = {
  lead: "Wat bezoekers op je pagina's invullen, en wat ervan kwam.",
  count: (n: number, text: string) => plural(n, "1 formulier", `${text} formulieren`),
  open: "Formulier openen",
  file: "Bestand",
  stands: "Staat op",
  standsNowhere: "Geen pagina heeft het. Zet `form: NAAM` in de vorm `page` van een inhoud.",
  topics: "Vraagt om",
  topicsNone: "niets om je op te abonneren",
  submitted: "Ingevuld",
  asked: "Zei ja tegen een onderwerp",
  confirmed: "Bevestigd per e-mail",
  rate: "Bevestigd van wie ja zei",
  rateNone: "Niemand zei nog ja tegen een onderwerp.",
  single: "Een ja telt hier meteen: niemand hoeft het te bevestigen.",
  interval: (share: string, low: string, high: string) => `${share} (${low} tot ${high})`,
  last: (ago: string) => `De laatste ${ago}.`,
  never: "Niemand heeft het nog ingevuld.",
  embed: "Op een eigen pagina",
  embedHint:
    "Mensen zien dan op onze pagina wat ze hebben getypt, met wat er nog te beantwoorden is, en versturen het daar.",
  empty: "Er zijn nog geen formulieren",
  emptyHint:
    "Een formulier is een bestand van het programma. Met dit bestand is er een pagina op /forms/news, en kan de pagina van elke inhoud het hebben.",
  emptyFile: "Het bestand van een formulier",
};
