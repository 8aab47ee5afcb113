//! Durable ingest over HTTP, against a server that only reads and a loop that only writes.

use crate::client::{CONNECTIONS, send_all};
use crate::events::{BATCH, Body, EVENT_BYTES, mark, message_id};
use crate::figure::{Figure, Run};
use crate::{machine, setup};
use anyhow::{Context, ensure};
use axum::body::Bytes;
use axum::routing::post;
use engine::{Engine, EngineSettings, Host, Parts};
use log_segments::SegmentLog;
use model::{ChannelSet, SourceId};
use port::{Changes, FactLog, LogPosition, MemoryLog, MemoryStore, Store};
use record::LogRecord;
use server::{App, Readers, Settings};
use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Connections are made, memory is taken, files are begun.
const WARM_UP: u64 = 300;

const BATCHES: u64 = 3_000;

const WRITE_KEY: &str = "bench";

/// `bench:` in base64, as SDKs send the write key.
const BASIC: &str = "YmVuY2g6";

pub fn run(dir: &Path) -> anyhow::Result<Run> {
    let events = (BATCHES * BATCH as u64) as f64;
    let rate = |took: Duration| events / took.as_secs_f64();
    let reading = rate(only_reads()?);
    let writing = rate(only_writes(dir)?);
    let served = serve(dir)?;
    let value = rate(served.took);
    let limit = reading.min(writing);
    let limit_name = "the lower of: a server that only reads the body, a loop that only syncs";
    let figure = Figure::new("durable ingest, batches of 100", value, "events/s")
        .limit(limit, limit_name)
        .detail("a server that only reads", reading)
        .detail("an fdatasync per batch, alone", writing)
        .detail("CPU µs per event, with client", served.cpu / events * 1e6)
        .detail("stored bytes per event", served.bytes as f64 / events)
        .detail("connections", CONNECTIONS as f64)
        .detail("cores for client and server", machine::cores() as f64);
    Ok(Run { figures: vec![figure], checksum: served.checksum })
}

struct Served {
    took: Duration,
    cpu: f64,
    /// Of the log, between the first and the last event.
    bytes: u64,
    checksum: u64,
}

/// The real server with the real log. Its engine works on another log: what is measured is the way
/// in, and the engine has a measurement of its own.
fn serve(dir: &Path) -> anyhow::Result<Served> {
    let log = setup::open_log(dir)?;
    let mut store = MemoryStore::new();
    let source = server::source_entry(&SourceId::from("shop"), "Shop", WRITE_KEY, setup::now());
    store.commit(&Changes { now: setup::now(), entries: vec![source], ..Changes::default() })?;
    let readers = store.clone();
    let engine = Engine::open(Parts {
        store: Box::new(store),
        log: Arc::new(MemoryLog::new()),
        keys: setup::keys(),
        settings: EngineSettings::default(),
        providers: ChannelSet::EMPTY,
    })?;
    let host = Host::start(engine, Vec::new());
    let mut settings = Settings::new("Bench", "0");
    settings.data_dir = Some(dir.to_owned());
    let app = App {
        log: log.clone(),
        history: None,
        handle: host.handle(),
        readers: Readers::new(move || readers.reader()),
        keys: setup::keys(),
        settings,
    };
    let runtime = Runtime::new()?;
    let address = listen(&runtime, server::router(app))?;
    let head = format!(
        "POST /v1/batch HTTP/1.1\r\nhost: {address}\r\nauthorization: Basic {BASIC}\r\n\
         content-type: application/json\r\n"
    );
    send_all(address, &head, 0..WARM_UP)?;
    let (from, cpu) = (log.durable_end(), machine::cpu_seconds()?);
    let took = send_all(address, &head, WARM_UP..WARM_UP + BATCHES)?;
    let cpu = machine::cpu_seconds()? - cpu;
    let bytes = log.durable_end().0 - from.0;
    runtime.shutdown_timeout(Duration::from_secs(1));
    drop(host);
    let checksum = check(&log, from)?;
    Ok(Served { took, cpu, bytes, checksum })
}

/// Every event that was acknowledged stands in the log once.
fn check(log: &SegmentLog, from: LogPosition) -> anyhow::Result<u64> {
    let (mut at, mut sum, mut count) = (from, 0_u64, 0_u64);
    loop {
        let records = log.read(at, 10_000, 16 << 20)?;
        let Some(last) = records.last() else { break };
        at = last.0;
        for (_, record) in &records {
            let LogRecord::Fact(fact) = LogRecord::decode(record)? else { continue };
            sum = sum.wrapping_add(mark(&fact.event.message_id.unwrap_or_default()));
            count += 1;
        }
    }
    let mut expected = 0_u64;
    for batch in WARM_UP..WARM_UP + BATCHES {
        for place in 0..BATCH {
            expected = expected.wrapping_add(mark(&message_id(batch, place)));
        }
    }
    ensure!(count == BATCHES * BATCH as u64, "the log holds {count} events");
    ensure!(sum == expected, "the log holds other events than were sent");
    Ok(sum)
}

fn only_reads() -> anyhow::Result<Duration> {
    let read = Arc::new(AtomicU64::new(0));
    let count = read.clone();
    let answer = format!("{{\"success\":true,\"accepted\":{BATCH},\"rejected\":[]}}");
    let handler = move |body: Bytes| {
        count.fetch_add(body.len() as u64, Ordering::Relaxed);
        let answer = answer.clone();
        async move { answer }
    };
    let runtime = Runtime::new()?;
    let address = listen(&runtime, axum::Router::new().route("/v1/batch", post(handler)))?;
    let head = format!("POST /v1/batch HTTP/1.1\r\nhost: {address}\r\n");
    send_all(address, &head, 0..WARM_UP)?;
    let took = send_all(address, &head, WARM_UP..WARM_UP + BATCHES)?;
    runtime.shutdown_timeout(Duration::from_secs(1));
    let expected = (WARM_UP + BATCHES) * Body::new().bytes.len() as u64;
    ensure!(read.load(Ordering::Relaxed) == expected, "the reading server missed something");
    Ok(took)
}

fn listen(runtime: &Runtime, router: axum::Router) -> anyhow::Result<SocketAddr> {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    runtime.spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// The same batches into a file that was filled with zeros before, one sync for each.
fn only_writes(dir: &Path) -> anyhow::Result<Duration> {
    use std::os::unix::fs::FileExt;
    let path = dir.join("only-writes");
    let mut file = File::create(&path).context("could not create a file")?;
    let body = Body::new().bytes;
    let zeros = vec![0; body.len()];
    for _ in 0..BATCHES {
        file.write_all(&zeros)?;
    }
    file.sync_all()?;
    let began = Instant::now();
    for batch in 0..BATCHES {
        file.write_all_at(&body, batch * body.len() as u64)?;
        file.sync_data()?;
    }
    let took = began.elapsed();
    ensure!(BATCH * EVENT_BYTES <= body.len(), "the batch is too short");
    std::fs::remove_file(path)?;
    Ok(took)
}
