//! What people add up to does not depend on how many threads add.

use tables::{Blocks, Options};

use super::*;

fn found(text: &str, cap: Option<f64>, threads: usize) -> CellSums<Sums> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("units.csv");
    std::fs::write(&path, text).expect("a file");
    let blocks = Blocks::open(&path, Some(Options::default())).expect("a file");
    let column = |name: &str| blocks.column(name).expect("there");
    let columns = UnitColumns {
        channels: vec![column("a"), column("b")],
        numbers: vec![column("y"), column("x")],
    };
    sums(blocks, &columns, cap, threads, |_| {}).expect("sums")
}

#[test]
fn sums_are_the_same_to_the_last_digit_on_any_number_of_threads() {
    // More than two blocks of rows, whose sums round differently in another order.
    let mut text = "a,b,y,x\n".to_owned();
    for i in 0..700_000_u64 {
        let y = (i * 2_654_435_761 % 1_000_003) as f64 / 997.0;
        text += &format!("{},{},{y:.6},{}\n", i % 2, i / 2 % 2, i % 13);
    }
    let one = found(&text, Some(500.0), 1);
    assert_eq!(one.sums.iter().map(|cell| cell.n).sum::<u64>(), 700_000);
    assert!(one.sums[0].mean < one.uncapped[0].mean, "the cap takes something");
    for threads in [2, 3, 7] {
        let many = found(&text, Some(500.0), threads);
        assert_eq!((&one.sums, &one.uncapped), (&many.sums, &many.uncapped), "{threads} threads");
    }
}

#[test]
fn rows_fall_into_their_cells() {
    let text = "a,b,y,x\n1,0,2,1\n0,1,3,1\n1,1,4,2\n1,true,6,4\n";
    let cells = found(text, None, 1);
    let means: Vec<(u64, f64)> = cells.sums.iter().map(|cell| (cell.n, cell.mean)).collect();
    assert_eq!(means, [(0, 0.0), (1, 2.0), (1, 3.0), (2, 5.0)]);
    assert_eq!(cells.sums[3].covariate.map(|it| it.mean), Some(3.0));
    assert!(cells.uncapped.is_empty());
}
