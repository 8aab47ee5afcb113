//! What is known of a customer: how often they came back, when last, and since when they are known.

/// One customer, in whatever unit of time the file has. Checked: see [`Customer::new`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Customer {
    frequency: u32,
    recency: f64,
    age: f64,
    monetary_value: f64,
}

/// Nobody has that many days with a purchase: a column of amounts or ids was given.
const FREQUENCY_MAX: u64 = 100_000;

impl Customer {
    /// `frequency` purchases after the first, the last of them `recency` after the first, which was
    /// `age` before the end of observation. The error says what cannot be.
    pub fn new(frequency: u64, recency: f64, age: f64) -> Result<Customer, String> {
        let complaint = match frequency {
            _ if !recency.is_finite() || !age.is_finite() => "recency and T must be numbers".into(),
            _ if recency < 0.0 || age < 0.0 => "recency and T cannot be below 0".into(),
            _ if age < recency => format!(
                "recency {recency} is beyond T {age}: both count from the first purchase on"
            ),
            0 if 0.0 < recency => format!(
                "recency is {recency} where frequency is 0: without a repeat purchase it is 0"
            ),
            1.. if recency == 0.0 => format!(
                "recency is 0 where frequency is {frequency}: purchases at one time count as one"
            ),
            _ if FREQUENCY_MAX < frequency => {
                format!("frequency {frequency} is above {FREQUENCY_MAX}, which nobody reaches")
            }
            _ => {
                let frequency = u32::try_from(frequency).unwrap_or(u32::MAX);
                return Ok(Customer { frequency, recency, age, monetary_value: 0.0 });
            }
        };
        Err(complaint)
    }

    /// With the mean value of the repeat purchases; 0 where there is none.
    pub fn worth(self, monetary_value: f64) -> Result<Customer, String> {
        match monetary_value.is_finite() && 0.0 <= monetary_value {
            true => Ok(Customer { monetary_value, ..self }),
            false => Err(format!("a mean value of {monetary_value} is not a number from 0 on")),
        }
    }

    pub fn frequency(&self) -> u32 {
        self.frequency
    }

    pub fn recency(&self) -> f64 {
        self.recency
    }

    pub fn age(&self) -> f64 {
        self.age
    }

    pub fn monetary_value(&self) -> f64 {
        self.monetary_value
    }
}

/// What one person's purchases say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PurchaseHistory {
    /// Nothing where the first purchase came after the end.
    pub customer: Option<Customer>,
    /// Days whose total is below 0: something was brought back, and nothing was bought.
    pub returns: u32,
    /// Days with purchases after the end.
    pub later: u32,
}

/// One person's purchases as (day, value), in any order, as they stand at the end of day `end`.
///
/// Purchases of one day are one purchase, as Fader, Hardie and Lee count. The value of the first
/// day does not count, because it is not a repeat purchase.
pub fn purchase_history(
    purchases: &mut [(i64, f64)],
    end: i64,
    days_per_unit: f64,
) -> PurchaseHistory {
    // By value as well, so that the sum does not depend on the order in the file.
    purchases.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut found = PurchaseHistory::default();
    let mut until_end: Option<(i64, i64)> = None;
    let (mut frequency, mut value) = (0_u32, 0.0);
    for day in purchases.chunk_by(|a, b| a.0 == b.0) {
        let (at, total) = (day[0].0, day.iter().map(|it| it.1).sum::<f64>());
        if total < 0.0 {
            found.returns += 1;
        } else if end < at {
            found.later += 1;
        } else if let Some((_, last)) = &mut until_end {
            (*last, frequency, value) = (at, frequency + 1, value + total);
        } else {
            until_end = Some((at, at));
        }
    }
    let units = |days: i64| days as f64 / days_per_unit;
    found.customer = until_end.map(|(first, last)| Customer {
        frequency,
        recency: units(last - first),
        age: units(end - first),
        monetary_value: if frequency == 0 { 0.0 } else { value / f64::from(frequency) },
    });
    found
}

/// People whom the likelihood cannot tell apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Alike {
    pub frequency: f64,
    pub recency: f64,
    pub age: f64,
    pub people: f64,
}

impl Alike {
    pub fn one(customer: &Customer) -> Alike {
        Alike {
            frequency: f64::from(customer.frequency),
            recency: customer.recency,
            age: customer.age,
            people: 1.0,
        }
    }
}

/// Frequency first; the others as the bits of a float from 0 on, which are in its order.
type Key = (u32, u64, u64);

fn key(customer: &Customer) -> Key {
    // Adding 0 turns −0 into 0.
    (customer.frequency, (customer.recency + 0.0).to_bits(), (customer.age + 0.0).to_bits())
}

/// The distinct triples in order of frequency, and for each customer the number of its triple. A
/// million customers are a few thousand triples.
pub(crate) fn alike(customers: &[Customer]) -> (Vec<Alike>, Vec<u32>) {
    let mut keys: Vec<(Key, u32)> = customers.iter().map(key).zip(0..).collect();
    keys.sort_unstable_by_key(|it| it.0);
    let mut groups = vec![0; customers.len()];
    let mut alike: Vec<Alike> = Vec::new();
    for (group, same) in (0..).zip(keys.chunk_by(|a, b| a.0 == b.0)) {
        same.iter().for_each(|(_, customer)| groups[*customer as usize] = group);
        let (frequency, recency, age) = same[0].0;
        alike.push(Alike {
            frequency: f64::from(frequency),
            recency: f64::from_bits(recency),
            age: f64::from_bits(age),
            people: same.len() as f64,
        });
    }
    (alike, groups)
}
