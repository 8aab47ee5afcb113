//! The one thread that writes: it takes all who wait, writes once, syncs once and answers them.

use crate::disk::{Disk, io_error, segment_path};
use crate::record::{HEADER_BYTES, encode};
use crate::recovery::OpenSegment;
use crate::{Options, QUEUE_BYTES_MAX};
use port::{AppendDone, LogError, LogPosition};
use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;

/// What the writer, the readers and those who append have in common.
pub struct Shared {
    queue: Mutex<Queue>,
    /// Rings when something waits in the queue, or the log is closed.
    bell: Condvar,
    durable_end: AtomicU64,
    /// The positions at which files with durable records begin.
    segments: RwLock<BTreeSet<u64>>,
    wakes: RwLock<Vec<Arc<dyn Fn() + Send + Sync>>>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Append>,
    bytes: usize,
    closed: Option<String>,
    /// Who waits for the present file to be done with.
    rolls: Vec<SyncSender<u64>>,
}

/// What the writer does next.
enum Work {
    Group(Vec<Append>),
    /// Goes on in a new file, and says to these where the old one ends.
    Roll(Vec<SyncSender<u64>>),
    End,
}

struct Append {
    records: Vec<Vec<u8>>,
    bytes: usize,
    done: AppendDone,
}

impl Shared {
    pub fn new(segments: BTreeSet<u64>, durable_end: u64) -> Shared {
        Shared {
            queue: Mutex::default(),
            bell: Condvar::new(),
            durable_end: AtomicU64::new(durable_end),
            segments: RwLock::new(segments),
            wakes: RwLock::default(),
        }
    }

    pub fn durable_end(&self) -> u64 {
        self.durable_end.load(Ordering::Acquire)
    }

