//! It is a log like any other, and the disk holds the same at the end.

use super::*;

fn open(dir: &std::path::Path) -> SegmentLog {
    SegmentLog::open(dir, log_segments::Options::default()).expect("a log")
}

#[test]
fn it_reads_at_once_what_the_disk_holds_in_the_end() {
    let dir = tempfile::tempdir().expect("a folder");
    let disk = Arc::new(open(dir.path()));
    let early = EarlyLog::new(Arc::clone(&disk));
    let mut read = Vec::new();
    let mut at = LogPosition(0);
    for n in 0..200_u64 {
        let records = (0..n % 4).map(|i| vec![n as u8; (n * i) as usize]).collect();
        early.append(records, Box::new(|result| assert!(result.is_ok())));
        // Never behind: everything that was appended is there.
        while at < early.durable_end() {
            let part = early.read(at, 2, 50).expect("records");
            at = part.last().expect("there is more").0;
            read.extend(part);
        }
    }
    drop((early, disk));
    let disk = open(dir.path());
    assert_eq!(disk.read(LogPosition(0), usize::MAX, usize::MAX).expect("records"), read);
}
