//! Estimates drawn back to what holds while nothing is known, by how uncertain they are.

/// `value` drawn to 0: kept whole if it is large against its error, given up if it is not. The share
/// that is kept is value² / (value² + error²), what the best linear estimate keeps of an effect whose
/// typical size is the one that was seen.
pub(crate) fn shrunk(value: f64, error: f64) -> f64 {
    let square = value * value;
    if !square.is_finite() || !error.is_finite() || square <= 0.0 {
        return 0.0;
    }
    value * square / (square + error * error)
}

/// Mean outcome per person and its variance (of the mean), in the cells that a pair needs.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PairCells {
    pub none: (f64, f64),
    pub first: (f64, f64),
    pub second: (f64, f64),
    pub both: (f64, f64),
}

/// What a message in one channel is worth more when one in the other came shortly before:
/// v(ab) / (v(a) + v(b)), shrunk to 1 by its standard error and held between 0.5 and 2. 1 while
/// v(a) + v(b) may as well be nothing.
pub fn pair_effect(cells: &PairCells) -> f64 {
    /// Standard errors above 0: a quotient by less than that may be anything.
    const ABOVE: f64 = 2.0;
    let single = cells.first.0 + cells.second.0 - 2.0 * cells.none.0;
    let both = cells.both.0 - cells.none.0;
    let of_single = cells.first.1 + cells.second.1 + 4.0 * cells.none.1;
    let of_both = cells.both.1 + cells.none.1;
    // Both contain the none cell.
    let common = 2.0 * cells.none.1;
    if !of_single.is_finite() || !of_both.is_finite() || single <= ABOVE * of_single.sqrt() {
        return 1.0;
    }
    let ratio = both / single;
    let variance = (of_both - 2.0 * ratio * common + ratio * ratio * of_single).max(0.0);
    (1.0 + shrunk(ratio - 1.0, variance.sqrt() / single)).clamp(0.5, 2.0)
}
