//! The result for people and for spreadsheets.

use measurement::{Allocated, Medium, Mix, Parameter, RidgePath};

use crate::commands::leverage::wrapped;
use crate::commands::{csv_row, decimals, grouped, shown};

/// One row per number.
pub fn csv(mix: &Mix) -> String {
    let head = ["kind", "name", "mean", "sd", "low", "high", "p", "reason"];
    let mut text = csv_row(&head.map(str::to_owned));
    let number = |value: Option<f64>| value.map(|it| it.to_string()).unwrap_or_default();
    let mut row = |kind: &str, name: &str, values: [Option<f64>; 5], reason: &str| {
        let mut cells = vec![kind.to_owned(), name.to_owned()];
        cells.extend(values.map(number));
        cells.push(reason.to_owned());
        text += &csv_row(&cells);
    };
    for it in &mix.parameters {
        row("parameter", &it.name, [Some(it.mean), it.sd, it.low, it.high, it.p], "");
        let chains = [("rhat", it.rhat), ("ess_bulk", it.ess_bulk), ("ess_tail", it.ess_tail)];
        for (kind, value) in chains.into_iter().filter(|it| it.1.is_some()) {
            row(kind, &it.name, [value, None, None, None, None], "");
        }
    }
    for it in &mix.media {
        let (sd, low, high) = (it.contribution_sd, it.contribution_low, it.contribution_high);
        let reason = it.reason.as_deref().unwrap_or_default();
        row("contribution", &it.name, [Some(it.contribution), sd, low, high, None], reason);
        row("share", &it.name, [it.share, None, None, None, None], "");
        row("return", &it.name, [it.per_unit, None, it.return_low, it.return_high, None], "");
        let (low, high) = (it.marginal_return_low, it.marginal_return_high);
        row("marginal_return", &it.name, [it.marginal_return, None, low, high, None], "");
    }
    for it in &mix.synergy {
        let reason = it.reason.as_deref().unwrap_or_default();
        row("synergy", &it.media.join("*"), [it.mean, it.sd, it.low, it.high, it.p], reason);
    }
    for path in &mix.ridge {
        let at = |name: &str| format!("{name} at {}", path.lambda);
        for it in &path.coefficients {
            row("ridge_coefficient", &at(&it.name), [Some(it.value), None, None, None, None], "");
        }
        for it in &path.media {
            row("ridge_share", &at(&it.name), [it.share, None, None, None, None], "");
            row("ridge_return", &at(&it.name), [it.per_unit, None, None, None, None], "");
        }
    }
    for (kind, it) in [("leverage", &mix.leverage), ("base", &mix.base)] {
        if let Some(it) = it {
            row(kind, "", [Some(it.mean), Some(it.sd), Some(it.low), Some(it.high), None], "");
        }
    }
    for (kind, list) in [("allocation", &mix.allocation), ("optimum", &mix.optimum)] {
        for it in list.iter().flatten() {
            row(&format!("{kind}_spend"), &it.name, [Some(it.spend), None, None, None, None], "");
            let expected = [Some(it.expected), None, None, None, None];
            row(&format!("{kind}_expected"), &it.name, expected, "");
        }
    }
    text
}

/// Longer names are cut; the whole table stays under 100 columns where numbers are of usual length.
const LABEL: usize = 24;

/// Letters for one end of an interval, at least.
const END_MIN: usize = 10;

/// For people: what it means first, then the numbers.
pub fn table(mix: &Mix, outcome: &str, total: f64) -> String {
    let percent = mix.confidence * 100.0;
    let percent = shown(percent, usize::from(1e-9 < (percent - percent.round()).abs()));
    if let (Some(reason), true) = (&mix.insufficient, mix.media.is_empty()) {
        let text = match mix.diagnostics.rhat_max {
            // The chains ran, and what they say cannot be used.
            Some(_) => format!("No answer: {reason}."),
            None => format!("Not enough data to know what the media do: {reason}."),
        };
        return wrapped(&text, "");
    }
    let mut text = wrapped(&meaning(mix, outcome, total, &percent), "");
    text += &media(mix, &percent);
    text += &coefficients(mix, &percent);
    text += &chains(mix);
    text += &spend("The best split of the budget, per row", mix.allocation.as_deref());
    text += &spend("The budget that earns most, per row", mix.optimum.as_deref());
    if let Some(reason) = &mix.insufficient {
        text += &wrapped(&format!("not known: {reason}"), "  ");
    }
    for it in mix.synergy.iter().filter(|it| it.mean.is_none()) {
        let reason = it.reason.as_deref().unwrap_or("no reason");
        text += &wrapped(&format!("not known: {} ({reason})", it.media.join("*")), "  ");
    }
    for warning in &mix.warnings {
        text += &wrapped(&format!("warning: {warning}"), "  ");
    }
    text + "\nA model of what happened, not an experiment.\n"
}

