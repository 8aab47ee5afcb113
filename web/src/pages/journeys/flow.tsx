/** The steps of a journey from top to bottom, branches side by side, with the people at each or with what changes it. */
import {
  Clock,
  Flag,
  FlaskConical,
  GitBranch,
  Handshake,
  Hourglass,
  ListTodo,
  type LucideIcon,
  Mail,
  PencilLine,
  Repeat,
  Shuffle,
  Sunrise,
  Tag,
  Webhook,
} from "lucide-react";
import { createContext, Fragment, type ReactNode, useContext } from "react";
import type { StepCount } from "../../api/journeys";
import { type Path, pathText } from "../../lib/conditions";
import { type Arm, addressOf, armsOf, type Kind, kindOf, type Step } from "../../lib/journeys";
import { useText } from "../../messages";
import { Text } from "../../ui/parts";
import { kindName, saysStep } from "./says";

const icons: Record<Kind, LucideIcon> = {
  message: Mail,
  wait: Clock,
  wait_until: Hourglass,
  wait_for: Sunrise,
  branch: GitBranch,
  split: Shuffle,
  experiment: FlaskConical,
  repeat: Repeat,
  set_trait: PencilLine,
  tag: Tag,
  webhook: Webhook,
  task: ListTodo,
  tell_sales: Handshake,
  end: Flag,
};

/** What stands around the steps: nothing more where they are only looked at. */
export interface FlowParts {
  counts?: ReadonlyMap<string, StepCount>;
  insert?: (list: Path, place: number) => ReactNode;
  handle?: (step: Step, path: Path) => ReactNode;
  tools?: (step: Step, path: Path) => ReactNode;
  below?: (step: Step, path: Path, address: string) => ReactNode;
  arm?: (step: Step, path: Path, arm: Arm, place: number) => ReactNode;
}

const Parts = createContext<FlowParts>({});

export function Flow({
  steps,
  begins,
  parts,
}: {
  steps: Step[];
  /** What begins it, in words. */
  begins: string;
  parts: FlowParts;
}) {
  const { t } = useText();
  return (
    <Parts.Provider value={parts}>
      <div className="flow">
        <p className="flow-end">
          <strong>{t.journeys.start}</strong> <Text>{begins}</Text>
        </p>
        <Steps steps={steps} list={["steps"]} prefix="" />
        <p className="flow-end flow-finish">{t.journeys.finish}</p>
      </div>
    </Parts.Provider>
  );
}

function Steps({ steps, list, prefix }: { steps: Step[]; list: Path; prefix: string }) {
  const { insert } = useContext(Parts);
  const { t } = useText();
  return (
    <ol className="flow-steps" data-list={pathText(list)}>
      {steps.map((step, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is known by its place
        <Fragment key={n}>
          {insert && <li className="flow-insert">{insert(list, n)}</li>}
          <li>
            <StepView step={step} path={[...list, n]} address={addressOf(step, prefix, n)} />
          </li>
        </Fragment>
      ))}
      {insert && <li className="flow-insert">{insert(list, steps.length)}</li>}
      {!insert && steps.length === 0 && <li className="flow-none faint">{t.journeys.armEmpty}</li>}
    </ol>
  );
}

function StepView({ step, path, address }: { step: Step; path: Path; address: string }) {
  const spoken = useText();
  const { t, format } = spoken;
  const { counts, handle, tools, below, arm: editArm } = useContext(Parts);
  const kind = kindOf(step);
  const Icon = kind === null ? Flag : icons[kind];
  const count = counts?.get(address);
  const arms = armsOf(step);
  return (
    <div className="flow-step" data-step={pathText(path)}>
      <div className={count && 0 < count.waiting ? "flow-card is-here" : "flow-card"}>
        <div className="flow-head">
          {handle?.(step, path)}
          <Icon size={16} strokeWidth={1.75} aria-hidden="true" />
          <p className="flow-what">
            <span className="flow-kind">{kindName(step, spoken)}</span>
            <span className="flow-says">{saysStep(step, spoken)}</span>
          </p>
          {step.id && <code className="flow-id">{step.id}</code>}
          {tools?.(step, path)}
        </div>
        {count && (
          <p className="flow-counts">
            {0 < count.waiting && (
              <strong>{t.journeys.here(count.waiting, format.count(count.waiting))}</strong>
            )}
            <span className="faint">{t.journeys.passed(format.count(count.entered))}</span>
            {count.failed.map((it) => (
              <span key={it.code} className="is-warn">
                {t.journeys.failedTimes(
                  format.count(it.count),
                  t.journeys.ends[it.code] ?? it.code.replaceAll("_", " "),
                )}
              </span>
            ))}
          </p>
        )}
        {below?.(step, path, address)}
      </div>
      {0 < arms.length && (
        <div className={arms.length === 1 ? "flow-arms is-one" : "flow-arms"}>
          {arms.map((arm, n) => (
            <section key={arm.key} className="flow-arm" aria-label={armName(arm, kind, t, n)}>
              <div className="flow-arm-head">
                {editArm ? (
                  editArm(step, path, arm, n)
                ) : (
                  <ArmHead arm={arm} kind={kind} count={count} place={n} />
                )}
              </div>
              <Steps
                steps={arm.steps}
                list={[...path, ...arm.path]}
                prefix={`${address}.${arm.key}.`}
              />
            </section>
          ))}
        </div>
      )}
    </div>
  );
}

export function armName(
  arm: Arm,
  kind: Kind | null,
  t: ReturnType<typeof useText>["t"],
  place: number,
): string {
  if (kind === "message") return t.journeys.notSent;
  if (kind === "repeat") return t.journeys.round;
  if (arm.weight !== undefined) return arm.key;
  if (arm.when === null) return t.journeys.otherwise;
  return t.journeys.arm(String(place + 1));
}

function ArmHead({
  arm,
  kind,
  count,
  place,
}: {
  arm: Arm;
  kind: Kind | null;
  count: StepCount | undefined;
  place: number;
}) {
  const { t, format } = useText();
  const taken = count?.arms.find((it) => it.code === arm.key)?.count;
  return (
    <p>
      {arm.when ? <code>{arm.when}</code> : <strong>{armName(arm, kind, t, place)}</strong>}
      {arm.weight !== undefined && (
        <span className="faint"> {t.journeys.weight(format.amount(arm.weight, 0))}</span>
      )}
      {taken !== undefined && (
        <span className="flow-taken"> {t.journeys.taken(format.count(taken))}</span>
      )}
    </p>
  );
}
