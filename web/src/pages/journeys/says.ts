/** What a step does, on one line. */
import { triggerKind } from "../../lib/journey-fields";
import { type Journey, kindOf, type Step, untilsOf } from "../../lib/journeys";
import { channelName, type Spoken } from "../../messages";

type Fields = Record<string, unknown>;

/** What begins a journey, as far as its file says it. */
export function triggerWords(trigger: Journey["trigger"], { t }: Spoken): string {
  const words = t.journeys.begun;
  const kind = triggerKind(trigger);
  if (kind === null) return t.journeys.says.choose;
  const it = (typeof trigger[kind] === "object" ? trigger[kind] : {}) as Fields;
  const name = (of: unknown) => `\`${String(of ?? "") || t.journeys.says.choose}\``;
  const when = trigger.when ? words.where(`\`${String(trigger.when)}\``) : "";
  switch (kind) {
    case "event":
      return words.event(name(trigger.event)) + when;
    case "enters":
      return words.enters(name(trigger.enters));
    case "leaves":
      return words.leaves(name(trigger.leaves));
    case "date":
      return words.date(
        name(it.trait),
        it.yearly === true,
        String(it.offset ?? ""),
        String(it.at ?? ""),
      );
    case "schedule": {
      const on = Array.isArray(it.on) ? it.on : [];
      const days = on.map((each) => t.journeys.days[String(each)] ?? String(each)).join(", ");
      return words.schedule(name(it.audience), String(it.every), days, String(it.at ?? ""));
    }
    case "api":
      return words.api;
    case "conversation":
      return words.conversation(t.journeys.choices[String(it.kind ?? "any")] ?? "") + when;
  }
}

export function kindName(step: Step, { t }: Spoken): string {
  const kind = kindOf(step);
  return kind === null ? "?" : (t.journeys.kinds[kind] ?? kind);
}

export function saysStep(step: Step, { t, format }: Spoken): string {
  const { says } = t.journeys;
  const kind = kindOf(step);
  if (kind === null) return "";
  const it = (typeof step[kind] === "object" ? step[kind] : {}) as Fields;
  const text = (name: string) => String(it[name] ?? "") || says.choose;
  const list = (name: string) => ((it[name] ?? []) as unknown[]).map(String);
  switch (kind) {
    case "message":
      return `${text("content")} · ${format.oneOf(list("channels").map((each) => channelName(t, each)))}`;
    case "wait":
      return says.wait(String(step.wait));
    case "wait_until": {
      const each = untilsOf(it).map((one) => {
        if (one.enters !== undefined) return says.enters(one.enters || says.choose);
        if (one.leaves !== undefined) return says.leaves(one.leaves || says.choose);
        return says.event(one.event || says.choose);
      });
      const what = format.oneOf(each);
      return says.until(what, text("timeout"));
    }
    case "wait_for":
      return says.between(text("from"), text("to"));
    case "branch":
      return says.branch;
    case "split":
      return says.split;
    case "experiment":
      return says.experiment(text("outcome"));
    case "repeat":
      return says.repeat(text("times"));
    case "set_trait":
      return says.trait(text("name"), text("value"));
    case "tag":
      return says.tag(list("add").join(", "), list("remove").join(", "));
    case "webhook":
      return text("url");
    case "task":
      return `${text("title")} · ${text("for")}`;
    case "tell_sales":
      return text("note");
    case "end":
      return says.end;
  }
}
