//! Numbers for names, by first appearance: what the analysis commands call people and groups.

use std::collections::HashMap;

use anyhow::Context;

#[derive(Default)]
pub struct Names {
    numbers: HashMap<String, u32>,
    /// The place is the number.
    pub all: Vec<String>,
}

impl Names {
    pub fn number(&mut self, name: &str) -> anyhow::Result<u32> {
        if let Some(number) = self.numbers.get(name) {
            return Ok(*number);
        }
        let number = u32::try_from(self.all.len()).context("there are too many names")?;
        self.all.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        Ok(number)
    }

    /// Sorted, with the new place of each.
    pub fn sorted(self) -> (Vec<String>, Vec<u32>) {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        order.sort_by(|a, b| self.all[*a].cmp(&self.all[*b]));
        let mut places = vec![0; order.len()];
        for (place, old) in order.iter().enumerate() {
            places[*old] = place as u32;
        }
        (order.into_iter().map(|i| self.all[i].clone()).collect(), places)
    }
}
