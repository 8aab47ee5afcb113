//! Where numbers stand on an axis, and which of them are marked.

/// Numbers beyond this are drawn as if they were this: differences of two of them are still finite.
const LARGEST: f64 = 1e290;
/// Less than this between the ends of an axis is nothing.
const SMALLEST_SPAN: f64 = 1e-290;

/// A number that can be drawn.
pub(crate) fn drawable(x: f64) -> Option<f64> {
    x.is_finite().then(|| x.clamp(-LARGEST, LARGEST))
}

/// The smallest and largest of `numbers`, a little apart even if they are the same; 0 to 1 where
/// there are none.
pub(crate) fn span(numbers: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let mut ends: Option<(f64, f64)> = None;
    for x in numbers.into_iter().filter_map(drawable) {
        let (low, high) = ends.unwrap_or((x, x));
        ends = Some((low.min(x), high.max(x)));
    }
    let (low, high) = ends.unwrap_or((0.0, 1.0));
    // Closer than this to each other, numbers of this size can hardly be told apart.
    let least = (low.abs().max(high.abs()) * 1e-9).max(SMALLEST_SPAN);
    match high - low < least {
        true if low == 0.0 && high == 0.0 => (0.0, 1.0),
        true => (low - 0.05 * low.abs().max(least), high + 0.05 * high.abs().max(least)),
        false => (low, high),
    }
}

/// The span with a share of itself added at both ends, but not beyond zero.
pub(crate) fn padded((low, high): (f64, f64), share: f64) -> (f64, f64) {
    let room = (high - low) * share;
    let below = if 0.0 <= low { (low - room).max(0.0) } else { low - room };
    let above = if high <= 0.0 { (high + room).min(0.0) } else { high + room };
    (if low == 0.0 { 0.0 } else { below }, if high == 0.0 { 0.0 } else { above })
}

/// From numbers to places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    ends: (f64, f64),
    places: (f64, f64),
    logarithmic: bool,
}

impl Scale {
    pub fn new(ends: (f64, f64), places: (f64, f64)) -> Scale {
        Scale { ends, places, logarithmic: false }
    }

    /// For numbers above 0 that span several powers of ten.
    pub fn logarithmic(ends: (f64, f64), places: (f64, f64)) -> Scale {
        Scale { ends: (ends.0.log10(), ends.1.log10()), places, logarithmic: true }
    }

    /// The place of `x`; beyond the ends, that of the nearer end.
    pub fn at(&self, x: f64) -> f64 {
        let x = match self.logarithmic {
            true if 0.0 < x => x.log10(),
            true => self.ends.0,
            false => x,
        };
        let share = ((x - self.ends.0) / (self.ends.1 - self.ends.0)).clamp(0.0, 1.0);
        let share = if share.is_nan() { 0.5 } else { share };
        self.places.0 + share * (self.places.1 - self.places.0)
    }

    /// At most about `most` round numbers within the ends, at least one.
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        let ticks = match self.logarithmic {
            true => logarithmic_ticks(self.ends, most),
            false => ticks(self.ends, most),
        };
        match ticks.is_empty() {
            true if self.logarithmic => vec![10f64.powf(self.ends.0)],
            true => vec![self.ends.0],
            false => ticks,
        }
    }
}

/// Multiples of one, two or five of a power of ten.
pub(crate) fn ticks((low, high): (f64, f64), most: usize) -> Vec<f64> {
    let rough = (high - low) / most.max(1) as f64;
    if !rough.is_finite() || rough <= 0.0 {
        return Vec::new();
    }
    let power = 10f64.powf(rough.log10().floor());
    let fits = |step: &f64| rough <= step * (1.0 + 1e-9);
    let step = [1.0, 2.0, 5.0, 10.0].map(|it| it * power).into_iter().find(fits);
    let Some(step) = step.filter(|it| it.is_normal()) else { return Vec::new() };
    let first = (low / step - 1e-9).ceil();
    let count = ((high / step + 1e-9).floor() - first).clamp(-1.0, 2.0 * most as f64) as i64;
    (0..=count).map(|i| rounded((first + i as f64) * step, step)).collect()
}

/// Without what multiplication leaves behind the last digit, and without a minus before zero.
fn rounded(x: f64, step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let clean = (x / power).round() * power;
    let text = format!("{clean:.12e}");
    let clean: f64 = text.parse().unwrap_or(clean);
    if clean == 0.0 { 0.0 } else { clean }
}

/// Within the powers of ten `low` and `high`: one, two and five of each power, or only the powers.
fn logarithmic_ticks((low, high): (f64, f64), most: usize) -> Vec<f64> {
    let powers = low.floor() as i64..=high.ceil() as i64;
    let inside = |x: &f64| low - 1e-9 <= x.log10() && x.log10() <= high + 1e-9;
    let of = |digits: &[f64]| -> Vec<f64> {
        let each = powers.clone().flat_map(|power| {
            digits.iter().map(move |digit| format!("{digit}e{power}").parse().unwrap_or(0.0))
        });
        each.filter(inside).collect()
    };
    let candidates = [of(&[1.0, 2.0, 5.0]), of(&[1.0, 3.0]), of(&[1.0])];
    for found in &candidates {
        if found.len() <= most {
            return found.clone();
        }
    }
    let [.., powers] = candidates;
    let every = powers.len().div_ceil(most.max(1)).max(1);
    powers.into_iter().step_by(every).collect()
}
