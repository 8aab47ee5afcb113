//! The contract, crashes at every step, and damage.

use crate::Lake;
use port::{LogPosition, contract};

#[test]
fn the_lake_keeps_the_contract() {
    let mut folders = Vec::new();
    contract::history(&mut || {
        let folder = tempfile::tempdir().expect("a folder");
        let lake = Lake::open(folder.path(), LogPosition(u64::MAX)).expect("a history");
        folders.push(folder);
        Box::new(lake)
    });
}
