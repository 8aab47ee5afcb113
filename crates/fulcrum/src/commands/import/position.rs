//! How far an import has come, in a small file beside the data.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use model::SourceId;
use serde::{Deserialize, Serialize};
use tables::Position;

use crate::data::{DataDir, hex};
use crate::stop::Stop;

/// As much of a file is looked at to know it again.
const HEAD_BYTES: u64 = 64 * 1024;

/// The place of one file's bookmark, and what the file looks like now.
pub struct Bookmark {
    /// None for standard input, which cannot be gone back to.
    path: Option<PathBuf>,
    file: PathBuf,
    bytes: u64,
}

/// What an earlier import left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Nothing,
    /// Everything that the file holds was read.
    Whole,
    /// Rows before this place were read.
    Part(Position),
}

#[derive(Serialize, Deserialize)]
enum Stored {
    #[serde(rename = "import.1")]
    Import {
        /// The file's length then, and the hash of its beginning: a longer file with the same
        /// beginning has grown, and another beginning is another file.
        bytes: u64,
        head_bytes: u64,
        head_hash: String,
        byte: u64,
        line: u64,
        row: u64,
        whole: bool,
    },
}

impl Bookmark {
    /// `under` is what else decides what the rows become; under other terms they are read anew.
    pub fn of(
        data: &DataDir,
        source: &SourceId,
        file: &Path,
        under: &str,
    ) -> anyhow::Result<Bookmark> {
        if file.as_os_str() == "-" {
            return Ok(Bookmark { path: None, file: file.to_owned(), bytes: 0 });
        }
        let folder = data.path().join("imports");
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("could not create {}", folder.display()))?;
        let name = file.file_name().map(|it| it.to_string_lossy()).unwrap_or_default();
        let key = match under.is_empty() {
            true => format!("{source}\n{name}"),
            false => format!("{source}\n{name}\n{under}"),
        };
        let key = blake3::hash(key.as_bytes());
        let path = folder.join(format!("{}.json", hex(&key.as_bytes()[..8])));
        let bytes = std::fs::metadata(file)
            .map_err(|error| Stop::usage(format!("could not read {}: {error}", file.display())))?
            .len();
        Ok(Bookmark { path: Some(path), file: file.to_owned(), bytes })
    }

    pub fn find(&self) -> anyhow::Result<Found> {
        let Some(path) = &self.path else { return Ok(Found::Nothing) };
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Found::Nothing);
            }
            Err(error) => {
                let doing = format!("could not read {}", path.display());
                return Err(anyhow::Error::new(error).context(doing));
            }
        };
        // What cannot be read is begun again: rows that were taken are known by their ids.
        let Ok(Stored::Import { bytes, head_bytes, head_hash, byte, line, row, whole }) =
            serde_json::from_slice(&text)
        else {
            return Ok(Found::Nothing);
        };
        if self.bytes < bytes || head(&self.file, head_bytes)? != head_hash {
            return Ok(Found::Nothing);
        }
        // A Parquet file is written as a whole: a longer one is another one.
        if self.bytes != bytes && is_parquet(&self.file)? {
            return Ok(Found::Nothing);
        }
        Ok(match whole && bytes == self.bytes {
            true => Found::Whole,
            false => Found::Part(Position { byte, line, row }),
        })
    }

    /// Called when everything before `at` is durable.
    pub fn put(&self, at: Position, whole: bool) -> anyhow::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let head_bytes = self.bytes.min(HEAD_BYTES);
        let stored = Stored::Import {
            bytes: self.bytes,
            head_bytes,
            head_hash: head(&self.file, head_bytes)?,
            byte: at.byte,
            line: at.line,
            row: at.row,
            whole,
        };
        // In one step, so that an interruption leaves the old or the new one.
        let partial = path.with_extension("partial");
        std::fs::write(&partial, serde_json::to_vec(&stored)?)
            .and_then(|()| std::fs::rename(&partial, path))
            .with_context(|| format!("could not write {}", path.display()))
    }
}

fn is_parquet(file: &Path) -> anyhow::Result<bool> {
    let mut start = Vec::new();
    std::fs::File::open(file)
        .and_then(|it| it.take(4).read_to_end(&mut start))
        .with_context(|| format!("could not read {}", file.display()))?;
    Ok(start == b"PAR1")
}

fn head(file: &Path, bytes: u64) -> anyhow::Result<String> {
    let doing = || format!("could not read {}", file.display());
    let mut head = Vec::new();
    std::fs::File::open(file)
        .and_then(|it| it.take(bytes).read_to_end(&mut head))
        .with_context(doing)?;
    Ok(hex(blake3::hash(&head).as_bytes()))
}
