/** What stands around the steps while a journey is built: places to put steps, handles, fields, and arms. */
import { GripVertical, Pencil, Plus, X } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from "react";
import type { FileProblem } from "../../api/types";
import { at, type Path, pathText, withAt } from "../../lib/conditions";
import {
  type Arm,
  armsOf,
  freshStep,
  insertStep,
  type Journey,
  type Kind,
  kindOf,
  kinds,
  moveStep,
  nudge,
  pathOfStep,
  removeStep,
  renameArm,
  type Step,
  withArm,
} from "../../lib/journeys";
import { useText } from "../../messages";
import { Text } from "../../ui/parts";
import { ConditionField } from "./condition-field";
import { StepFields } from "./fields";
import { armName, type FlowParts } from "./flow";
import { TextField } from "./inputs";
import { kindName, saysStep } from "./says";

interface Given {
  journey: Journey;
  box: RefObject<HTMLElement | null>;
  lists: Record<string, string>;
  /** By the address of the step. */
  problems: ReadonlyMap<string, FileProblem[]>;
  onChange: (journey: Journey, about?: string) => void;
}

export function useFlowEditing(given: Given): { parts: FlowParts; said: string } {
  const { journey, box, lists, problems, onChange } = given;
  const spoken = useText();
  const { t } = spoken;
  const [open, setOpen] = useState<string | null>(null);
  const [dragging, setDragging] = useState<Path | null>(null);
  const [said, setSaid] = useState("");
  const focus = useFocusAfter(box, journey);
  const setStep = (path: Path, step: Step, about?: string) =>
    onChange(withAt(journey, path, step), about && `${pathText(path)}.${about}`);
  const add = (list: Path, place: number, kind: Kind) => {
    const step = freshStep(kind);
    const path = [...list, place];
    onChange(insertStep(journey, list, place, step));
    setSaid(t.journeys.added);
    setOpen(pathText(path));
    focus(path, ".flow-fields input, .flow-fields select, .flow-tool");
  };
  const goTo = (next: Journey | null, step: Step) => {
    const path = next && pathOfStep(next, step);
    if (!next || !path) return;
    // What was open stays with its place; the step that moved takes its own along.
    setOpen(null);
    onChange(next);
    setSaid(t.journeys.moved_);
    focus(path, ".handle");
  };
  const parts: FlowParts = {
    insert: (list, place) => (
      <Insert
        onAdd={(kind) => add(list, place, kind)}
        droppable={dragging !== null}
        onDrop={() => {
          if (dragging)
            goTo(moveStep(journey, dragging, list, place), at(journey, dragging) as Step);
          setDragging(null);
        }}
      />
    ),
    handle: (step, path) => (
      <Handle
        label={t.journeys.move(kindName(step, spoken))}
        onKey={(to) => goTo(nudge(journey, path, to), step)}
        onDrag={(on) => setDragging(on ? path : null)}
      />
    ),
    tools: (step, path) => {
      const key = pathText(path);
      const what = `${kindName(step, spoken)}, ${saysStep(step, spoken)}`;
      return (
        <div className="build-tools">
          <button
            type="button"
            className="build-tool flow-tool"
            aria-expanded={open === key}
            aria-label={t.journeys.open(what)}
            title={t.builder.edit}
            onClick={() => setOpen(open === key ? null : key)}
          >
            <Pencil size={15} strokeWidth={1.75} aria-hidden="true" />
          </button>
          <button
            type="button"
            className="build-tool"
            aria-label={t.journeys.remove(what)}
            title={t.builder.remove}
            onClick={() => {
              setOpen(null);
              onChange(removeStep(journey, path));
              setSaid(t.journeys.removed);
              focus(path.slice(0, -1), ".flow-add", true);
            }}
          >
            <X size={16} strokeWidth={1.75} aria-hidden="true" />
          </button>
        </div>
      );
    },
    below: (step, path, address) => (
      <>
        {problems.get(address)?.map((it) => (
          <p key={`${it.line}:${it.message}`} className="field-error flow-wrong" role="alert">
            <Text>{[it.message, it.hint].filter(Boolean).join(": ")}</Text>
          </p>
        ))}
        {open === pathText(path) && (
          <div className="flow-open">
            <StepFields
              step={step}
              lists={lists}
              onChange={(next, about) => setStep(path, next, about)}
            />
            <MoreArms step={step} onChange={(next) => setStep(path, next)} />
          </div>
        )}
      </>
    ),
    arm: (step, path, arm, place) => (
      <ArmEdit
        step={step}
        arm={arm}
        place={place}
        onChange={(next, about) => setStep(path, next, about)}
      />
    ),
  };
  return { parts, said };
}

/** Gives the focus to a step, or to the list in which it was, as soon as it is drawn. */
function useFocusAfter(box: RefObject<HTMLElement | null>, journey: Journey) {
  const waiting = useRef<{ path: string; on: string; list: boolean } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each change of the journey
  useEffect(() => {
    const it = waiting.current;
    waiting.current = null;
    if (!it) return;
    const all = box.current?.querySelectorAll<HTMLElement>(it.list ? "[data-list]" : "[data-step]");
    const found = [...(all ?? [])].find(
      (each) => (it.list ? each.dataset.list : each.dataset.step) === it.path,
    );
    found?.querySelector<HTMLElement>(it.on)?.focus();
  }, [journey]);
  return (path: Path, on: string, list = false) => {
    waiting.current = { path: pathText(path), on, list };
  };
}

