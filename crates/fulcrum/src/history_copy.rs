//! A copy of the history beside the process that writes it.
//!
//! Files appear whole and never change; one may be put together with others, or be replaced by one
//! without some rows, while they are copied. Then one that was listed is gone, and it is listed again.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;

/// Days are put together one at a time, so that few tries are needed.
const TRIES: usize = 20;

/// The one file beside the parts: up to where the history goes.
const POSITION: &str = "_position.json";

/// Copies the history in `from` to the new directory `to`, and returns how many files it has. Where there
/// is none yet, there is none in the copy.
pub fn copy(from: &Path, to: &Path) -> anyhow::Result<usize> {
    let failed = || format!("could not copy {}", from.display());
    for _ in 0..TRIES {
        match std::fs::remove_dir_all(to) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(anyhow::Error::new(error).context(failed()));
            }
            Ok(()) | Err(_) => {}
        }
        if !from.join(POSITION).is_file() {
            return Ok(0);
        }
        match try_copy(from, to) {
            Ok(count) => return Ok(count),
            Err(error) if is_gone(&error) => {}
            Err(error) => return Err(error.context(failed())),
        }
    }
    anyhow::bail!("{}: its files changed all the time; try again later", failed())
}

/// The position first: whatever was filed after it is cut off when the copy is opened.
fn try_copy(from: &Path, to: &Path) -> anyhow::Result<usize> {
    std::fs::create_dir_all(to)?;
    copy_file(&from.join(POSITION), &to.join(POSITION))?;
    let parts = lake::parts_in(from)?;
    for part in &parts {
        let inner = part.path.strip_prefix(from).context("a part is in its folder")?;
        let target = to.join(inner);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        copy_file(&part.path, &target)?;
    }
    // What was put together since the list was made may stand in both forms, or in none.
    let now = lake::parts_in(from)?;
    let is_there = |it: &lake::Name| now.iter().any(|other| other.path == it.path);
    if !parts.iter().all(is_there) {
        return Err(std::io::Error::from(ErrorKind::NotFound).into());
    }
    Ok(parts.len())
}

fn copy_file(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::copy(from, to)?;
    File::open(to)?.sync_all()
}

fn is_gone(error: &anyhow::Error) -> bool {
    let gone = |it: &(dyn std::error::Error + 'static)| {
        it.downcast_ref::<std::io::Error>().is_some_and(|it| it.kind() == ErrorKind::NotFound)
    };
    error.chain().any(gone)
}
