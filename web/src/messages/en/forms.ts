/** The texts about forms that visitors fill in. */

const plural = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const forms = {
  lead: "What visitors fill in on your pages, and what came of it.",
  count: (n: number, text: string) => plural(n, "1 form", `${text} forms`),
  open: "Open the form",
  file: "File",
  stands: "Stands on",
  standsNowhere: "No page has it. Write `form: NAME` into the form `page` of a content.",
  topics: "Asks for",
  topicsNone: "nothing to subscribe to",
  submitted: "Filled in",
  asked: "Said yes to a topic",
  confirmed: "Confirmed by mail",
  rate: "Confirmed of those who said yes",
  rateNone: "Nobody said yes to a topic yet.",
  single: "A yes counts at once here: nobody is asked to confirm it.",
  interval: (share: string, low: string, high: string) => `${share} (${low} to ${high})`,
  last: (ago: string) => `The last one ${ago}.`,
  never: "Nobody filled it in yet.",
  embed: "On a page of your own",
  embedHint:
    "People then see what they typed on our page, with what is still to be answered, and send it from there.",
  empty: "There are no forms yet",
  emptyHint:
    "A form is a file of the programme. With this one there is a page at /forms/news, and any content's page can have it.",
  emptyFile: "The file of a form",
};