fn meaning(mix: &Mix, outcome: &str, total: f64, percent: &str) -> String {
    if let Some(first) = mix.ridge.first() {
        let brought = mix.media.iter().map(|it| it.contribution).sum::<f64>();
        let places = decimals(total.abs() / 1e4);
        return format!(
            "Over {} rows, at the settings given, the media brought {} of {} {outcome}. Nothing here \
             says how sure that is: no interval exists for given settings and lambda = {}.",
            mix.n,
            amount(brought, places),
            amount(total, places),
            first.lambda,
        );
    }
    let mut text = format!("Over {} rows, ", mix.n);
    if let Some(base) = &mix.base {
        let places = decimals(base.sd);
        text += &format!(
            "the media brought {} of {} {outcome} ({percent} % interval {} to {}).",
            amount(total - base.mean, places),
            amount(total, places),
            amount(total - base.high, places),
            amount(total - base.low, places),
        );
    }
    if let Some(leverage) = &mix.leverage {
        let places = decimals(leverage.sd);
        let (low, high) = (amount(leverage.low, places), amount(leverage.high, places));
        text += &match 0.0 < leverage.low || leverage.high < 0.0 {
            true => format!(
                " Of that, {} came from media that worked together ({percent} % interval {low} to \
                 {high}).",
                amount(leverage.mean, places)
            ),
            false => format!(
                " No leverage is shown: what media brought by working together lies between {low} \
                 and {high}."
            ),
        };
    }
    text
}

/// With thousands, where there are no decimals.
fn amount(number: f64, places: usize) -> String {
    if 0 < places {
        return shown(number, places);
    }
    let sign = if number <= -0.5 { "−" } else { "" };
    format!("{sign}{}", grouped(number.abs().round() as u64))
}

fn media(mix: &Mix, percent: &str) -> String {
    // Without an error, as many digits as the smallest part of what is shown needs.
    let spread = |it: &Medium| it.contribution_sd.unwrap_or(it.contribution.abs() / 1e3);
    let ends = |it: &Medium| {
        let places = decimals(spread(it));
        let end = |end: Option<f64>| end.map_or("none".to_owned(), |end| amount(end, places));
        [it.contribution_low, it.contribution_high].map(end)
    };
    // As wide as the widest of them.
    let all = mix.media.iter().flat_map(ends).map(|it| it.chars().count());
    let one = all.max().unwrap_or(0).max(END_MIN);
    let mut text = format!(
        "\n{:<width$}{:>12}{:>14}  {:^ends$}{:>8}{:>9}{:>9}\n",
        "medium",
        "spend",
        "brought",
        format!("{percent} % interval"),
        "share",
        "per unit",
        "next",
        width = LABEL - 2,
        ends = 2 * one + 4,
    );
    for it in &mix.media {
        let [low, high] = ends(it);
        let places = decimals(spread(it));
        let share = it.share.map(|it| format!("{} %", shown(100.0 * it, 1))).unwrap_or_default();
        let ratio = |value: Option<f64>| {
            value.map(|value| shown(value, decimals(value.abs() / 3.0))).unwrap_or_default()
        };
        text += &format!(
            "  {:<width$}{:>12}{:>14}  {low:>one$} to {high:<one$}{share:>8}{:>9}{:>9}\n",
            cut(&it.name, LABEL - 4),
            amount(it.spend, if it.spend < 1e4 { 1 } else { 0 }),
            amount(it.contribution, places),
            ratio(it.per_unit),
            ratio(it.marginal_return),
            width = LABEL - 4,
        );
    }
    text
}

fn coefficients(mix: &Mix, percent: &str) -> String {
    let interval = format!("{percent} % interval");
    let sampled = mix.diagnostics.chains.is_some();
    if !mix.ridge.is_empty() {
        return paths(mix);
    }
    let last = if sampled { format!("{:>8}{:>7}", "R-hat", "ESS") } else { format!("{:>9}", "p") };
    let mut text = format!(
        "\n{:<width$}{:>12}{:>12}  {interval:^26}{last}\n",
        "model",
        "mean",
        "sd",
        width = LABEL + 2
    );
    for it in &mix.parameters {
        let places = decimals(it.sd.unwrap_or(it.mean.abs() / 10.0));
        let number = |value: Option<f64>| match value {
            Some(value) if value != 0.0 && value.abs() < 1e-6 => format!("{value:.2e}"),
            Some(value) => shown(value, places),
            None => String::new(),
        };
        let ends = match (it.low, it.high) {
            (Some(low), Some(high)) => {
                format!("{:>11} to {:<11}", number(Some(low)), number(Some(high)))
            }
            _ => String::new(),
        };
        let line = format!(
            "  {:<LABEL$}{:>12}{:>12}  {ends:<26}{}",
            cut(&it.name, LABEL),
            number(Some(it.mean)),
            number(it.sd),
            trust(mix, it),
        );
        text += line.trim_end();
        text.push('\n');
    }
    if !sampled && mix.synergy.iter().filter(|it| it.mean.is_some()).nth(1).is_some() {
        text += "  p of a kappa: corrected for testing all pairs (Holm)\n";
    }
    text
}

