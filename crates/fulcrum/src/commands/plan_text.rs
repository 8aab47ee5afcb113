//! A plan of a programme as people read it.

use server::{ChangeKind, PanelChange, ProgrammeDifference, ProgrammePlan};

use super::grouped;

/// A value that is longer is cut: the files have it whole.
const VALUE_CHARS_MAX: usize = 90;
/// Two values that fit on a line together.
const LINE_CHARS_MAX: usize = 70;

pub fn plan_text(plan: &ProgrammePlan) -> String {
    let runs = match plan.running {
        0 => "nothing runs yet".to_owned(),
        version => format!("version {version} runs"),
    };
    if plan.is_empty() {
        return match plan.files_differ {
            true => format!("{runs}; no difference but in comments or layout\n"),
            false => format!("{runs}; no difference\n"),
        };
    }
    let count = plan.differences.len();
    let mut text = format!("{runs}; {count} {}\n\n", plural(count as u64, "difference"));
    for it in &plan.differences {
        difference(&mut text, it);
    }
    let effects = effects(plan);
    if !effects.is_empty() {
        text.push_str("\nwhat it does\n");
        effects.iter().for_each(|it| text.push_str(&format!("  {it}\n")));
    }
    findings(&mut text, plan);
    text
}

/// What does not agree, in the words of `fulcrum check`; of what runs so already, only how much.
fn findings(text: &mut String, plan: &ProgrammePlan) {
    let (new, known): (Vec<_>, Vec<_>) = plan.findings.iter().partition(|it| it.is_new);
    if plan.findings.is_empty() {
        return;
    }
    text.push_str("\nwhat to look at first\n");
    new.iter().for_each(|it| text.push_str(&format!("  {it}\n")));
    if !known.is_empty() {
        let count = known.len() as u64;
        let things = plural(count, "thing");
        text.push_str(&format!("  {count} {things} that what runs has too; see `fulcrum check`\n"));
    }
}

fn difference(text: &mut String, it: &ProgrammeDifference) {
    let mark = match it.change {
        ChangeKind::Added => '+',
        ChangeKind::Removed => '-',
        ChangeKind::Changed => '~',
    };
    text.push_str(format!("{mark} {} {}", it.kind, it.name).trim_end());
    text.push('\n');
    for field in &it.fields {
        let shown = |it: &Option<String>| it.as_deref().map_or("(usual)".to_owned(), cut);
        let (old, new) = (shown(&field.old), shown(&field.new));
        let chars = field.field.chars().count() + old.chars().count() + new.chars().count();
        match chars < LINE_CHARS_MAX {
            true => text.push_str(&format!("    {}: {old} → {new}\n", field.field)),
            false => text.push_str(&format!("    {}:\n      {old}\n      → {new}\n", field.field)),
        }
    }
}

fn effects(plan: &ProgrammePlan) -> Vec<String> {
    let about = if 1 < plan.every { "about " } else { "" };
    let people =
        |n: u64| format!("{about}{} {}", grouped(n), if n == 1 { "person" } else { "people" });
    let mut lines = Vec::new();
    for it in &plan.audiences {
        lines.push(match (it.enter, it.leave) {
            (Some(enter), Some(leave)) => format!(
                "audience {}: {} now; {about}{} would enter, {about}{} would leave",
                it.name,
                people(it.before),
                grouped(enter),
                grouped(leave)
            ),
            (_, _) => format!(
                "audience {}: {} now; it counts events that were not counted so far, so who will be \
                 in is not known yet",
                it.name,
                people(it.before)
            ),
        });
    }
    if !plan.audiences.is_empty() {
        lines.push("whoever enters or leaves by this change begins no journey by it".to_owned());
    }
    for it in &plan.journeys {
        for running in &it.running {
            let (verb, version) = (if running.people == 1 { "is" } else { "are" }, running.version);
            let stay = if running.people == 1 { "stays" } else { "stay" };
            let people = people(running.people);
            lines.push(format!(
                "journey {}: {people} {verb} in version {version} and {stay} in it",
                it.name
            ));
        }
        if it.running.is_empty() {
            lines.push(format!("journey {}: nobody is in it", it.name));
        }
        if it.gone {
            lines.push(format!("journey {}: takes nobody new", it.name));
        }
    }
    let broadcasts = plan.broadcasts.iter();
    lines.extend(broadcasts.map(|it| {
        format!("broadcast {} ({}): another by {}", it.name, it.state, it.by.join(", "))
    }));
    lines.extend(plan.panel.iter().map(panel));
    lines.extend(plan.caps_tighter.iter().map(|it| format!("tighter cap: {it}")));
    lines.extend(plan.caps_looser.iter().map(|it| format!("looser cap: {it}")));
    lines
}

fn panel(it: &server::PanelEffect) -> String {
    let epoch = it.epoch.unwrap_or_default();
    match it.change {
        PanelChange::Begins => format!("panel: measuring begins, epoch {epoch}"),
        PanelChange::NewEpoch => {
            format!("panel: another question; epoch {epoch} begins and everybody is drawn anew")
        }
        PanelChange::NewShares => {
            "panel: other shares; people drawn from now on are a cohort of their own".to_owned()
        }
        PanelChange::Ends => "panel: measuring ends; what was measured is kept".to_owned(),
    }
}

fn cut(value: &str) -> String {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(VALUE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn plural(count: u64, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}
