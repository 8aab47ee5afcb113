//! How people came: the steps that were counted, put together by channel. What pictures are made of.

use serde::Serialize;

use super::counts::{BITS, channels_of, mask};
use super::paths::Paths;

/// All visits to one channel. A touch that repeats the one before it is the same visit, so visits
/// come from the start or from other channels, and go on to other channels or end.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ChannelFlow {
    pub channel: String,
    /// Paths that began here.
    pub starts: f64,
    /// Visits after which the path ended with a conversion, and without one.
    pub conversions: f64,
    pub nulls: f64,
    /// Visits after which another channel came: that channel's place in the list, and how many.
    pub to: Vec<(usize, f64)>,
}

impl Paths {
    /// The flow through each channel, in alphabetical order of the channels. None where no chain
    /// of order 1 was counted.
    pub fn flows(&self) -> Option<Vec<ChannelFlow>> {
        let counts = self.windows.iter().find(|it| it.order == 1)?;
        let (names, ranks) = self.alphabet();
        let named = |name: String| ChannelFlow { channel: name, ..ChannelFlow::default() };
        let mut flows: Vec<ChannelFlow> = names.into_iter().map(named).collect();
        let channel = |window: u64| channels_of(window).next().map(|it| it as usize);
        for (window, people) in counts.starts.sorted(&ranks) {
            if let Some(flow) = channel(window).and_then(|at| flows.get_mut(at)) {
                flow.starts += people;
            }
        }
        for (window, ending) in counts.ends.sorted(&ranks) {
            if let Some(flow) = channel(window).and_then(|at| flows.get_mut(at)) {
                flow.conversions += ending.conversions;
                flow.nulls += ending.nulls;
            }
        }
        for (step, people) in counts.steps.sorted(&ranks) {
            let (from, to) = (channel(step >> BITS), channel(step & mask(1)));
            if let (Some(from), Some(to)) = (from, to)
                && from != to
                && let Some(flow) = flows.get_mut(from)
            {
                flow.to.push((to, people));
            }
        }
        Some(flows)
    }
}
