//! Prepared events, in the words of an SDK and as records of the log.

use model::{Event, EventFlags, EventKind, Map, SourceId, Timestamp, Value};
use record::{Fact, LogRecord};

/// One event as SDKs send it, with what a browser adds.
pub const EVENT_BYTES: usize = 434;

pub const BATCH: usize = 100;

const ID_DIGITS: usize = 16;

/// A request body whose events get new ids in place.
pub struct Body {
    pub bytes: Vec<u8>,
    ids: Vec<usize>,
}

impl Body {
    pub fn new() -> Body {
        let mut bytes = b"{\"batch\":[".to_vec();
        let mut ids = Vec::new();
        for number in 0..BATCH {
            if number != 0 {
                bytes.push(b',');
            }
            let event = event_text(number);
            let id = event.find(&"0".repeat(ID_DIGITS)).unwrap_or(0);
            ids.push(bytes.len() + id);
            bytes.extend_from_slice(event.as_bytes());
        }
        bytes.extend_from_slice(b"]}");
        Body { bytes, ids }
    }

    /// Every event of every batch has an id of its own.
    pub fn number(&mut self, batch: u64) {
        for (place, at) in self.ids.iter().enumerate() {
            let id = message_id(batch, place);
            self.bytes[*at..*at + ID_DIGITS].copy_from_slice(id.as_bytes());
        }
    }
}

pub fn message_id(batch: u64, place: usize) -> String {
    format!("{:0ID_DIGITS$x}", (batch + 1) * 1_000 + place as u64)
}

fn event_text(number: usize) -> String {
    let event = |filler: &str| {
        format!(
            "{{\"type\":\"track\",\"event\":\"Product Viewed\",\"messageId\":\"{zeros}\",\
             \"anonymousId\":\"5f0c1e77-3b1c-4a65-9d1e-0000000{number:05}\",\
             \"timestamp\":\"2026-11-22T10:00:00.000Z\",\"properties\":{{\"product_id\":\"sku-{number:05}\",\
             \"name\":\"City bicycle\",\"price\":749.95,\"currency\":\"EUR\",\"category\":\"bicycles\"}},\
             \"context\":{{\"page\":{{\"path\":\"/bicycles/city\"}},\"locale\":\"nl-NL\",\
             \"userAgent\":\"{filler}\"}}}}",
            zeros = "0".repeat(ID_DIGITS),
        )
    };
    let filler = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";
    let missing = EVENT_BYTES.saturating_sub(event("").len());
    event(&filler.chars().cycle().take(missing).collect::<String>())
}

/// The prepared events of a shop: who does what follows from the number alone.
pub fn shop_event(number: u64, person: u64, at: Timestamp) -> Event {
    let name = match number % 10 {
        0 => "Order Completed",
        1 | 2 => "Product Added",
        _ => "Product Viewed",
    };
    let mut properties = Map::new();
    let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    put("product_id", Value::from(format!("sku-{:05}", number % 997)));
    put("price", Value::from(749.95));
    put("currency", Value::from("EUR"));
    if name == "Order Completed" {
        put("order_id", Value::from(format!("o-{number:08}")));
        put("revenue", Value::from(749.95));
    }
    track(name, number, format!("u-{person:07}"), properties, at)
}

pub fn track(name: &str, number: u64, user: String, properties: Map, at: Timestamp) -> Event {
    Event {
        source: SourceId::new("shop"),
        message_id: Some(format!("{number:016x}")),
        kind: EventKind::Track { name: name.to_owned() },
        user_id: Some(user),
        anonymous_id: None,
        properties,
        context: Map::new(),
        time: at,
        received: at,
        flags: EventFlags::default(),
    }
}

pub fn record(event: Event) -> Vec<u8> {
    LogRecord::Fact(Fact::of(event)).encode()
}

/// Spreads numbers; the same everywhere and always (splitmix64).
pub fn scatter(number: u64) -> u64 {
    let mut it = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    it ^ (it >> 31)
}

/// For checksums: add these up and the order does not matter.
pub fn mark(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |it, byte| scatter(it ^ u64::from(byte)))
}
