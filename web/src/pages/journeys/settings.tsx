/** What a journey is besides its steps: its name, what begins it, how often, and what it is for. */
import { at, type Path, withAt } from "../../lib/conditions";
import type { Journey } from "../../lib/journeys";
import { useText } from "../../messages";
import type { Messages } from "../../messages/en";
import { Card } from "../../ui/parts";
import { AreaField, ChoiceField, TextField } from "./fields";

const TRIGGERS = ["event", "enters", "leaves", "api"] as const;

type TriggerKind = (typeof TRIGGERS)[number] | "other";

function triggerKind(trigger: Journey["trigger"]): TriggerKind {
  return TRIGGERS.find((it) => it in trigger) ?? "other";
}

export function triggerWords(trigger: Journey["trigger"], t: Messages): string {
  const kind = triggerKind(trigger);
  const name = t.journeys.triggers[kind] ?? kind;
  return kind === "api" || kind === "other" ? name : `${name}: ${String(trigger[kind] ?? "")}`;
}

export function JourneySettings({
  journey,
  isNew,
  nameWrong,
  lists,
  onChange,
}: {
  journey: Journey;
  isNew: boolean;
  nameWrong: string | undefined;
  lists: Record<string, string>;
  onChange: (journey: Journey, about: string) => void;
}) {
  const { t } = useText();
  const words = t.journeys;
  const { fields } = words;
  const set = (path: Path, value: unknown) =>
    onChange(withAt(journey, path, value === "" ? undefined : value), path.join("."));
  const kind = triggerKind(journey.trigger);
  const text = (path: Path) => String(at(journey, path) ?? "");
  const reentry = text(["reentry"]);
  const again =
    reentry === "" || reentry === "never" ? "never" : reentry === "always" ? "always" : "after";
  const exits = (journey.exit ?? []) as { when: string }[];
  const goal = (name: string, value: string) => {
    const next = {
      ...(journey.goal as object | undefined),
      [name]: value === "" ? undefined : value,
    };
    const isSet = Object.values(next).some((it) => it !== undefined);
    onChange(withAt(journey, ["goal"], isSet ? next : undefined), `goal.${name}`);
  };
  return (
    <Card title={words.settings} className="flow-settings">
      <div className="build-fields">
        {isNew && (
          <TextField
            label={nameWrong ? `${words.newName}: ${nameWrong}` : words.newName}
            value={journey.journey}
            wrong={nameWrong !== undefined}
            onChange={(it) => onChange({ ...journey, journey: it }, "name")}
          />
        )}
        <TextField
          label={words.owner}
          value={journey.owner ?? ""}
          onChange={(it) => set(["owner"], it)}
        />
        <ChoiceField
          label={words.trigger}
          value={kind}
          options={kind === "other" ? [...TRIGGERS, "other"] : TRIGGERS}
          names={words.triggers}
          onChange={(it) =>
            it !== "other" &&
            onChange({ ...journey, trigger: { [it]: it === "api" ? true : "" } }, "trigger")
          }
        />
        {(kind === "event" || kind === "enters" || kind === "leaves") && (
          <TextField
            label={fields[kind] ?? kind}
            value={text(["trigger", kind])}
            list={lists[kind === "event" ? "event" : "audience"]}
            onChange={(it) => onChange(withAt(journey, ["trigger", kind], it), `trigger.${kind}`)}
          />
        )}
        {kind === "event" && (
          <AreaField
            label={fields.when ?? ""}
            value={text(["trigger", "when"])}
            onChange={(it) => set(["trigger", "when"], it)}
          />
        )}
        <ChoiceField
          label={words.reentry}
          value={again}
          options={["never", "always", "after"]}
          names={words.reentries}
          onChange={(it) => set(["reentry"], it === "never" ? "" : it === "after" ? "30d" : it)}
        />
        {again === "after" && (
          <TextField
            label={fields.wait ?? ""}
            value={reentry}
            size="short"
            onChange={(it) => set(["reentry"], it)}
          />
        )}
        <TextField
          label={fields.key ?? ""}
          value={text(["key"])}
          onChange={(it) => set(["key"], it)}
        />
        <AreaField
          label={fields.exit ?? ""}
          value={exits.map((it) => it.when).join("\n")}
          onChange={(it) => {
            const lines = it.split("\n").filter((each) => each.trim() !== "");
            const exit = lines.map((when) => ({ when }));
            onChange(withAt(journey, ["exit"], exit.length === 0 ? undefined : exit), "exit");
          }}
        />
        <TextField
          label={words.goal}
          value={text(["goal", "event"])}
          list={lists.event}
          onChange={(it) => goal("event", it)}
        />
        <TextField
          label={fields.window ?? ""}
          value={text(["goal", "within"])}
          size="short"
          onChange={(it) => goal("within", it)}
        />
      </div>
    </Card>
  );
}
