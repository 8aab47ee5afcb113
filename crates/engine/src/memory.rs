//! Persons of the last batches, so that who comes back at once is not read again.

use model::PersonId;
use port::Person;
use std::collections::HashMap;

/// Two generations: when the young are half of the limit, they become the old, and the old are
/// forgotten. So nobody who was just here is forgotten, and forgetting costs nothing per person.
pub(crate) struct Memory {
    young: HashMap<PersonId, Box<Person>>,
    old: HashMap<PersonId, Box<Person>>,
    generation_max: usize,
}

impl Memory {
    /// Keeps at most `people_max` persons, and the last half of them for certain.
    pub fn new(people_max: usize) -> Memory {
        Memory { young: HashMap::new(), old: HashMap::new(), generation_max: people_max / 2 }
    }

    pub fn take(&mut self, id: PersonId) -> Option<Box<Person>> {
        self.young.remove(&id).or_else(|| self.old.remove(&id))
    }

    /// Each person must have been taken before, or have been unknown.
    pub fn keep(&mut self, person: Box<Person>) {
        if self.generation_max <= self.young.len() {
            self.old = std::mem::take(&mut self.young);
        }
        if 0 < self.generation_max {
            self.young.insert(person.id, person);
        }
    }

    pub fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}
