//! The file of `--prior`: what is believed of parameters, and what experiments measured.
//!
//! ```toml
//! [priors]
//! alpha = { beta = { a = 1, b = 3 } }              # all media
//! beta_tv = { half_normal = { sd = 0.3 } }         # one
//!
//! [[experiments]]
//! media = ["tv"]
//! from = [0]
//! to = [20000]
//! effect = 5200
//! se = 1500
//! ```

use std::path::Path;

use anyhow::{Context, bail};
use measurement::{Experiment, Prior};
use serde::Deserialize;

#[derive(Debug, Default)]
pub struct Believed {
    pub priors: Vec<(String, Prior)>,
    pub experiments: Vec<Experiment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    priors: std::collections::BTreeMap<String, Prior>,
    #[serde(default)]
    experiments: Vec<Measured>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    media: Vec<String>,
    from: Vec<f64>,
    to: Vec<f64>,
    effect: f64,
    se: f64,
    #[serde(default)]
    beyond: bool,
}

/// Longer ones hold something else.
const BYTES_MAX: u64 = 1_000_000;

pub fn read(path: &Path, media: &[String]) -> anyhow::Result<Believed> {
    let shown = path.display();
    let size = std::fs::metadata(path).with_context(|| format!("{shown} cannot be read"))?.len();
    if BYTES_MAX < size {
        bail!("{shown} has {size} bytes; a file of priors has some lines");
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("{shown} cannot be read"))?;
    let file: File = toml::from_str(&text).map_err(|error| anyhow::anyhow!("{shown}: {error}"))?;
    let mut experiments = Vec::new();
    for (at, measured) in file.experiments.into_iter().enumerate() {
        let place = |name: &String| {
            media.iter().position(|it| it == name).with_context(|| {
                format!(
                    "{shown}: experiment {}: `{name}` is none of the media, which are {}",
                    at + 1,
                    media.join(", ")
                )
            })
        };
        experiments.push(Experiment {
            media: measured.media.iter().map(place).collect::<anyhow::Result<Vec<usize>>>()?,
            from: measured.from,
            to: measured.to,
            effect: measured.effect,
            se: measured.se,
            beyond: measured.beyond,
        });
    }
    Ok(Believed { priors: file.priors.into_iter().collect(), experiments })
}
