//! Overwriting records: a file at a time is written anew beside the old one, made durable, and put
//! in its place. Positions, groups and lengths stay, so nobody who reads or recovers sees more than
//! other words in some records. Stopped at any point, the old file or the new one is there, whole.

use crate::disk::{Disk, io_error, rewrite_path, segment_path};
use crate::record::{Decoded, decode, encode};
use crate::writer::Shared;
use port::LogError;
use std::path::Path;

type Change<'a> = &'a mut dyn FnMut(&[u8]) -> Option<Vec<u8>>;

/// Returns how many records before `until` were overwritten.
pub fn rewrite(
    dir: &Path,
    shared: &Shared,
    disk: &mut dyn Disk,
    until: u64,
    change: Change<'_>,
) -> Result<u64, LogError> {
    let mut changed = 0;
    for (base, next) in shared.segments() {
        if until <= base {
            break;
        }
        let stop = next.unwrap_or_else(|| shared.durable_end());
        let mut new = changed_file(dir, base, stop, until, change)?;
        if new.is_some() && next.is_none() {
            // The writer has this file open and would go on in the old one: first it has to let go.
            let stop = shared.roll()?;
            new = changed_file(dir, base, stop, until, change)?;
        }
        if let Some((bytes, count)) = new {
            replace(dir, disk, base, &bytes)?;
            changed += count;
        }
    }
    Ok(changed)
}

/// The whole file with what `change` makes of it, and how many records changed; none if none did.
fn changed_file(
    dir: &Path,
    base: u64,
    stop: u64,
    until: u64,
    change: Change<'_>,
) -> Result<Option<(Vec<u8>, u64)>, LogError> {
    let path = segment_path(dir, base);
    let bytes = std::fs::read(&path).map_err(|it| io_error("read", &path, it))?;
    let used = usize::try_from(stop - base).unwrap_or(usize::MAX).min(bytes.len());
    let (mut whole, mut changed, mut at) = (Vec::new(), 0, 0);
    while at < used {
        let position = base + at as u64;
        let Decoded::Record { payload, group } = decode(&bytes[at..used], position) else {
            let what = "no good record begins here; the file is left as it is".to_owned();
            let path = path.display().to_string();
            return Err(LogError::Corrupt { path, offset: at as u64, what });
        };
        let old = &bytes[at + payload.start..at + payload.end];
        let new = if position < until { change(old) } else { None };
        match new.filter(|it| it.len() == old.len() && it != old) {
            Some(new) => {
                if changed == 0 {
                    whole.extend_from_slice(&bytes[..at]);
                }
                encode(&mut whole, &new, position, group);
                changed += 1;
            }
            None if 0 < changed => whole.extend_from_slice(&bytes[at..at + payload.end]),
            None => {}
        }
        at += payload.end;
    }
    Ok((0 < changed).then_some((whole, changed)))
}

fn replace(dir: &Path, disk: &mut dyn Disk, base: u64, bytes: &[u8]) -> Result<(), LogError> {
    let (new, old) = (rewrite_path(dir, base), segment_path(dir, base));
    let mut file = disk.create(&new).map_err(|it| io_error("create", &new, it))?;
    file.write_at(0, bytes).map_err(|it| io_error("write", &new, it))?;
    file.sync().map_err(|it| io_error("sync", &new, it))?;
    drop(file);
    disk.rename(&new, &old).map_err(|it| io_error("replace", &old, it))?;
    disk.sync_dir(dir).map_err(|it| io_error("sync", dir, it))
}
