//! The answer for few states: elimination of one state after the other without any subtraction.
//!
//! Grassmann, Taksar, Heyman (1985, Operations Research 33(5)): the chance to leave a state is
//! the sum of the chances of where it leads, never 1 minus the chance to stay. So each number keeps
//! all its digits, however long people wander before they end.

/// A small absorbing chain. What leaves a state adds up to 1, self-steps left out.
pub(super) struct Small {
    pub n: usize,
    /// By rows.
    pub steps: Vec<f64>,
    pub start: Vec<f64>,
    pub conversion: Vec<f64>,
    /// The chance that the path ends at once, with a conversion or without.
    pub ends: Vec<f64>,
}

impl Small {
    /// Expected visits per state from the start, and the chance per state of ever converting.
    pub fn solve(mut self) -> (Vec<f64>, Vec<f64>) {
        let n = self.n;
        let mut leaves = vec![0.0; n];
        for out in (0..n).rev() {
            let (before, from) = self.steps.split_at_mut(out * n);
            let row = &from[..out];
            leaves[out] = row.iter().sum::<f64>() + self.ends[out];
            if leaves[out] <= 0.0 {
                // Nothing is known to come after it, so nobody gets further.
                continue;
            }
            for state in 0..out {
                let through = before[state * n + out] / leaves[out];
                if through == 0.0 {
                    continue;
                }
                for (step, onward) in before[state * n..][..out].iter_mut().zip(row) {
                    *step += through * onward;
                }
                self.ends[state] += through * self.ends[out];
                self.conversion[state] += through * self.conversion[out];
            }
            let through = self.start[out] / leaves[out];
            for (start, onward) in self.start.iter_mut().zip(row) {
                *start += through * onward;
            }
        }
        let (mut visits, mut converts) = (vec![0.0; n], vec![0.0; n]);
        for state in (0..n).filter(|state| 0.0 < leaves[*state]) {
            let row = &self.steps[state * n..][..state];
            let onward: f64 = row.iter().zip(&converts).map(|(step, it)| step * it).sum();
            let inward: f64 =
                (0..state).map(|other| visits[other] * self.steps[other * n + state]).sum();
            converts[state] = (self.conversion[state] + onward) / leaves[state];
            visits[state] = (self.start[state] + inward) / leaves[state];
        }
        (visits, converts)
    }
}
