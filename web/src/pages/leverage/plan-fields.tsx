/** What is known of the shop, and what is asked of the panel. */
import { useId } from "react";
import { type Mark, numberTyped, typed } from "../../lib/numbers";
import {
  type Design,
  designs,
  ends,
  type Fault,
  type NumberField,
  type Plan,
  perHundred,
  withOutcome,
} from "../../lib/planner";
import { useText } from "../../messages";
import { Choice } from "../../ui/parts";

/** Where a slider helps: it goes over what is usual, and the number beside it takes the rest. */
const sliders: Partial<Record<NumberField, { min: number; max: number; step: number }>> = {
  channels: { min: 2, max: 8, step: 1 },
  panel: { min: 1, max: 100, step: 1 },
  weeks: { min: 1, max: 52, step: 1 },
};

interface Given {
  plan: Plan;
  faults: Partial<Record<NumberField, Fault>>;
  mark: Mark;
  onChange: (part: Partial<Plan>) => void;
}

export function PlanFields(given: Given) {
  const { t } = useText();
  const { planner } = t.leverage;
  const { plan, onChange } = given;
  const options = <T extends string>(names: Record<T, string>) =>
    Object.entries(names).map(([value, label]) => ({ value: value as T, label: String(label) }));
  return (
    <form className="plan-fields" onSubmit={(event) => event.preventDefault()}>
      <div className="plan-choice">
        <p aria-hidden="true">{planner.outcome}</p>
        <Choice
          label={planner.outcome}
          value={plan.outcome}
          onChange={(outcome) => onChange(withOutcome(plan, outcome, given.mark))}
          options={options(planner.outcomes)}
        />
      </div>
      {plan.outcome === "rate" ? (
        <NumberInput field="rate" {...given} />
      ) : (
        <div className="plan-pair">
          <NumberInput field="mean" {...given} />
          <NumberInput field="sd" {...given} />
        </div>
      )}
      <NumberInput field="people" {...given} />
      <NumberInput field="channels" {...given} />
      <DesignField plan={plan} onChange={onChange} />
      <NumberInput field="panel" {...given} />
      <div className="plan-choice">
        <p aria-hidden="true">{planner.horizon}</p>
        <Choice
          label={planner.horizon}
          value={plan.horizon}
          onChange={(horizon) => onChange({ horizon })}
          options={options(planner.horizons)}
        />
      </div>
      <NumberInput key={plan.horizon} field={plan.horizon} {...given} />
      <NumberInput field="together" {...given} />
      <details className="plan-more">
        <summary>{planner.more}</summary>
        <div className="plan-pair">
          <NumberInput field="power" {...given} />
          <NumberInput field="alpha" {...given} />
        </div>
      </details>
    </form>
  );
}

function DesignField({ plan, onChange }: Pick<Given, "plan" | "onChange">) {
  const { t } = useText();
  const { planner } = t.leverage;
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{planner.design}</label>
      <select
        id={id}
        value={plan.design}
        onChange={(event) => onChange({ design: event.target.value as Design })}
      >
        {designs.map((it) => (
          <option key={it} value={it}>
            {planner.designs[it]}
          </option>
        ))}
      </select>
    </div>
  );
}

function NumberInput({ field, plan, faults, mark, onChange }: Given & { field: NumberField }) {
  const { t, format } = useText();
  const { planner } = t.leverage;
  const id = useId();
  const fault = faults[field];
  const hint = planner.hints[field];
  const slider = sliders[field];
  const unit = useUnit(field, plan);
  const told = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  const words = (it: Fault) => {
    const { low, high } = ends(field);
    if (it !== "range") return planner.faults[it];
    if (field === "leverage") return planner.faults.zero;
    const most = 1_000_000 < high;
    const ends_ = [format.count(low), format.count(high)] as const;
    return most ? planner.faults.above(ends_[0]) : planner.faults.range(...ends_);
  };
  return (
    <div className="field plan-field">
      <label htmlFor={id}>
        {planner.fields[field]}
        {field === "together" && <span className="faint"> ({planner.optional})</span>}
      </label>
      <div className="plan-inputs">
        <span className="plan-number">
          <input
            id={id}
            type="text"
            inputMode="decimal"
            autoComplete="off"
            value={plan[field]}
            aria-invalid={fault !== undefined}
            aria-describedby={told || undefined}
            onChange={(event) => onChange({ [field]: event.target.value })}
          />
          {unit && <span className="plan-unit">{unit}</span>}
        </span>
        {slider && (
          <input
            type="range"
            {...slider}
            aria-label={planner.slider(planner.fields[field])}
            value={numberTyped(plan[field], mark) ?? slider.min}
            onChange={(event) => onChange({ [field]: typed(Number(event.target.value), mark) })}
          />
        )}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
      {fault && (
        <p id={`${id}-fault`} className="field-error">
          {words(fault)}
        </p>
      )}
    </div>
  );
}

function useUnit(field: NumberField, plan: Plan): string | null {
  const { t } = useText();
  const { units } = t.leverage.planner;
  if (["rate", "panel", "alpha", "power"].includes(field)) return units.share;
  if (perHundred(plan, field)) return units.hundred;
  return ["leverage", "together"].includes(field) ? units.person : null;
}
