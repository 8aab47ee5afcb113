//! How long one event of usual size takes, from bytes to an accepted event.

use collection::{Endpoint, Limits, Request, receive};
use model::{SourceId, Timestamp};
use std::time::Instant;

const EVENTS: usize = 100;
const ROUNDS: usize = 2_000;

/// 434 bytes, as server SDKs send them.
const EVENT: &str = r#"{"type":"track","event":"Order Completed","userId":"user-4711","messageId":"node-next-1795300943040-e78f2ec1-f9bd-4b77-8b70-78018fc9c583","timestamp":"2026-11-21T22:42:23.040Z","properties":{"revenue":12.5,"currency":"EUR","products":[{"sku":"a-1","qty":1}]},"context":{"campaign":{"name":"spring"},"library":{"name":"@segment/analytics-node","version":"3.1.0"}},"integrations":{},"_metadata":{"nodeVersion":"v20.20.2","jsRuntime":"n"}}"#;

fn main() {
    let body = format!(r#"{{"batch":[{}],"writeKey":"WK"}}"#, [EVENT; EVENTS].join(","));
    let request = Request {
        endpoint: Endpoint::Batch,
        content_encoding: None,
        authorization: None,
        query_write_key: None,
        anonymous_id_header: None,
        sent_at_header: None,
        body: body.as_bytes(),
    };
    let source = |_: &str| Some(SourceId::from("shop"));
    let now = Timestamp::from_millis(1_795_300_944_000);
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        std::hint::black_box(receive(&request, &source, now, &Limits::default()));
    }
    let nanos = begun.elapsed().as_nanos() / (EVENTS * ROUNDS) as u128;
    println!("{} bytes: {nanos} ns for each event", EVENT.len());
}