function Insert({
  onAdd,
  droppable,
  onDrop,
}: {
  onAdd: (kind: Kind) => void;
  droppable: boolean;
  onDrop: () => void;
}) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const [over, setOver] = useState(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open) menu.current?.querySelector<HTMLElement>("button")?.focus();
  }, [open]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a step is let go here, and Escape closes what stands inside
    <div
      className={over && droppable ? "flow-place is-over" : "flow-place"}
      onDragOver={(event) => {
        if (!droppable) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onDrop();
      }}
      onKeyDown={(event) => {
        if (!open || event.key !== "Escape") return;
        event.stopPropagation();
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        className="flow-add"
        aria-label={t.journeys.insert}
        title={t.journeys.insert}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <Plus size={14} strokeWidth={2} aria-hidden="true" />
      </button>
      {open && (
        <div ref={menu} id={id} className="add-menu">
          <p>{t.journeys.addTitle}</p>
          <ul>
            {kinds.map((kind) => (
              <li key={kind}>
                <button
                  type="button"
                  onClick={() => {
                    setOpen(false);
                    onAdd(kind);
                  }}
                >
                  {t.journeys.kinds[kind]}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function Handle({
  label,
  onKey,
  onDrag,
}: {
  label: string;
  onKey: (to: "up" | "down" | "out" | "in") => void;
  onDrag: (on: boolean) => void;
}) {
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" } as const;
    const way = to[event.key as keyof typeof to];
    if (!way) return;
    event.preventDefault();
    onKey(way);
  };
  return (
    <button
      type="button"
      className="handle"
      draggable
      aria-label={label}
      title={label}
      onKeyDown={onKeyDown}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", label);
        const card = event.currentTarget.closest<HTMLElement>(".flow-card");
        if (card) event.dataTransfer.setDragImage(card, 12, 12);
        setTimeout(() => onDrag(true), 0);
      }}
      onDragEnd={() => onDrag(false)}
    >
      <GripVertical size={16} strokeWidth={1.75} aria-hidden="true" />
    </button>
  );
}

/** One more arm of a step that has several. */
function MoreArms({ step, onChange }: { step: Step; onChange: (step: Step) => void }) {
  const { t } = useText();
  const kind = kindOf(step);
  if (kind === "split" || kind === "experiment") {
    const names = armsOf(step).map((it) => it.key);
    const free = [..."abcdefghijklmnopqrstuvwxyz"].find((it) => !names.includes(it)) ?? "arm";
    return (
      <button
        type="button"
        className="build-link"
        onClick={() => onChange(withArm(step, kind, free, true))}
      >
        <Plus size={14} strokeWidth={2} aria-hidden="true" /> {t.journeys.addArm}
      </button>
    );
  }
  if (kind !== "branch") return null;
  const arms = step.branch as Record<string, unknown>[];
  const last = arms.findIndex((it) => "otherwise" in it);
  const end = last < 0 ? arms.length : last;
  return (
    <>
      <button
        type="button"
        className="build-link"
        onClick={() =>
          onChange({ ...step, branch: arms.toSpliced(end, 0, { when: "", steps: [] }) })
        }
      >
        <Plus size={14} strokeWidth={2} aria-hidden="true" /> {t.journeys.addWhen}
      </button>
      {last < 0 && (
        <button
          type="button"
          className="build-link"
          onClick={() => onChange({ ...step, branch: [...arms, { otherwise: [] }] })}
        >
          <Plus size={14} strokeWidth={2} aria-hidden="true" /> {t.journeys.addOtherwise}
        </button>
      )}
    </>
  );
}

function ArmEdit({
  step,
  arm,
  place,
  onChange,
}: {
  step: Step;
  arm: Arm;
  place: number;
  onChange: (step: Step, about?: string) => void;
}) {
  const { t } = useText();
  const { fields } = t.journeys;
  const kind = kindOf(step);
  const name = armName(arm, kind, t, place);
  const takeOut = () => {
    if (kind === "split" || kind === "experiment") onChange(withArm(step, kind, arm.key, false));
    else if (kind === "branch") {
      onChange({ ...step, branch: (step.branch as unknown[]).toSpliced(place, 1) });
    }
  };
  const many = 1 < armsOf(step).length;
  return (
    <>
      {arm.weight !== undefined && (kind === "split" || kind === "experiment") ? (
        <div className="build-fields">
          <TextField
            label={fields.arm ?? ""}
            value={arm.key}
            size="short"
            onChange={(it) => onChange(renameArm(step, kind, arm.key, it.trim()))}
          />
          <TextField
            label={fields.weight ?? ""}
            value={String(arm.weight)}
            size="short"
            wrong={!(0 < arm.weight)}
            onChange={(it) => {
              const weight = Number(it);
              if (it.trim() === "" || !Number.isFinite(weight)) return;
              onChange(withAt(step, [kind, "arms", arm.key], weight), `weight.${arm.key}`);
            }}
          />
        </div>
      ) : typeof arm.when === "string" ? (
        <ConditionField
          label={fields.when ?? ""}
          value={arm.when}
          onChange={(it) => onChange(withAt(step, ["branch", place, "when"], it), `when.${place}`)}
        />
      ) : (
        <p>
          <strong>{name}</strong>
        </p>
      )}
      {many && (kind === "branch" || arm.weight !== undefined) && (
        <button
          type="button"
          className="build-tool"
          aria-label={t.journeys.removeArm(name)}
          title={t.journeys.removeArm(name)}
          onClick={takeOut}
        >
          <X size={16} strokeWidth={1.75} aria-hidden="true" />
        </button>
      )}
    </>
  );
}
