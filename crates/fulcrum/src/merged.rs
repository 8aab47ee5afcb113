//! A small file beside the history that says who became part of whom, for whoever queries it.

use std::fs::File;
use std::path::PathBuf;

use anyhow::Context;
use columnar::{Kind, NewColumn, Writer};
use port::Views;

use crate::data::DataDir;

const COLUMNS: [NewColumn; 2] = [
    NewColumn { name: "person", kind: Kind::Int, nullable: false },
    NewColumn { name: "current", kind: Kind::Int, nullable: false },
];

/// In a folder of its own: programs that read the history's folder take every file in it for facts.
pub fn path(data: &DataDir) -> PathBuf {
    data.path().join("people").join("merged.parquet")
}

/// Writes the file anew, with everybody who is part of somebody else now.
pub fn write(data: &DataDir, views: &dyn Views) -> anyhow::Result<()> {
    let path = path(data);
    let failed = || format!("could not write {}", path.display());
    let folder = path.parent().context("the file is in a folder")?;
    std::fs::create_dir_all(folder).with_context(failed)?;
    let new = path.with_extension("new");
    let file = File::create(&new).with_context(failed)?;
    let mut out = Writer::new(std::io::BufWriter::new(file), &COLUMNS, &[0])?;
    for (person, current) in engine::redirects(views)?.iter() {
        out.int(0, i64::try_from(person.0).ok());
        out.int(1, i64::try_from(current.0).ok());
        out.end_row().with_context(failed)?;
    }
    let file = out.finish(&[]).with_context(failed)?.into_inner().with_context(failed)?;
    file.sync_all().with_context(failed)?;
    std::fs::rename(&new, &path).with_context(failed)
}
