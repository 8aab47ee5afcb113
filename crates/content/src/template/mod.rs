//! Liquid templates: strict, escaped and bounded.
//!
//! The `liquid` crates parse and run; around them this module makes four promises. *Strict*: a
//! variable without a value is an error, unless it passes `default` or stands in a condition.
//! *Escaped*: every output is escaped for the place it lands in. *Closed*: no includes, no clock,
//! only the filters of `filters`. *Bounded*: source, loops, values and output have limits.

mod filters;
mod prepare;
mod values;

pub(crate) use filters::{one_line, percent_encode};

use liquid_core::parser::Language;
use liquid_core::{Renderable, runtime};
use liquid_lib::stdlib;
use model::{Map, Problem};
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, LazyLock};

/// A long newsletter is 20 KB of Markdown; mail above 100 KB is clipped by the big mailbox
/// providers anyway.
pub(crate) const SOURCE_MAX_BYTES: usize = 64 * 1024;

/// What one template may write. Twice the source leaves room for loops over a person's items.
pub(crate) const OUTPUT_MAX_BYTES: usize = 128 * 1024;

/// Rounds of all loops of one template together: a hundred order lines with ten options each.
pub(crate) const ROUNDS_MAX: usize = 1_000;

/// One value while a template runs, so that `append` in a loop cannot double its way to the sky.
pub(crate) const VALUE_MAX_BYTES: usize = 64 * 1024;

/// Items of a list that a template sees. Longer ones are programs gone wrong, not order lines.
pub(crate) const ITEMS_MAX: usize = 1_000;

/// How deep blocks may be nested, since parsing and running recurse.
pub(crate) const NESTING_MAX: usize = 16;

/// Where the output lands, which says how the person's data is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Markdown that becomes HTML and text: neither markup may come from data.
    Markdown,
    /// One line of plain text: a subject, a title. Escaped again where it enters HTML.
    Line,
    /// A URL: data within it is percent-encoded; a URL that is data as a whole is taken as it is.
    Url,
}

#[derive(Clone)]
pub(crate) struct Template {
    compiled: Arc<runtime::Template>,
    /// Names that follow a dot: what items of lists are asked for.
    names: Arc<BTreeSet<String>>,
    /// What it says of one person: `person.first_name`, `event.total`.
    personal: Arc<BTreeSet<String>>,
}

/// Why a template could not be run for somebody; names come from the template, never from data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub message: String,
    pub hint: String,
}

/// What a template may see.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub person: &'a Map,
    pub event: &'a Map,
    pub brand_name: &'a str,
}

impl Template {
    pub(crate) fn parse(source: &str, place: Place) -> Result<Template, Problem> {
        let prepared = prepare::prepare(source, place)?;
        let elements = liquid_core::parser::parse(&prepared.text, &LANGUAGE)
            .map_err(|error| syntax_problem(&error.to_string()))?;
        Ok(Template {
            compiled: Arc::new(runtime::Template::new(elements)),
            names: Arc::new(prepared.names),
            personal: Arc::new(prepared.personal),
        })
    }

    pub(crate) fn personal(&self) -> &BTreeSet<String> {
        &self.personal
    }

    pub(crate) fn render(&self, scope: Scope) -> Result<String, Fault> {
        let globals = values::globals(scope, &self.names);
        let runtime = runtime::RuntimeBuilder::new().set_globals(&globals).build();
        let mut output = Bounded { bytes: Vec::new(), full: false };
        let outcome = self.compiled.render_to(&mut output, &runtime);
        if output.full {
            return Err(Fault {
                message: format!("the text is longer than {OUTPUT_MAX_BYTES} bytes"),
                hint: "shorten it, or loop over fewer items".to_owned(),
            });
        }
        match outcome {
            Ok(()) => Ok(String::from_utf8_lossy(&output.bytes).into_owned()),
            Err(error) => Err(runtime_fault(&error.to_string(), &self.names)),
        }
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Template(…)")
    }
}

/// The tags and filters there are. Left out on purpose: `include` and `render` (no files),
/// `capture` and `cycle` (they would carry data around the escaping), `tablerow` (writes HTML).
static LANGUAGE: LazyLock<Language> = LazyLock::new(|| {
    let mut language = Language::empty();
    language.blocks.register("if".to_owned(), stdlib::IfBlock.into());
    language.blocks.register("unless".to_owned(), stdlib::UnlessBlock.into());
    language.blocks.register("case".to_owned(), stdlib::CaseBlock.into());
    language.blocks.register("for".to_owned(), stdlib::ForBlock.into());
    language.blocks.register("raw".to_owned(), stdlib::RawBlock.into());
    language.blocks.register("comment".to_owned(), stdlib::CommentBlock.into());
    language.tags.register("assign".to_owned(), stdlib::AssignTag.into());
    language.tags.register("break".to_owned(), stdlib::BreakTag.into());
    language.tags.register("continue".to_owned(), stdlib::ContinueTag.into());
    language.tags.register(prepare::ROUND_TAG.to_owned(), filters::RoundTag.into());
    for filter in filters::all() {
        language.filters.register(filter.name.to_owned(), filter.into());
    }
    language
});

/// The parser's message begins with ` --> LINE:COLUMN`, then shows the source, then says `= what`.
fn syntax_problem(text: &str) -> Problem {
    // The column is that of the prepared text; only the line is surely the author's.
    let line = text.split_once("--> ").and_then(|(_, rest)| rest.split_once(':'));
    let line = line.and_then(|(line, _)| line.trim().parse().ok());
    let said = text.lines().find_map(|line| line.trim().strip_prefix("= "));
    let first = text.lines().next().unwrap_or_default().trim_start_matches("liquid: ");
    let problem = Problem::new(format!("the template cannot be read: {}", said.unwrap_or(first)));
    match line {
        Some(line) => problem.at(line, 1),
        None => problem,
    }
}

/// Only the first line is safe to show: what follows holds values. The name that was asked for is
/// added where it stands in the template.
fn runtime_fault(text: &str, names: &BTreeSet<String>) -> Fault {
    let first = text.lines().next().unwrap_or_default().trim_start_matches("liquid: ");
    if first == "Unknown index" || first == "Unknown variable" {
        let asked = text.lines().find_map(|line| {
            let (key, name) = line.trim().split_once('=')?;
            (key.starts_with("requested") && names.contains(name)).then(|| name.to_owned())
        });
        let name = asked.unwrap_or_else(|| "a variable".to_owned());
        return Fault {
            message: format!("{name} has no value for this person"),
            hint: filters::DEFAULT_HINT.to_owned(),
        };
    }
    let unfilled = first.ends_with(filters::NO_VALUE);
    let hint = if unfilled { filters::DEFAULT_HINT } else { "" };
    Fault { message: first.to_owned(), hint: hint.to_owned() }
}

/// A writer that stops the template when it has written enough.
struct Bounded {
    bytes: Vec<u8>,
    full: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if OUTPUT_MAX_BYTES < self.bytes.len() + bytes.len() {
            self.full = true;
            return Err(io::Error::other("output is full"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
