//! Stored forms round trip.

#[test]
fn the_markets_programme_is_whole() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/programme");
    let mut files = std::collections::BTreeMap::new();
    for folder in ["", "audiences", "journeys", "content", "broadcasts"] {
        for entry in std::fs::read_dir(dir.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                let name = path.strip_prefix(&dir).expect("below").to_string_lossy().into_owned();
                files.insert(name, std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    if let Err(problems) = crate::programme::parse(&files) {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"));
    }
}
