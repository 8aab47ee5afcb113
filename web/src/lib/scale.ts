/** Where values lie on a drawn axis. Positions are percentages, so that drawings stretch by themselves. */

export interface Scale {
  low: number;
  high: number;
  ticks: number[];
  /** From 0 to 100; values outside the axis lie on its end. */
  at: (value: number) => number;
}

/** An axis that holds all `values` and, as a rule, zero, with round ticks, about `wanted` of them. */
export function scaleAround(
  values: readonly (number | null | undefined)[],
  wanted = 5,
  withZero = true,
): Scale {
  const known = values.filter((it): it is number => Number.isFinite(it));
  const held = withZero || known.length === 0 ? [0, ...known] : known;
  let low = Math.min(...held);
  let high = Math.max(...held);
  if (low === high) high = low + 1;
  const margin = (high - low) * 0.04;
  if (low !== 0) low -= margin;
  if (high !== 0) high += margin;
  const step = niceStep((high - low) / wanted);
  const ticks: number[] = [];
  for (let n = Math.ceil(low / step); n * step <= high; n++) ticks.push(round(n * step, step));
  const at = (value: number) => ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * 100;
  return { low, high, ticks, at };
}

/** An axis for counts, from zero to a round number. */
export function scaleCounts(most: number, wanted = 4): Scale {
  const step = Math.max(1, niceStep(Math.max(1, most) / wanted));
  const high = Math.max(step, Math.ceil(most / step) * step);
  const ticks: number[] = [];
  for (let n = 0; n * step <= high; n++) ticks.push(n * step);
  return { low: 0, high, ticks, at: (value) => (Math.min(high, Math.max(0, value)) / high) * 100 };
}

/** How many decimals the ticks of an axis need. */
export function tickDecimals(scale: Scale): number {
  const [first = 0, second = 1] = scale.ticks;
  const step = Math.abs(second - first) || 1;
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = rough / power;
  return (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10) * power;
}

function round(value: number, step: number): number {
  return Number(value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(step)))));
}