/// The coefficients of the ridge, and the share of each medium, at each weight.
fn paths(mix: &Mix) -> String {
    /// More would not fit beside each other.
    const SHOWN_MAX: usize = 4;
    let shown_paths = &mix.ridge[..mix.ridge.len().min(SHOWN_MAX)];
    let head = |title: &str| {
        let ends = shown_paths.iter().map(|it| format!("{:>17}", format!("λ = {}", it.lambda)));
        format!("\n{title:<width$}{}\n", ends.collect::<String>(), width = LABEL + 2)
    };
    let line = |name: &str, values: Vec<String>| {
        let values: String = values.into_iter().map(|it| format!("{it:>17}")).collect();
        format!("  {:<LABEL$}{values}\n", cut(name, LABEL))
    };
    let mut text = head("coefficient");
    for (i, it) in mix.parameters.iter().enumerate() {
        let value = |path: &RidgePath| {
            let value = path.coefficients.get(i).map_or(0.0, |it| it.value);
            shown(value, decimals(value.abs() / 1e3))
        };
        text += &line(&it.name, shown_paths.iter().map(value).collect());
    }
    text += &line("R²", shown_paths.iter().map(|it| shown(it.r_squared, 4)).collect());
    if 1 < shown_paths.len() {
        text += &head("share");
        for (i, it) in mix.media.iter().enumerate() {
            let share = |path: &RidgePath| {
                let share = path.media.get(i).and_then(|it| it.share);
                share.map(|it| format!("{} %", shown(100.0 * it, 1))).unwrap_or_default()
            };
            text += &line(&it.name, shown_paths.iter().map(share).collect());
        }
    }
    if SHOWN_MAX < mix.ridge.len() {
        text += &format!("  and {} more (see --format json)\n", mix.ridge.len() - SHOWN_MAX);
    }
    text
}

/// How well a parameter is known: the agreement of the chains, or p against none.
fn trust(mix: &Mix, it: &Parameter) -> String {
    if let (Some(rhat), Some(ess)) = (it.rhat, it.ess_bulk) {
        return format!("{:>8}{:>7}", shown(rhat, 3), grouped(ess as u64));
    }
    // A pair among several is a find only if it stands out from all of them.
    let pair = mix.synergy.iter().find(|pair| it.name == format!("kappa_{}", pair.media.join("*")));
    let p = pair.map_or(it.p, |pair| pair.p_holm);
    let p = p.map(|p| if p < 0.0001 { "<0.0001".to_owned() } else { format!("{p:.4}") });
    format!("{:>9}", p.unwrap_or_default())
}

/// How the chains went, and whether data like these come out of the model.
fn chains(mix: &Mix) -> String {
    let it = &mix.diagnostics;
    let (Some(chains), Some(draws), Some(rhat), Some(ess)) =
        (it.chains, it.draws, it.rhat_max, it.ess_min)
    else {
        return String::new();
    };
    let divergences = match it.divergences.unwrap_or(0) {
        0 => "no divergences".to_owned(),
        1 => "1 divergence".to_owned(),
        more => format!("{} divergences", grouped(more)),
    };
    let mut text = format!(
        "{chains} chains of {} draws: R-hat up to {}, at least {} effective draws, {divergences}.",
        grouped(draws as u64),
        shown(rhat, 3),
        grouped(ess as u64),
    );
    if let Some(found) = &it.predictive {
        let percent = |share: f64| shown(100.0 * share, 0);
        text += &format!(
            " {} % of the rows lie in the middle 50 % of what the model predicts for them, {} % in the \
             middle 90 %.",
            percent(found.inside_50),
            percent(found.inside_90)
        );
    }
    let pairs = mix.synergy.iter().filter_map(|pair| {
        let above = pair.positive?;
        Some(format!("{} {} %", pair.media.join("*"), shown(100.0 * above, 0)))
    });
    let pairs: Vec<String> = pairs.collect();
    if !pairs.is_empty() {
        text += &format!(" Probability that a synergy is above 0: {}.", pairs.join(", "));
    }
    format!("\n{}", wrapped(&text, ""))
}

fn spend(title: &str, rows: Option<&[Allocated]>) -> String {
    let Some(rows) = rows else { return String::new() };
    let mut text = format!("\n{title:<40}{:>12}{:>12}{:>14}\n", "spend now", "spend", "brings");
    let total = |of: fn(&Allocated) -> f64| rows.iter().map(of).sum::<f64>();
    let all = Allocated {
        name: "all".to_owned(),
        spend: total(|it| it.spend),
        expected: total(|it| it.expected),
        spend_now: total(|it| it.spend_now),
    };
    let places = |value: f64| if value.abs() < 1e3 { decimals(value.abs() / 10.0) } else { 0 };
    for it in rows.iter().chain([&all]) {
        text += &format!(
            "  {:<38}{:>12}{:>12}{:>14}\n",
            cut(&it.name, 38),
            amount(it.spend_now, places(all.spend_now)),
            amount(it.spend, places(all.spend)),
            amount(it.expected, places(all.expected)),
        );
    }
    text
}

fn cut(name: &str, letters: usize) -> String {
    match name.chars().count() <= letters {
        true => name.to_owned(),
        false => name.chars().take(letters - 1).chain(['…']).collect(),
    }
}
