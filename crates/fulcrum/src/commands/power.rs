//! `fulcrum power`: what a panel can see, and when, before the first message is withheld.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use measurement::{Horizon, Outcome, Plan, Power, power};

use super::leverage::DesignName;
use super::plot::PlotArguments;
use super::{Format, csv_row, grouped, print, shown};

/// Plan a measurement panel: the smallest effects it can see, and how long that takes.
///
/// Give --weeks to learn what is seen by then, or --leverage to learn how many weeks it takes.
#[derive(clap::Args, Debug)]
#[command(group(clap::ArgGroup::new("outcome").required(true).args(["baseline", "mean"])))]
pub struct Arguments {
    /// The share of people with the outcome when there is no channel, such as 0.04.
    #[arg(long, value_name = "RATE")]
    baseline: Option<f64>,
    /// The mean outcome per person when there is no channel.
    #[arg(long, requires = "sd", allow_negative_numbers = true)]
    mean: Option<f64>,
    /// Its standard deviation over people.
    #[arg(long, requires = "mean")]
    sd: Option<f64>,
    /// How many channels.
    #[arg(long, value_name = "K")]
    channels: usize,
    /// The share of people in the panel, such as 0.2.
    #[arg(long, value_name = "SHARE")]
    panel: f64,
    /// People who start to count per week.
    #[arg(long, value_name = "N")]
    people_per_week: f64,
    #[arg(long, value_enum, default_value_t = DesignName::Leverage)]
    design: DesignName,
    /// The leverage that must be seen: how many weeks does it take?
    #[arg(long, value_name = "L", conflicts_with = "weeks", allow_negative_numbers = true)]
    leverage: Option<f64>,
    /// How many weeks people enter: what is seen by then? 12 when neither is given.
    #[arg(long, value_name = "W")]
    weeks: Option<f64>,
    /// What all channels together bring per person, if it is known: tells what the panel costs.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    together: Option<f64>,
    /// The chance of finding an effect where there is none.
    #[arg(long, default_value_t = 0.05)]
    alpha: f64,
    /// The chance of finding the smallest effect.
    #[arg(long, default_value_t = 0.8)]
    power: f64,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    plot: PlotArguments,
}

/// A quarter: what a team plans for.
const WEEKS: f64 = 12.0;

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let plan = plan(arguments)?;
    let found = power(&plan).map_err(|message| anyhow!(message))?;
    print(&match arguments.format {
        Format::Json => serde_json::to_string_pretty(&found)? + "\n",
        Format::Csv => csv(&found),
        Format::Table => table(&found, &plan),
    })?;
    arguments.plot.write(|| plots::power_figure(&plan, &found))?;
    Ok(ExitCode::SUCCESS)
}

fn plan(arguments: &Arguments) -> anyhow::Result<Plan> {
    let outcome = match (arguments.baseline, arguments.mean, arguments.sd) {
        (Some(rate), ..) => Outcome::Rate(rate),
        (None, Some(mean), Some(sd)) => Outcome::Amount { mean, sd },
        _ => bail!("give --baseline, or --mean and --sd"),
    };
    Ok(Plan {
        outcome,
        channels: arguments.channels,
        panel: arguments.panel,
        design: arguments.design.design(),
        people_per_week: arguments.people_per_week,
        together: arguments.together,
        alpha: arguments.alpha,
        power: arguments.power,
        horizon: match arguments.leverage {
            Some(size) => Horizon::Leverage(size),
            None => Horizon::Weeks(arguments.weeks.unwrap_or(WEEKS)),
        },
    })
}

fn csv(found: &Power) -> String {
    let mut text = csv_row(&["weeks", "single", "leverage"].map(str::to_owned));
    for point in &found.curve {
        text += &csv_row(&[point.weeks, point.single, point.leverage].map(|it| it.to_string()));
    }
    text
}

fn table(found: &Power, plan: &Plan) -> String {
    let smallest = found.minimum_detectable;
    let places = super::decimals(smallest.single);
    let weeks = shown(found.weeks, usize::from(found.weeks < 10.0));
    let mut text = format!(
        "After {weeks} weeks of people entering, a leverage of {} per person is seen with {} % chance,\n\
         and a single channel's effect of {}. Outcomes of the last people need their window on top.\n\
         {} % of the messages in these channels are withheld to know this{}.\n\n",
        shown(smallest.leverage, places),
        shown(plan.power * 100.0, 0),
        shown(smallest.single, places),
        shown(found.withheld_share * 100.0, 1),
        found.forgone.map_or(String::new(), |forgone| {
            let weeks = super::decimals(forgone.per_week.abs() / 10.0);
            format!(", which costs about {} a week", shown(forgone.per_week, weeks))
        }),
    );
    text += &format!("{:<28}{:>10}{:>14}\n", "channels on", "share", "people");
    for cell in &found.cells {
        let on: Vec<String> = cell.on.iter().map(usize::to_string).collect();
        let name = match on.len() {
            0 => "none".to_owned(),
            all if all == plan.channels => "all".to_owned(),
            _ => on.join(" + "),
        };
        let share = format!("{} %", shown(cell.share * 100.0, 2));
        text += &format!("{name:<28}{share:>10}{:>14}\n", grouped(cell.people.round() as u64));
    }
    text += &format!("\n{:<28}{:>10}{:>14}\n", "smallest effect after", "single", "leverage");
    for point in &found.curve {
        let weeks = format!("{} weeks", shown(point.weeks, 0));
        let (single, leverage) = (shown(point.single, places), shown(point.leverage, places));
        text += &format!("{weeks:<28}{single:>10}{leverage:>14}\n");
    }
    text
}

#[cfg(test)]
mod tests;
