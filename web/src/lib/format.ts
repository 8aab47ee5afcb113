/** Numbers and times as a reader of one language expects them. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A real minus, joined to what follows so that no line ends with it. */
const MINUS = "\u2212\u2060";
const PLUS = "+\u2060";

export class Formats {
  private readonly whole: Intl.NumberFormat;
  private readonly dateTimes: Intl.DateTimeFormat;
  private readonly wallClocks: Intl.DateTimeFormat;
  private readonly dates: Intl.DateTimeFormat;
  private readonly dayMonths: Intl.DateTimeFormat;
  private readonly times: Intl.DateTimeFormat;
  private readonly weekdays: Intl.DateTimeFormat;
  private readonly utcDates: Intl.DateTimeFormat;
  private readonly wallDates: Intl.DateTimeFormat;
  private readonly months: Intl.DateTimeFormat;
  private readonly weekdayNames: Intl.DateTimeFormat;
  private readonly wallTimes: Intl.DateTimeFormat;
  private readonly relatives: Intl.RelativeTimeFormat;

  constructor(private readonly locale: string) {
    this.whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
    this.dateTimes = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
    this.wallClocks = new Intl.DateTimeFormat(locale, {
      dateStyle: "medium",
      timeStyle: "short",
      timeZone: "UTC",
    });
    this.dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
    this.dayMonths = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
    this.times = new Intl.DateTimeFormat(locale, {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    this.weekdays = new Intl.DateTimeFormat(locale, {
      weekday: "short",
      day: "numeric",
      month: "short",
      timeZone: "UTC",
    });
    this.utcDates = new Intl.DateTimeFormat(locale, {
      day: "numeric",
      month: "short",
      timeZone: "UTC",
    });
    this.wallDates = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
    this.months = new Intl.DateTimeFormat(locale, {
      month: "long",
      year: "numeric",
      timeZone: "UTC",
    });
    this.weekdayNames = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
    this.wallTimes = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: "UTC" });
    this.relatives = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  }

  count(n: number): string {
    return this.whole.format(n);
  }

  /** +12 or −12; nothing is 0 without a sign. */
  change(n: number): string {
    return this.amount(n, 0, undefined, true);
  }

  /** 12.3 %, and "<0.1 %" for what would round to nothing. */
  share(part: number, whole: number): string {
    const format = new Intl.NumberFormat(this.locale, {
      style: "percent",
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    });
    if (whole <= 0) return format.format(0);
    const share = part / whole;
    return 0 < share && share < 0.0005 ? `<${format.format(0.001)}` : format.format(share);
  }

  /** 62%, and never 100% before the end. */
  progress(part: number, whole: number): string {
    const percent = whole <= 0 ? 0 : Math.floor((part / whole) * 100);
    return new Intl.NumberFormat(this.locale, { style: "percent" }).format(percent / 100);
  }

  level(confidence: number): string {
    return new Intl.NumberFormat(this.locale, {
      style: "percent",
      maximumFractionDigits: 1,
    }).format(confidence);
  }

  /** A measured amount with a fixed number of decimals; money when `unit` is a currency code. */
  amount(value: number, decimals: number, unit?: string, signed = false): string {
    const money = unit !== undefined && /^[A-Z]{3}$/.test(unit);
    return new Intl.NumberFormat(this.locale, {
      ...(money && { style: "currency", currency: unit, currencyDisplay: "narrowSymbol" }),
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      signDisplay: signed ? "exceptZero" : "negative",
    })
      .format(value)
      .replace("-", MINUS)
      .replace("+", PLUS);
  }

  pValue(p: number): string {
    return p < 0.001 ? `<${this.amount(0.001, 3)}` : this.amount(p, 3);
  }

  dateTime(time: string): string {
    return this.dateTimes.format(new Date(time));
  }

  /** `2026-11-27T09:00:00` without a zone: the same wherever it is read. */
  wallClock(time: string): string {
    return this.wallClocks.format(new Date(`${time}Z`));
  }

  /** A sentence of the server, with its moments as a reader writes them. */
  withTimes(text: string): string {
    return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (it) => this.dateTime(it));
  }

  date(time: string): string {
    return this.dates.format(new Date(time));
  }

  /** 21 Nov */
  dayMonth(time: string): string {
    return this.dayMonths.format(new Date(time));
  }

  time(time: string): string {
    return this.times.format(new Date(time));
  }

  /** A day of the ledger, which counts in UTC. */
  day(day: string): string {
    return this.weekdays.format(new Date(`${day}T00:00:00Z`));
  }

  /** November 2026 */
  month(day: string): string {
    return this.months.format(new Date(`${day}T00:00:00Z`));
  }

  /** Mon */
  weekday(day: string): string {
    return this.weekdayNames.format(new Date(`${day}T00:00:00Z`));
  }

  /** 09:00 of a wall time. */
  clock(wall: string): string {
    return this.wallTimes.format(new Date(`${wall}Z`));
  }

  /** 23–29 Nov 2026 */
  days(first: string, last: string): string {
    const [from, to] = [new Date(`${first}T00:00:00Z`), new Date(`${last}T00:00:00Z`)];
    return this.wallDates.formatRange(from, to);
  }

  shortDay(day: string): string {
    return this.utcDates.format(new Date(`${day}T00:00:00Z`));
  }

  /** "3 minutes ago"; a date once that says more. */
  ago(time: string, now: number): string {
    const past = now - new Date(time).getTime();
    const size = Math.abs(past);
    if (size < 45_000) return this.relatives.format(0, "second");
    if (size < HOUR_MS) return this.relatives.format(-Math.round(past / MINUTE_MS), "minute");
    if (size < DAY_MS) return this.relatives.format(-Math.round(past / HOUR_MS), "hour");
    if (size < 14 * DAY_MS) return this.relatives.format(-Math.round(past / DAY_MS), "day");
    return this.date(time);
  }

  /** "Bluesky, Mastodon and X" */
  allOf(names: readonly string[]): string {
    return new Intl.ListFormat(this.locale, { type: "conjunction" }).format(names);
  }

  /** "E-mail, Push or Social" */
  oneOf(names: readonly string[]): string {
    return new Intl.ListFormat(this.locale, { type: "disjunction" }).format(names);
  }

  /** 12 ms, 1.4 s, 3 min: how far behind the engine is. */
  duration(ms: number): string {
    const unit = (value: number, name: string, decimals: number) =>
      new Intl.NumberFormat(this.locale, {
        style: "unit",
        unit: name,
        unitDisplay: "short",
        maximumFractionDigits: decimals,
      }).format(value);
    if (ms < 1_000) return unit(ms, "millisecond", 0);
    if (ms < MINUTE_MS) return unit(ms / 1_000, "second", 1);
    if (ms < HOUR_MS) return unit(ms / MINUTE_MS, "minute", 0);
    return unit(ms / HOUR_MS, "hour", 1);
  }
}

/** How many decimals an estimate deserves: two digits of its standard error, no more. */
export function decimalsFor(se: number | null | undefined): number {
  if (!se || !Number.isFinite(se)) return 2;
  return Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(Math.abs(se)))));
}
