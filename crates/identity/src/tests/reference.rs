//! The rules of identity as a set of facts: "these two identifiers are of one person". Persons are
//! not stored; they are the connected groups, found anew each time. A fact that would make an
//! impossible person is taken back. Slow and obvious.

use crate::Rules;
use model::{Identifier, IdentifierKind, PersonId};
use std::collections::{BTreeMap, BTreeSet};

pub struct Reference {
    rules: Rules,
    /// Every identifier that was accepted, and the number of the event with which it came.
    accepted: BTreeMap<Identifier, u64>,
    facts: Vec<(Identifier, Identifier)>,
    /// Every person that ever began: the identifiers it began with, in order of creation.
    begun: Vec<BTreeSet<Identifier>>,
    /// Which of the begun persons speaks for whom: a merged one for nobody.
    alive: BTreeSet<usize>,
    events: u64,
}

type Group = BTreeSet<Identifier>;

impl Reference {
    pub fn new(rules: Rules) -> Reference {
        Reference {
            rules,
            accepted: BTreeMap::new(),
            facts: Vec::new(),
            begun: Vec::new(),
            alive: BTreeSet::new(),
            events: 0,
        }
    }

    /// Returns what was refused.
    pub fn take(&mut self, own: &[Identifier], alias: Option<&Identifier>) -> Vec<Identifier> {
        self.events += 1;
        let mut all: Vec<Identifier> = Vec::new();
        for kind in IdentifierKind::ALL {
            all.extend(own.iter().filter(|it| it.kind == kind).cloned());
        }
        all.extend(alias.cloned());
        let user_before = self.users();
        let mut refused: Vec<Identifier> = Vec::new();
        let strongest = all[0].clone();
        let is_new_person = !self.accepted.contains_key(&strongest);
        self.accepted.entry(strongest.clone()).or_insert(self.events);
        for other in &all[1..] {
            if refused.contains(other) {
                continue;
            }
            let is_new = !self.accepted.contains_key(other);
            self.accepted.entry(other.clone()).or_insert(self.events);
            self.facts.push((strongest.clone(), other.clone()));
            if !self.is_possible(&self.group_of(&strongest)) {
                self.facts.pop();
                if is_new {
                    self.accepted.remove(other);
                }
                refused.push(other.clone());
            }
        }
        self.name(&self.group_of(&strongest), is_new_person, &user_before);
        refused
    }

    pub fn persons(&self) -> BTreeMap<PersonId, Group> {
        let id = |index: usize| PersonId(index as u64 + 1);
        self.alive
            .iter()
            .map(|index| {
                let first = self.begun[*index].first().expect("a person begins with an identifier");
                (id(*index), self.group_of(first))
            })
            .collect()
    }

    /// Who speaks for the group now: of the persons in it the one that had a user id before this
    /// event, else the one whose first identifier is the oldest; a new person if there was none.
    fn name(&mut self, group: &Group, strongest_is_new: bool, user_before: &BTreeSet<Identifier>) {
        let mut inside: Vec<usize> = self
            .alive
            .iter()
            .copied()
            .filter(|index| !self.begun[*index].is_disjoint(group))
            .collect();
        if inside.is_empty() {
            assert!(strongest_is_new);
            let begin = group.iter().filter(|it| self.accepted[*it] == self.events).cloned();
            self.begun.push(begin.collect());
            self.alive.insert(self.begun.len() - 1);
            return;
        }
        let has_user = |index: &usize| {
            let own = &self.begun[*index];
            own.iter().any(|it| user_before.contains(it))
        };
        let age = |index: &usize| self.begun[*index].iter().map(|it| self.accepted[it]).min();
        inside.sort_by_key(|index| (!has_user(index), age(index), *index));
        for gone in &inside[1..] {
            self.alive.remove(gone);
        }
        // From now on the speaker stands for everything in the group.
        self.begun[inside[0]] = group.clone();
    }

    /// The user ids that belong to somebody, with all that is connected to them.
    fn users(&self) -> BTreeSet<Identifier> {
        let users = self.accepted.keys().filter(|it| it.kind == IdentifierKind::UserId);
        users.flat_map(|it| self.group_of(it)).collect()
    }

    fn group_of(&self, identifier: &Identifier) -> Group {
        let mut group = Group::from([identifier.clone()]);
        loop {
            let size = group.len();
            for (one, other) in &self.facts {
                if group.contains(one) || group.contains(other) {
                    group.insert(one.clone());
                    group.insert(other.clone());
                }
            }
            if group.len() == size {
                return group;
            }
        }
    }

    /// At most one user id, and no more of any kind than the limit.
    fn is_possible(&self, group: &Group) -> bool {
        IdentifierKind::ALL.into_iter().all(|kind| {
            let count = group.iter().filter(|it| it.kind == kind).count();
            count <= self.rules.limits.of(kind) as usize
        })
    }
}
