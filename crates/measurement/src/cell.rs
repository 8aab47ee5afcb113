//! A cell: the people for whom exactly one set of channels was allowed.

use crate::Sums;

/// More than this and the cells of a factorial (4,096) are more than anybody fills, and the listing
/// of subsets grows without use.
pub const MAX_CHANNELS: usize = 12;

/// The people with exactly the channels `on` allowed: bit `i` is the channel `i` of the question.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub on: u32,
    pub sums: Sums,
}

/// `email+social`, or `none`: how messages for people call a cell.
pub fn cell_name(on: u32, channels: &[String]) -> String {
    if on == 0 { "none".to_owned() } else { names(on, channels).join("+") }
}

pub(crate) fn names(on: u32, channels: &[String]) -> Vec<String> {
    let allowed = channels.iter().enumerate().filter(|(i, _)| on >> i & 1 == 1);
    allowed.map(|(_, name)| name.clone()).collect()
}

/// All subsets of `set`, the empty one and itself included, in increasing order.
pub(crate) fn subsets(set: u32) -> impl Iterator<Item = u32> {
    let mut next = Some(0_u32);
    std::iter::from_fn(move || {
        let this = next?;
        // Adding one to the bits outside `set` carries through them: the next subset.
        next = (this != set).then(|| (this | !set).wrapping_add(1) & set);
        Some(this)
    })
}

/// The non-empty sets of `k` channels with at most `order` members, small sets first.
pub(crate) fn sets_up_to(k: usize, order: usize) -> Vec<u32> {
    let mut sets: Vec<u32> =
        (1..1_u32 << k).filter(|set| set.count_ones() as usize <= order).collect();
    sets.sort_by_key(|set| (set.count_ones(), std::cmp::Reverse(set.reverse_bits())));
    sets
}
