//! What comes in: receipts, and what people write (SMPP 3.4, 4.6 and appendix B). Pure.

use super::alphabet::decoded;
use crate::callbacks::{Callback, What, reason};
use crate::http::message::provider_id;
use crate::twilio::callback::said;
use model::{Identifier, IdentifierKind};
use rusmpp_core::pdus::owned::DeliverSm;
use rusmpp_core::tlvs::owned::TlvValue;
use rusmpp_core::values::Ton;

/// In `esm_class`: it is a receipt, or a note on the way to one.
const RECEIPT: u8 = 0x04;
const NOTE: u8 = 0x20;
const WITH_HEADER: u8 = 0x40;

/// A number shorter than this without its country is a short code.
const NUMBER_MIN: usize = 8;

/// None for what says nothing, such as a receipt without an id.
pub fn read(deliver: &DeliverSm) -> Option<Callback> {
    let class = u8::from(deliver.esm_class);
    let payload = deliver.tlvs().iter().find_map(|it| match it.value() {
        Some(TlvValue::MessagePayload(payload)) => Some(payload.value.as_ref()),
        _ => None,
    });
    let bytes: &[u8] = payload.unwrap_or(deliver.short_message().as_ref());
    let from = phone(deliver.source_addr.as_str(), deliver.source_addr_ton);
    let mut callback = if class & (RECEIPT | NOTE) != 0 {
        receipt(deliver, &String::from_utf8_lossy(bytes))?
    } else {
        // The header by which telephones join parts is no text.
        let skipped = match (class & WITH_HEADER, bytes.first()) {
            (WITH_HEADER, Some(length)) => usize::from(*length) + 1,
            _ => 0,
        };
        let text = decoded(bytes.get(skipped..)?, u8::from(deliver.data_coding));
        Callback::new("", said(None, Some(&text)))
    };
    callback.to = from;
    Some(callback)
}

/// By its options, else by the words that all carriers write into the text.
fn receipt(deliver: &DeliverSm, text: &str) -> Option<Callback> {
    let (mut id, mut state) = (None, None);
    for tlv in deliver.tlvs() {
        match tlv.value() {
            Some(TlvValue::ReceiptedMessageId(it)) => id = Some(it.as_str().to_owned()),
            Some(TlvValue::MessageState(it)) => state = Some(word_of(u8::from(*it))),
            _ => {}
        }
    }
    let after = |name: &str| {
        let (_, rest) = text.split_once(name)?;
        Some(rest.split_whitespace().next().unwrap_or_default()).filter(|it| !it.is_empty())
    };
    let id = id.or_else(|| after("id:").map(str::to_owned)).and_then(|it| provider_id(&it))?;
    let state = state.map(str::to_owned).or_else(|| after("stat:").map(str::to_uppercase))?;
    let error = after("err:").filter(|it| it.bytes().any(|it| it != b'0'));
    let words = error.map_or_else(|| state.clone(), |it| format!("{state}: {it}"));
    let bounced = |hard| What::Bounced { hard, reason: reason(&words), status: None };
    let what = match state.as_str() {
        "DELIVRD" => What::Delivered,
        // No network says whether the number is dead for good, so none is closed by it.
        "UNDELIV" | "REJECTD" | "EXPIRED" | "DELETED" => bounced(false),
        "ENROUTE" | "ACCEPTD" | "SCHEDLD" => What::OnItsWay,
        other => What::Other(reason(other)),
    };
    let mut callback = Callback::new(format!("{id}/{}", state.to_lowercase()), what);
    callback.provider_id = Some(id);
    Some(callback)
}

fn word_of(state: u8) -> &'static str {
    match state {
        0 => "SCHEDLD",
        1 => "ENROUTE",
        2 => "DELIVRD",
        3 => "EXPIRED",
        4 => "DELETED",
        5 => "UNDELIV",
        6 => "ACCEPTD",
        8 => "REJECTD",
        _ => "UNKNOWN",
    }
}

fn phone(address: &str, ton: Ton) -> Option<Identifier> {
    let digits = address.trim_start_matches('+');
    let is_number = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    let with_country = ton == Ton::International
        || address.starts_with('+')
        || (NUMBER_MIN <= digits.len() && !digits.starts_with('0'));
    let value = if with_country { format!("+{digits}") } else { digits.to_owned() };
    is_number.then(|| Identifier::new(IdentifierKind::Phone, &value))
}

/// Whether two of a carrier's ids are one: some write it as a decimal number in one place and as a
/// hexadecimal one in the other.
pub fn same_id(given: &str, told: &str) -> bool {
    let plain = |it: &str| it.trim_start_matches('0').to_ascii_lowercase();
    let crossed = |hex: &str, decimal: &str| {
        let hex = u64::from_str_radix(hex, 16).ok();
        hex.is_some() && hex == decimal.parse().ok()
    };
    plain(given) == plain(told) || crossed(given, told) || crossed(told, given)
}
