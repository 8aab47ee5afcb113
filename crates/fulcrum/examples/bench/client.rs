//! Clients over plain TCP with kept connections: as little as can be, so that the server shows.

use crate::events::{BATCH, Body};
use anyhow::{Context, ensure};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Enough that the disk is never idle for want of a request, few enough for two cores.
pub const CONNECTIONS: usize = 16;

/// Sends the numbered batches, each once, and returns how long that took.
pub fn send_all(
    address: SocketAddr,
    head: &str,
    batches: std::ops::Range<u64>,
) -> anyhow::Result<Duration> {
    let next = AtomicU64::new(batches.start);
    let began = Instant::now();
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CONNECTIONS)
            .map(|_| scope.spawn(|| send_some(address, head, &next, batches.end)))
            .collect();
        for client in clients {
            client.join().map_err(|_| anyhow::anyhow!("a client panicked"))??;
        }
        Ok(began.elapsed())
    })
}

fn send_some(address: SocketAddr, head: &str, next: &AtomicU64, end: u64) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(address).context("could not connect")?;
    stream.set_nodelay(true)?;
    let mut answers = BufReader::new(stream.try_clone()?);
    let mut body = Body::new();
    let head = format!("{head}content-length: {}\r\n\r\n", body.bytes.len());
    let mut request = Vec::with_capacity(head.len() + body.bytes.len());
    let expected = format!("\"accepted\":{BATCH},");
    let (mut line, mut answer) = (String::new(), Vec::new());
    loop {
        let batch = next.fetch_add(1, Ordering::Relaxed);
        if end <= batch {
            return Ok(());
        }
        body.number(batch);
        request.clear();
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(&body.bytes);
        stream.write_all(&request).context("could not send")?;
        let mut length = 0;
        line.clear();
        answers.read_line(&mut line).context("no answer")?;
        ensure!(line.starts_with("HTTP/1.1 200"), "the server answered {line}");
        loop {
            line.clear();
            answers.read_line(&mut line).context("half an answer")?;
            let header = line.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().context("a strange content-length")?;
            }
        }
        answer.resize(length, 0);
        answers.read_exact(&mut answer).context("half an answer")?;
        let text = String::from_utf8_lossy(&answer);
        ensure!(text.contains(&expected), "not all events were taken: {text}");
    }
}
