//! The ridge on a file: its settings by medium, and what it cannot be asked.

use anyhow::{Context, bail, ensure};
use measurement::{Mix, Named, RidgeQuestion, Transform, ridge};

use super::read::{Input, open};
use super::{Arguments, EffortName, Model};

/// What only the ridge knows, and what it does not.
pub fn check(arguments: &Arguments) -> anyhow::Result<()> {
    let given = [
        ("--transforms", arguments.transforms.is_some()),
        ("--lambda", !arguments.lambda.is_empty()),
    ];
    if arguments.model != Model::Ridge {
        for (name, given) in given {
            ensure!(!given, "{name} needs --model ridge");
        }
        return Ok(());
    }
    for (name, given) in given {
        ensure!(given, "--model ridge needs {name}");
    }
    ensure!(
        arguments.lambda.iter().all(|it| 0.0 < *it && it.is_finite()),
        "--lambda must be numbers above 0"
    );
    ensure!(
        ["all", "none"].contains(&arguments.synergy.as_str()),
        "--synergy is not of --model ridge, which is additive"
    );
    ensure!(
        arguments.effort == EffortName::Linear
            && arguments.margin.is_none()
            && arguments.budget.is_none(),
        "--effort, --margin and --budget are not of --model ridge: without an interval no budget \
         should be moved"
    );
    Ok(())
}

pub fn estimate(arguments: &Arguments, input: &Input) -> anyhow::Result<Mix> {
    let controls: Vec<Named> = input.controls.iter().chain(&input.season).cloned().collect();
    let mut mix = ridge(&RidgeQuestion {
        outcome: &input.outcome,
        media: &input.media,
        transforms: &transforms(arguments)?,
        controls: &controls,
        lambdas: &arguments.lambda,
    });
    mix.confidence = arguments.confidence;
    Ok(mix)
}

/// One for each medium, in their order.
fn transforms(arguments: &Arguments) -> anyhow::Result<Vec<Transform>> {
    let path = arguments.transforms.as_ref().context("--model ridge needs --transforms")?;
    let mut table = open(arguments, path)?;
    let name = table.column("media")?;
    let [theta, alpha, gamma] =
        [table.column("theta")?, table.column("alpha")?, table.column("gamma")?];
    let mut found: Vec<Option<Transform>> = vec![None; arguments.media.len()];
    while let Some(row) = table.next_row()? {
        let medium = row.text(name)?;
        let Some(place) = arguments.media.iter().position(|it| it == medium) else {
            let media = arguments.media.join(", ");
            bail!(
                row.error(name, format!("`{medium}` is none of the media"))
                    .hint(format!("the media are {media}"))
            );
        };
        let settings = Transform::new(row.number(theta)?, row.number(alpha)?, row.number(gamma)?)
            .map_err(|message| row.error(theta, message))?;
        if found[place].replace(settings).is_some() {
            bail!(row.error(name, format!("`{medium}` has settings above as well")));
        }
    }
    let missing = found.iter().zip(&arguments.media).find(|it| it.0.is_none());
    if let Some((_, medium)) = missing {
        bail!("{}: `{medium}` has no row; give each medium its settings", table.file());
    }
    Ok(found.into_iter().flatten().collect())
}
