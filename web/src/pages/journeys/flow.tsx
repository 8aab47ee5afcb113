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
import { createContext, Fragment, type ReactNode, useContext, useEffect, useRef } from "react";
import type { Count } from "../../api/types";
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

/** People at a step: those who run, or those of a replay. */
export interface At {
  entered: number;
  /** Who is there: now, or at the end of a replay. */
  waiting: number;
  arms: Count[];
  failed: Count[];
}

/** From this width on, what follows somebody stands beside the steps. */
const SIDE_BY_SIDE = "(min-width: 72rem)";

const NOBODY: At = { entered: 0, waiting: 0, arms: [], failed: [] };

/** What stands around the steps: nothing more where they are only looked at. */
export interface FlowParts {
  counts?: ReadonlyMap<string, At>;
  /** What the programme that runs did in the same time, beside a replay. */
  against?: ReadonlyMap<string, At>;
  replayed?: boolean;
  /** The step at which somebody stands who is followed, and those where they were. */
  current?: string | null;
  visited?: ReadonlySet<string>;
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
  const { t } = spoken;
  const card = useRef<HTMLDivElement>(null);
  const parts = useContext(Parts);
  const { counts, against, current, visited, handle, tools, below, arm: editArm } = parts;
  const kind = kindOf(step);
  const Icon = kind === null ? Flag : icons[kind];
  // A replay knows of every step: at one that it does not name nobody came by.
  const count = counts?.get(address) ?? (counts && parts.replayed ? NOBODY : undefined);
  const arms = armsOf(step);
  const isCurrent = current === address;
  useEffect(() => {
    // On a narrow page the way stands below the steps, and would be scrolled out of sight.
    if (isCurrent && matchMedia(SIDE_BY_SIDE).matches) {
      card.current?.scrollIntoView({ block: "nearest" });
    }
  }, [isCurrent]);
  const state = isCurrent
    ? " is-current"
    : visited?.has(address)
      ? " is-visited"
      : count && 0 < count.waiting
        ? " is-here"
        : "";
  return (
    <div className="flow-step" data-step={pathText(path)}>
      <div
        ref={card}
        className={`flow-card${state}`}
        aria-current={isCurrent ? "step" : undefined}
        data-address={address}
      >
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
        {count && <Counts it={count} before={against?.get(address)} isReplay={parts.replayed} />}
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

function Counts({
  it,
  before,
  isReplay = false,
}: {
  it: At;
  before: At | undefined;
  isReplay?: boolean;
}) {
  const { t, format } = useText();
  const words = isReplay ? t.replay : t.journeys;
  return (
    <p className="flow-counts">
      {0 < it.waiting && <strong>{words.here(it.waiting, format.count(it.waiting))}</strong>}
      <span className={isReplay ? undefined : "faint"}>
        {words.passed(format.count(it.entered))}
      </span>
      {before && before.entered !== it.entered && (
        <span className="faint">
          {t.replay.before(
            format.count(before.entered),
            format.change(it.entered - before.entered),
          )}
        </span>
      )}
      {it.failed.map((each) => (
        <span key={each.code} className="is-warn">
          {t.journeys.failedTimes(
            format.count(each.count),
            t.journeys.ends[each.code] ?? each.code.replaceAll("_", " "),
          )}
        </span>
      ))}
    </p>
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
  count: At | undefined;
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
        <span className="flow-taken"> {t.journeys.taken(taken, format.count(taken))}</span>
      )}
    </p>
  );
}