    /// Where the file that holds `position` begins, and where the next one does.
    pub fn segment_of(&self, position: u64) -> Option<(u64, Option<u64>)> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let base = segments.range(..=position).next_back().copied()?;
        let next = segments.range((Bound::Excluded(position), Bound::Unbounded)).next().copied();
        Some((base, next))
    }

    pub fn add_wake(&self, wake: Arc<dyn Fn() + Send + Sync>) {
        self.wakes.write().unwrap_or_else(PoisonError::into_inner).push(wake);
    }

    pub fn enqueue(&self, dir: &Path, records: Vec<Vec<u8>>, bytes: usize, done: AppendDone) {
        let mut queue = self.queue();
        let refusal = if let Some(why) = &queue.closed {
            LogError::Closed { why: why.clone() }
        } else if QUEUE_BYTES_MAX < queue.bytes + bytes && !queue.waiting.is_empty() {
            let busy = format!("{} bytes wait for the disk already; try again later", queue.bytes);
            io_error("append to", dir, io::Error::new(io::ErrorKind::ResourceBusy, busy))
        } else {
            queue.bytes += bytes;
            queue.waiting.push_back(Append { records, bytes, done });
            self.bell.notify_one();
            return;
        };
        drop(queue);
        done(Err(refusal));
    }

    /// Nothing more is taken; what waits is still written.
    pub fn close(&self, why: &str) {
        self.queue().closed.get_or_insert_with(|| why.to_owned());
        self.bell.notify_all();
    }

    /// The positions at which files begin, each with that of the next file.
    pub fn segments(&self) -> Vec<(u64, Option<u64>)> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let next = segments.iter().skip(1).copied().map(Some).chain([None]);
        segments.iter().copied().zip(next).collect()
    }

    /// Where the first file begins.
    pub fn first(&self) -> u64 {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        segments.first().copied().unwrap_or(0)
    }

    /// The file that begins here is there no more.
    pub fn forget(&self, base: u64) {
        self.segments.write().unwrap_or_else(PoisonError::into_inner).remove(&base);
    }

    /// Has the writer leave its present file alone for good; returns where that file ends.
    pub fn roll(&self) -> Result<u64, LogError> {
        let closed = |why: &str| LogError::Closed { why: why.to_owned() };
        let (sender, receiver) = sync_channel(1);
        {
            let mut queue = self.queue();
            if let Some(why) = &queue.closed {
                return Err(closed(why));
            }
            queue.rolls.push(sender);
            self.bell.notify_one();
        }
        receiver.recv().map_err(|_| closed("its writer stopped"))
    }

    /// Waits for work, until the log is closed and everything is written.
    fn next_work(&self, group_bytes: usize) -> Work {
        let mut queue = self.queue();
        let idle = |it: &Queue| it.waiting.is_empty() && it.rolls.is_empty();
        while idle(&queue) && queue.closed.is_none() {
            queue = self.bell.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        if !queue.rolls.is_empty() {
            return Work::Roll(std::mem::take(&mut queue.rolls));
        }
        let (mut group, mut bytes) = (Vec::new(), 0);
        while let Some(next) = queue.waiting.front()
            && (group.is_empty() || bytes + next.bytes <= group_bytes)
            && let Some(next) = queue.waiting.pop_front()
        {
            bytes += next.bytes;
            queue.bytes -= next.bytes;
            group.push(next);
        }
        if group.is_empty() { Work::End } else { Work::Group(group) }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes records up to `end` visible. The file first, or a reader would miss it.
    fn publish(&self, base: u64, end: u64) {
        self.segments.write().unwrap_or_else(PoisonError::into_inner).insert(base);
        self.durable_end.store(end, Ordering::Release);
        let wakes = self.wakes.read().unwrap_or_else(PoisonError::into_inner).clone();
        for wake in wakes {
            wake();
        }
    }
}

/// Starts the thread. It owns the lock, so the directory is free when it has ended.
pub fn start(
    dir: &Path,
    options: Options,
    disk: Box<dyn Disk>,
    current: Option<OpenSegment>,
    shared: Arc<Shared>,
    lock: File,
) -> Result<JoinHandle<()>, LogError> {
    let end = shared.durable_end();
    let mut writer =
        Writer { dir: dir.to_owned(), options, disk, current, end, buffer: Vec::new() };
    std::thread::Builder::new()
        .name("log-writer".to_owned())
        .spawn(move || {
            let guard = CloseOnExit(shared);
            writer.run(&guard.0);
            drop(lock);
        })
        .map_err(|it| io_error("start the writer of", dir, it))
}

/// Should a callback panic, those who wait are told instead of being left to wait for ever.
struct CloseOnExit(Arc<Shared>);

impl Drop for CloseOnExit {
    fn drop(&mut self) {
        self.0.close("its writer stopped");
        let left = std::mem::take(&mut self.0.queue().waiting);
        for append in left {
            (append.done)(Err(LogError::Closed { why: "its writer stopped".to_owned() }));
        }
    }
}

/// A group of this share of a step or more is not worth filling ahead for: storing the new size once
/// costs less than writing so many bytes twice.
const LARGE_GROUPS_PER_STEP: u64 = 16;

struct Writer {
    dir: PathBuf,
    options: Options,
    disk: Box<dyn Disk>,
    /// None before the first group, after a failure, and when a file is full.
    current: Option<OpenSegment>,
    /// The position after the last durable record.
    end: u64,
    buffer: Vec<u8>,
}

impl Writer {
    fn run(&mut self, shared: &Shared) {
        loop {
            let group = match shared.next_work(self.options.group_bytes) {
                Work::Group(group) => group,
                Work::Roll(waiting) => {
                    if let Some(done) = self.current.take() {
                        self.cut(done);
                    }
                    for it in waiting {
                        // Whoever waited may have gone.
                        let _ = it.send(self.end);
                    }
                    continue;
                }
                Work::End => return,
            };
            let ends = self.encode_group(&group);
            let result =
                if self.buffer.is_empty() { Ok(None) } else { self.write_group().map(Some) };
            if let Ok(Some(base)) = result {
                shared.publish(base, self.end);
            }
            for (append, end) in group.into_iter().zip(ends) {
                (append.done)(match &result {
                    Ok(_) => Ok(LogPosition(end)),
                    Err(failure) => Err(failure.to_error()),
                });
            }
        }
    }

    /// Fills the buffer; returns the position after each append's last record.
    fn encode_group(&mut self, group: &[Append]) -> Vec<u64> {
        self.buffer.clear();
        let mut position = self.end;
        let mut ends = Vec::with_capacity(group.len());
        for append in group {
            for record in &append.records {
                encode(&mut self.buffer, record, position, self.end);
                position += (HEADER_BYTES + record.len()) as u64;
            }
            ends.push(position);
        }
        ends
    }

    /// Writes and syncs the buffer; returns where its file begins. On failure the file is left
    /// alone for good: see the top of this crate.
    fn write_group(&mut self) -> Result<u64, Failure> {
        let mut segment = match self.current.take() {
            Some(segment) if self.end - segment.base < self.options.segment_bytes => segment,
            Some(full) => {
                self.cut(full);
                self.create_segment()?
            }
            None => self.create_segment()?,
        };
        let path = segment_path(&self.dir, segment.base);
        let offset = self.end - segment.base;
        let bytes = self.buffer.len() as u64;
        let is_large = self.options.ahead_bytes / LARGE_GROUPS_PER_STEP <= bytes;
        if segment.bytes_ahead < offset + bytes && is_large {
            segment.bytes_ahead = offset + bytes;
        } else if segment.bytes_ahead < offset + bytes {
            let step = self.options.ahead_bytes.max(1);
            let rounded = (offset + bytes).div_ceil(step) * step;
            segment.bytes_ahead = rounded.min(self.options.segment_bytes).max(offset + bytes);
            self.buffer.resize((segment.bytes_ahead - offset) as usize, 0);
        }
        let written = segment.file.write_at(offset, &self.buffer).map_err(|it| ("write", it));
        match written.and_then(|()| segment.file.sync().map_err(|it| ("sync", it))) {
            Ok(()) => {}
            Err((doing, source)) => {
                self.cut(segment);
                return Err(Failure { doing, path, source });
            }
        }
        self.end += bytes;
        let base = segment.base;
        self.current = Some(segment);
        Ok(base)
    }

    fn create_segment(&mut self) -> Result<OpenSegment, Failure> {
        let path = segment_path(&self.dir, self.end);
        let file =
            self.disk.create(&path).map_err(|source| Failure { doing: "create", path, source })?;
        self.disk.sync_dir(&self.dir).map_err(|source| Failure {
            doing: "sync",
            path: self.dir.clone(),
            source,
        })?;
        Ok(OpenSegment { base: self.end, file, bytes_ahead: 0 })
    }

    /// Gives back what a file that is not continued holds beyond its last durable record. Only to
    /// save space: readers and recovery stop where the next file begins.
    fn cut(&mut self, mut segment: OpenSegment) {
        if let Err(error) = segment.file.set_len(self.end - segment.base) {
            tracing::warn!(base = segment.base, %error, "could not shorten a closed log file");
        }
    }
}

/// An error that everybody in the group gets a copy of.
struct Failure {
    doing: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl Failure {
    fn to_error(&self) -> LogError {
        let source = match self.source.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(self.source.kind(), self.source.to_string()),
        };
        io_error(self.doing, &self.path, source)
    }
}
