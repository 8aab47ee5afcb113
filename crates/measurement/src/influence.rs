//! Influence: what the people are worth whom a person brought, directly, indirectly, in the network.
//!
//! [`Referral`]s and values in, an [`Influence`] out. What a person brought is a sum over known
//! people: a fact about the past, without an interval. What is an estimate has one: how many people
//! a person brings, and how uneven that is. Nothing here says that those who were brought would not
//! have come by themselves; that takes a holdout.
//!
//! - Direct value: of those whom a person brought, each split among the claims that count, so that
//!   over all people it adds up to the value of all who were brought.
//! - Indirect value: of those whom these brought, and so on, times `discount` for each further step.
//! - Network influence: PageRank (Brin and Page 1998) personalised by value (Haveliwala 2002), from
//!   the referred to all who claim them.

mod claims;
mod network;
mod rates;
mod report;
mod value;

pub use claims::{ClaimRule, LeftOut};
pub use report::{Influence, InfluenceRate, InfluenceValue, Standing, TopShare};

use claims::Claims;

/// One claim: `referrer` brought `referred`. People are numbers from 0 on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Referral {
    pub referrer: u32,
    pub referred: u32,
    /// In any unit, such as days; unknown counts as later than every known time.
    pub time: Option<f64>,
}

/// What is asked of the referrals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InfluenceQuestion {
    /// Who gets a person that several claim.
    pub rule: ClaimRule,
    /// What a step further away leaves of a value, 0 to 1.
    pub discount: f64,
    /// The share of network influence that is passed on, 0 to under 1.
    pub damping: f64,
    /// How long a person has to bring others before it is counted how many, in the unit of the
    /// times; nothing where times are not known.
    pub window: Option<f64>,
    pub confidence: f64,
    /// For the bootstrap of the share of the top tenth.
    pub seed: u64,
}

impl Default for InfluenceQuestion {
    fn default() -> InfluenceQuestion {
        InfluenceQuestion {
            rule: ClaimRule::First,
            discount: 0.5,
            damping: 0.85,
            window: None,
            confidence: 0.95,
            seed: 1,
        }
    }
}

/// With fewer people brought, how many a person brings cannot be told from chance.
pub const BROUGHT_MIN: u64 = 10;

/// What everybody brought. Never fails: what cannot be known is `None` with the reason.
///
/// `values` has one number per person, or is absent where every person counts as 1. Referrals
/// between numbers that are no people, and values that are no numbers, are left out and counted.
pub fn influence(
    people: usize,
    referrals: &[Referral],
    values: Option<&[f64]>,
    question: &InfluenceQuestion,
) -> Influence {
    let (worth, not_known) = worth(people, values);
    let claims = Claims::of(people, referrals, question.rule);
    let sums = value::sums(&claims, &worth, question.discount);
    let network = network::influence(&claims, &worth, question.damping);
    let standing: Vec<Standing> = (0..people)
        .map(|i| Standing {
            value: worth[i],
            brought: sums.brought[i],
            descendants: sums.descendants[i],
            direct: sums.direct[i],
            indirect: sums.indirect[i],
            network: network.as_ref().map(|it| it[i]),
        })
        .collect();
    let mut found = Influence {
        people: people as u64,
        referrals: referrals.len() as u64,
        brought: claims.brought(),
        bringers: standing.iter().filter(|it| 0.0 < it.brought).count() as u64,
        generations: sums.generations,
        valued: values.is_some(),
        value: InfluenceValue {
            total: worth.iter().sum(),
            of_brought: claims.of_brought(&worth),
            direct: sums.direct.iter().sum(),
            indirect: sums.indirect.iter().sum(),
        },
        rule: question.rule,
        left_out: claims.left_out,
        discount: question.discount,
        damping: question.damping,
        confidence: question.confidence,
        ..Influence::default()
    };
    found.per_person = rates::per_person(&standing, question);
    found.reproduction =
        question.window.map(|window| rates::reproduction(&claims, window, question));
    found.top_tenth = rates::top_tenth(&standing, question);
    found.warnings = warnings(&found, &standing, not_known);
    found.insufficient = insufficient(&found);
    found.standing = standing;
    found
}

/// The value of each person, and how many are not known.
fn worth(people: usize, values: Option<&[f64]>) -> (Vec<f64>, u64) {
    let Some(values) = values else { return (vec![1.0; people], 0) };
    let of = |i: usize| values.get(i).copied().filter(|it| it.is_finite());
    let not_known = (0..people).filter(|i| of(*i).is_none()).count() as u64;
    ((0..people).map(|i| of(i).unwrap_or(0.0)).collect(), not_known)
}

fn insufficient(found: &Influence) -> Option<String> {
    match found.brought {
        0 => Some("nobody was brought by anybody".to_owned()),
        few if few < BROUGHT_MIN => Some(format!(
            "{few} people were brought; at least {BROUGHT_MIN} are needed to see how many a person \
             brings (the sums are facts all the same)"
        )),
        _ => None,
    }
}

fn warnings(found: &Influence, standing: &[Standing], not_known: u64) -> Vec<String> {
    let mut warnings = Vec::new();
    let LeftOut { itself, circular, stranger, .. } = found.left_out;
    if 0 < itself {
        warnings.push(format!("{itself} referrals name one person twice and are left out"));
    }
    if 0 < stranger {
        warnings.push(format!("{stranger} referrals name people who are not listed"));
    }
    if 0 < circular {
        warnings.push(format!(
            "{circular} claims lead in a circle (somebody would have been brought by whom they \
             brought) and earn nothing; they count in the network only"
        ));
    }
    if 0 < not_known {
        warnings.push(format!("the value of {not_known} people is not known and counts as 0"));
    }
    let negative = standing.iter().filter(|it| it.value < 0.0).count();
    if 0 < negative {
        warnings.push(format!(
            "{negative} people have a value below 0, which is subtracted from those who brought \
             them; they pass no network influence on"
        ));
    }
    if found.top_tenth.low.is_some() && found.top_tenth.n < rates::BRINGERS_STATED {
        warnings.push(format!(
            "{} people brought somebody: with fewer than {}, intervals of 95 % of the share of the \
             top tenth hold it in 82 to 94 of 100 cases, and miss it upwards",
            found.top_tenth.n,
            rates::BRINGERS_STATED
        ));
    }
    warnings
}

impl Influence {
    /// The people who brought most, direct and indirect value together, at most `count` of them.
    pub fn top(&self, count: usize) -> Vec<usize> {
        let whole = |i: &usize| self.standing[*i].direct + self.standing[*i].indirect;
        let brought = |i: &usize| 0.0 < self.standing[*i].brought;
        let mut order: Vec<usize> = (0..self.standing.len()).filter(brought).collect();
        order.sort_by(|a, b| whole(b).total_cmp(&whole(a)).then(a.cmp(b)));
        order.truncate(count);
        order
    }
}
