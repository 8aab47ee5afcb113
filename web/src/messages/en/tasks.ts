/** The texts about what journeys ask the team to do. */

const plural = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const tasks = {
  title: "Tasks",
  count: (n: number, text: string) => plural(n, "1 task", `${text} tasks`),
  filter: "Which tasks",
  open: "To do",
  done: "Done",
  whose: "Whose tasks",
  everybody: "Of everybody",
  nobody: "nobody",
  empty: "Nothing to do",
  emptyDone: "Nothing was done yet",
  emptyHint:
    "A journey makes a task with the step “Task for a colleague”, and a lead with “Tell sales”. They stand here until they are done.",
  lead: "Lead",
  for: (who: string) => `for ${who}`,
  due: (when: string) => `due ${when}`,
  late: (ago: string) => `was due ${ago}`,
  made: (ago: string) => `made ${ago}`,
  doneBy: (when: string, who: string) => `done ${when}${who && ` by ${who}`}`,
  button: "Done",
  finish: (title: string) => `Done: ${title}`,
  finished: (title: string) => `${title} is done.`,
  failed: "It could not be marked as done.",
  more: (n: string) => `The oldest ${n} are shown.`,
  all: "All tasks",
  none: "No open tasks.",
};
