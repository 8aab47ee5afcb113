//! Amounts of money: exact, in one currency, never converted.
//!
//! An amount is a number with the currency beside it (`revenue` and `currency` in one map), or a map
//! of `amount` and `currency`. What is in another currency, or in none, is as a missing value.

use model::Value;
use std::fmt;

/// The largest amount that one event may add, in millionths: 10^12. More is a mistake of the
/// sender, and nine million of them still fit the sum.
pub const MAX_AMOUNT_MICROS: i64 = 1_000_000_000_000_000_000;

const MICROS: f64 = 1e6;

/// Three letters, as in ISO 4217. Which of them are in use changes, so any three will do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Money {
    pub micros: i64,
    pub currency: Currency,
}

/// A number in whole millionths, to the nearest. Whatever is added or compared in them does not depend on
/// the order.
pub fn micros(number: f64) -> i64 {
    // The conversion is saturating and turns what is not a number into 0.
    ((number * MICROS).round() as i64).clamp(-MAX_AMOUNT_MICROS, MAX_AMOUNT_MICROS)
}

/// The amount at a path, in millionths, if it is in this currency. `find` gives the value at a path.
pub fn amount_in(
    find: &dyn Fn(&str) -> Option<Value>,
    path: &str,
    currency: Currency,
) -> Option<i64> {
    match find(path)? {
        Value::Number(number) => currency.is(&find(&sibling(path))?).then(|| micros(number)),
        Value::Map(map) => {
            let number = map.get("amount")?.as_number()?;
            currency.is(map.get("currency")?).then(|| micros(number))
        }
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) => None,
    }
}

/// Where the currency of the amount at `path` stands: `order.total` has `order.currency`.
pub fn sibling(path: &str) -> String {
    match path.rsplit_once('.') {
        Some((parent, _)) => format!("{parent}.currency"),
        None => "currency".to_owned(),
    }
}

impl Currency {
    /// `EUR`, in capitals.
    pub fn read(code: &str) -> Option<Currency> {
        let code: [u8; 3] = code.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Currency(code))
    }

    pub fn as_str(&self) -> &str {
        // Letters only, by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn is(self, value: &Value) -> bool {
        value.as_text().is_some_and(|it| it.eq_ignore_ascii_case(self.as_str()))
    }
}

impl Money {
    /// None if the number has more than six decimals, or is more than can be added up.
    pub fn new(number: f64, currency: Currency) -> Option<Money> {
        let money = Money { micros: micros(number), currency };
        let again: f64 = money.amount().parse().ok()?;
        (again == number && number.abs() * MICROS <= MAX_AMOUNT_MICROS as f64).then_some(money)
    }

    /// The amount alone, with no more decimals than it has.
    pub fn amount(&self) -> String {
        let sign = if self.micros < 0 { "-" } else { "" };
        let (whole, rest) =
            (self.micros.unsigned_abs() / 1_000_000, self.micros.unsigned_abs() % 1_000_000);
        if rest == 0 {
            return format!("{sign}{whole}");
        }
        format!("{sign}{whole}.{}", format!("{rest:06}").trim_end_matches('0'))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
