//! Other programs on the same files in the same run, in a Python of their own.

use crate::figure::{Figure, median};
use crate::measurement::Size;
use anyhow::{Context, ensure};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is installed; another version is another measurement.
const PACKAGES: [&str; 7] = [
    "ChannelAttribution==2.2.5",
    "matplotlib==3.11.2",
    "lifetimes==0.11.3",
    "statsmodels==0.15.0",
    "gbstats==0.8.0",
    "numpy<3",
    "pandas<4",
];

struct Peer {
    name: &'static str,
    /// The operation in `bench/peers.py`.
    operation: &'static str,
    file: &'static str,
    /// Begins the name of our figure for the same.
    ours: &'static str,
}

const PEERS: [Peer; 6] = [
    Peer {
        name: "ChannelAttribution 2.2.5, first, last, linear and Markov 1",
        operation: "attribution-1",
        file: "paths",
        ours: "all rules and Markov 1",
    },
    Peer {
        name: "ChannelAttribution 2.2.5, Markov 3",
        operation: "attribution-3",
        file: "paths",
        ours: "Markov 3",
    },
    Peer {
        name: "statsmodels 0.15.0, interaction regression with HC2 errors",
        operation: "regression",
        file: "units",
        ours: "leverage of",
    },
    Peer {
        name: "gbstats 0.8.0, two of the 64 cells with the covariate",
        operation: "gbstats",
        file: "units",
        ours: "",
    },
    Peer { name: "lifetimes 0.11.3, BG/NBD of CDNOW", operation: "cdnow", file: "", ours: "CDNOW" },
    Peer {
        name: "lifetimes 0.11.3, BG/NBD of 1,000,000 customers",
        operation: "customers",
        file: "",
        ours: "BG/NBD of 1,000,000",
    },
];

/// What the script prints.
#[derive(Deserialize)]
struct Said {
    /// CPU seconds of the answer, and of reading the file before it.
    seconds: f64,
    reading: f64,
    megabytes: f64,
    times: f64,
}

/// A figure per program and operation, beside ours in CPU seconds. What is missing is said.
pub fn measure(dir: &Path, sizes: &[Size], runs: usize, ours: &[Figure]) -> Vec<Figure> {
    let python = match installed(dir) {
        Ok(python) => python,
        Err(error) => {
            eprintln!("the other programs are left out: {error:#}");
            return Vec::new();
        }
    };
    let mut figures = Vec::new();
    for size in sizes {
        for peer in &PEERS {
            let of_file = !peer.file.is_empty();
            if !of_file && *size != Size::Million {
                continue;
            }
            eprintln!("{}, {size}", peer.name);
            let file = dir.join(size.file(peer.file));
            let said: anyhow::Result<Vec<Said>> =
                (0..runs).map(|_| ask(&python, peer.operation, &file)).collect();
            match said {
                Ok(said) => figures.push(figure(peer, *size, &said, ours)),
                Err(error) => eprintln!("{} is left out: {error:#}", peer.name),
            }
        }
    }
    figures
}

fn figure(peer: &Peer, size: Size, said: &[Said], ours: &[Figure]) -> Figure {
    let middle = |of: fn(&Said) -> f64| median(said.iter().map(of).collect()).unwrap_or(0.0);
    let (of_file, rows) = (!peer.file.is_empty(), size.to_string());
    let name = if of_file { format!("{} ({rows})", peer.name) } else { peer.name.to_owned() };
    let seconds = middle(|it| it.seconds + it.reading) / middle(|it| it.times).max(1.0);
    let figure = Figure::new(&name, seconds, "CPU s")
        .detail("of that, reading the file", middle(|it| it.reading))
        .detail("MB", middle(|it| it.megabytes));
    let same = |it: &&Figure| {
        !peer.ours.is_empty()
            && it.name.contains(peer.ours)
            && (!of_file || it.name.contains(&rows))
    };
    match ours.iter().find(same) {
        Some(our) => {
            let seconds = if our.unit == "CPU ms" { our.value / 1e3 } else { our.value };
            figure.limit(seconds, "Fulcrum")
        }
        None => figure,
    }
}

fn ask(python: &Path, operation: &str, file: &Path) -> anyhow::Result<Said> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(python)
        .arg(root.join("bench/peers.py"))
        .arg(operation)
        .arg(file)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // As many as a machine has is what their users get; one is what CPU seconds are fair for.
        .env("OMP_NUM_THREADS", "1")
        .output()
        .context("could not start Python")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}", error.lines().last().unwrap_or("it failed"));
    serde_json::from_str(text.lines().last().unwrap_or_default()).context("it said something else")
}

/// A Python with the packages, made where the data go and thrown away with them.
fn installed(dir: &Path) -> anyhow::Result<PathBuf> {
    python(&dir.join("python"), &PACKAGES)
}

/// A Python with these packages in this folder, made unless it is there.
pub fn python(folder: &Path, packages: &[&str]) -> anyhow::Result<PathBuf> {
    let done = folder.join("installed");
    if done.exists() {
        return Ok(folder.join("bin/python"));
    }
    let run = |program: &Path, arguments: &[&str]| -> anyhow::Result<()> {
        let output =
            Command::new(program).args(arguments).output().context("there is no Python")?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "packages could not be installed ({})",
            error.lines().last().unwrap_or_default()
        );
        Ok(())
    };
    eprintln!("installing the other programs");
    run(Path::new("python3"), &["-m", "venv", &folder.display().to_string()])?;
    let mut arguments = vec!["install", "--quiet", "--disable-pip-version-check"];
    arguments.extend(packages);
    run(&folder.join("bin/pip"), &arguments)?;
    std::fs::write(done, "").context("could not note what is installed")?;
    Ok(folder.join("bin/python"))
}
