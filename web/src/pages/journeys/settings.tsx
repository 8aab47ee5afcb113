/** What a journey is besides its steps: its name, what begins it, how often, what it is for, and what ends it. */

import type { FileProblem } from "../../api/types";
import { type Path, withAt } from "../../lib/conditions";
import {
  entryFields,
  exitFields,
  freshTrigger,
  goalFields,
  ownerFields,
  type TriggerKind,
  triggerFields,
  triggerKind,
  triggers,
} from "../../lib/journey-fields";
import type { Journey } from "../../lib/journeys";
import { useText } from "../../messages";
import { Text } from "../../ui/parts";
import { FieldsOf, type Lists } from "./fields";
import { ChoiceField, TextField } from "./inputs";

export function JourneySettings({
  journey,
  isNew,
  nameWrong,
  lists,
  problems,
  onChange,
}: {
  journey: Journey;
  isNew: boolean;
  nameWrong: string | undefined;
  lists: Lists;
  /** By the name of the field. */
  problems: ReadonlyMap<string, FileProblem[]>;
  onChange: (journey: Journey, about: string) => void;
}) {
  const { t } = useText();
  const words = t.journeys;
  const set = (path: Path, value: unknown) => {
    const [group] = path;
    const next = withAt(journey, path, value);
    const inner = group === "goal" || group === "entries" ? next[group] : null;
    const isEmpty = inner && Object.keys(inner).length === 0;
    onChange(isEmpty ? withAt(next, [String(group)], undefined) : next, path.join("."));
  };
  const kind = triggerKind(journey.trigger);
  return (
    <div className="flow-settings">
      <section>
        <div className="build-fields">
          {isNew && (
            <TextField
              label={nameWrong ? `${words.newName}: ${nameWrong}` : words.newName}
              value={journey.journey}
              wrong={nameWrong !== undefined}
              onChange={(it) => onChange({ ...journey, journey: it }, "name")}
            />
          )}
          <FieldsOf of={journey} fields={ownerFields} lists={lists} set={set} />
        </div>
        <Wrong of={["journey", "owner"]} problems={problems} />
      </section>
      <section>
        <h3>{words.start}</h3>
        <div className="build-fields">
          <ChoiceField
            label={words.trigger}
            value={kind ?? ""}
            options={kind === null ? ["", ...triggers] : triggers}
            names={words.triggers}
            onChange={(it) =>
              it && onChange({ ...journey, trigger: freshTrigger(it as TriggerKind) }, "trigger")
            }
          />
          {kind !== null && (
            <FieldsOf
              key={kind}
              of={journey.trigger}
              fields={triggerFields[kind]}
              lists={lists}
              set={(path, value) =>
                onChange(
                  { ...journey, trigger: withAt(journey.trigger, path, value) },
                  `trigger.${path.join(".")}`,
                )
              }
            />
          )}
        </div>
        <Wrong of={["trigger"]} problems={problems} />
      </section>
      <section>
        <h3>{words.howOften}</h3>
        <div className="build-fields">
          <FieldsOf of={journey} fields={entryFields} lists={lists} set={set} />
        </div>
        <Wrong of={["key", "reentry", "entries", "late"]} problems={problems} />
      </section>
      <section>
        <h3>{words.goal}</h3>
        <div className="build-fields">
          <FieldsOf
            of={journey}
            fields={journey.goal ? goalFields : goalFields.slice(0, 1)}
            lists={lists}
            set={set}
          />
        </div>
        <Wrong of={["goal"]} problems={problems} />
      </section>
      <section>
        <h3>{words.exit}</h3>
        <FieldsOf of={journey} fields={exitFields} lists={lists} set={set} />
        <Wrong of={["exit"]} problems={problems} />
      </section>
    </div>
  );
}

function Wrong({
  of,
  problems,
}: {
  of: readonly string[];
  problems: ReadonlyMap<string, FileProblem[]>;
}) {
  return of
    .flatMap((it) => problems.get(it) ?? [])
    .map((it) => (
      <p key={`${it.line}:${it.message}`} className="field-error flow-wrong" role="alert">
        <Text>{[it.message, it.hint].filter(Boolean).join(": ")}</Text>
      </p>
    ));
}
