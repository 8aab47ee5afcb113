//! Which claims count, and for how much: each person once, nobody through themselves.

use serde::Serialize;

use super::Referral;

/// Who gets a person that several claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimRule {
    /// The earliest claim; claims of one time share equally.
    #[default]
    First,
    /// All claims share equally.
    Equal,
}

/// Claims that earn nothing, each counted once, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// They name somebody who is not among the people.
    pub stranger: u64,
    /// They name the same person twice.
    pub itself: u64,
    /// The same claim again; the earliest counts.
    pub repeated: u64,
    /// Somebody else was first.
    pub later: u64,
    /// They lead in a circle.
    pub circular: u64,
}

/// One claim that counts, with its share of the person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Claim {
    pub referred: u32,
    pub referrer: u32,
    pub time: f64,
    pub share: f64,
}

/// All by who is referred, then by who refers.
pub(crate) struct Claims {
    pub people: usize,
    /// Every distinct claim, circles and latecomers included.
    pub distinct: Vec<Claim>,
    /// Those that count; no circles.
    pub counted: Vec<Claim>,
    pub left_out: LeftOut,
}

impl Claims {
    pub fn of(people: usize, referrals: &[Referral], rule: ClaimRule) -> Claims {
        let mut left_out = LeftOut::default();
        let mut distinct = distinct(people, referrals, &mut left_out);
        share(&mut distinct);
        let mut counted = distinct.clone();
        if rule == ClaimRule::First {
            counted = earliest(&counted);
            left_out.later = (distinct.len() - counted.len()) as u64;
        }
        let before = counted.len();
        without_circles(people, &mut counted);
        left_out.circular = (before - counted.len()) as u64;
        share(&mut counted);
        Claims { people, distinct, counted, left_out }
    }

    pub fn brought(&self) -> u64 {
        self.counted.chunk_by(|a, b| a.referred == b.referred).count() as u64
    }

    pub fn of_brought(&self, worth: &[f64]) -> f64 {
        let each = self.counted.chunk_by(|a, b| a.referred == b.referred);
        each.filter_map(|same| worth.get(same[0].referred as usize)).sum()
    }
}

fn distinct(people: usize, referrals: &[Referral], left_out: &mut LeftOut) -> Vec<Claim> {
    let mut claims = Vec::with_capacity(referrals.len());
    for it in referrals {
        if people <= it.referrer.max(it.referred) as usize {
            left_out.stranger += 1;
        } else if it.referrer == it.referred {
            left_out.itself += 1;
        } else {
            let time = it.time.filter(|time| time.is_finite()).unwrap_or(f64::INFINITY);
            claims.push(Claim { referred: it.referred, referrer: it.referrer, time, share: 1.0 });
        }
    }
    claims.sort_unstable_by(|a, b| {
        (a.referred, a.referrer).cmp(&(b.referred, b.referrer)).then(a.time.total_cmp(&b.time))
    });
    let before = claims.len();
    claims.dedup_by_key(|it| (it.referred, it.referrer));
    left_out.repeated = (before - claims.len()) as u64;
    claims
}

/// Equal shares among the claims to one person.
fn share(claims: &mut [Claim]) {
    for same in claims.chunk_by_mut(|a, b| a.referred == b.referred) {
        let share = 1.0 / same.len() as f64;
        same.iter_mut().for_each(|it| it.share = share);
    }
}

fn earliest(claims: &[Claim]) -> Vec<Claim> {
    let mut kept = Vec::with_capacity(claims.len());
    for same in claims.chunk_by(|a, b| a.referred == b.referred) {
        let first = same.iter().map(|it| it.time).fold(f64::INFINITY, f64::min);
        kept.extend(same.iter().filter(|it| it.time <= first));
    }
    kept
}

/// Takes out of each circle the latest claim, because whoever it claims was there already: they had
/// brought somebody. Where that does not open the circle, or times do not tell, all claims in it go.
fn without_circles(people: usize, claims: &mut Vec<Claim>) {
    let circles = circles(people, claims);
    let Some(circle) = circles else { return };
    let inside = |it: &Claim| circle[it.referred as usize] == circle[it.referrer as usize];
    let mut latest = vec![f64::NEG_INFINITY; people];
    for it in claims.iter().filter(|it| inside(it)) {
        let slot = &mut latest[circle[it.referred as usize] as usize];
        *slot = slot.max(it.time);
    }
    claims.retain(|it| !inside(it) || it.time < latest[circle[it.referred as usize] as usize]);
    if let Some(circle) = self::circles(people, claims) {
        claims.retain(|it| circle[it.referred as usize] != circle[it.referrer as usize]);
    }
}

/// The number of each person's circle (strongly connected component; Tarjan 1972, without
/// recursion, because chains may be as long as the file), or nothing where there is no circle.
fn circles(people: usize, claims: &[Claim]) -> Option<Vec<u32>> {
    const UNSEEN: u32 = u32::MAX;
    let starts = starts(people, claims);
    let mut search = Search {
        component: vec![UNSEEN; people],
        order: vec![UNSEEN; people],
        low: vec![0; people],
        open: Vec::new(),
        next: 0,
        largest: 0,
    };
    // A person and the next of their claims to follow.
    let mut path: Vec<(u32, u32)> = Vec::new();
    for root in 0..people as u32 {
        if search.order[root as usize] != UNSEEN {
            continue;
        }
        search.enter(root);
        path.push((root, starts[root as usize]));
        while let Some((person, at)) = path.last_mut() {
            let here = *person;
            if *at < starts[here as usize + 1] {
                let above = claims[*at as usize].referrer;
                *at += 1;
                if search.order[above as usize] == UNSEEN {
                    search.enter(above);
                    path.push((above, starts[above as usize]));
                } else if search.component[above as usize] == UNSEEN {
                    search.lower(here, search.order[above as usize]);
                }
                continue;
            }
            path.pop();
            search.close(here);
            if let Some((below, _)) = path.last() {
                search.lower(*below, search.low[here as usize]);
            }
        }
    }
    (1 < search.largest).then_some(search.component)
}

/// Where each person's claims begin; one more for the end.
pub(crate) fn starts(people: usize, claims: &[Claim]) -> Vec<u32> {
    let mut starts = vec![0_u32; people + 1];
    for it in claims {
        starts[it.referred as usize + 1] += 1;
    }
    for i in 0..people {
        starts[i + 1] += starts[i];
    }
    starts
}

struct Search {
    component: Vec<u32>,
    order: Vec<u32>,
    low: Vec<u32>,
    /// Seen, and not yet in a component.
    open: Vec<u32>,
    next: u32,
    largest: usize,
}

impl Search {
    fn enter(&mut self, person: u32) {
        self.order[person as usize] = self.next;
        self.low[person as usize] = self.next;
        self.next += 1;
        self.open.push(person);
    }

    fn lower(&mut self, person: u32, to: u32) {
        let low = &mut self.low[person as usize];
        *low = (*low).min(to);
    }

    /// All above were looked at: a person who reaches nobody earlier is the root of a component.
    fn close(&mut self, person: u32) {
        if self.low[person as usize] != self.order[person as usize] {
            return;
        }
        let mut size = 0;
        while let Some(member) = self.open.pop() {
            self.component[member as usize] = person;
            size += 1;
            if member == person {
                break;
            }
        }
        self.largest = self.largest.max(size);
    }
}
