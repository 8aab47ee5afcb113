//! Rules of a style sheet, written into the elements that they are for.
//!
//! Many mail programs read no style sheets, or forget them when a mail is forwarded. What cannot be
//! written into elements stays in the sheet: what depends on the reader (`:hover`), on the screen
//! (`@media`), and rules that find no element.

use super::{Declaration, Fault, Hits, Part, Selector, Statement};
use crate::html::{Tag, tags};
use std::collections::BTreeSet;

/// Selectors of one layout. Each is asked at each element, and layouts that people write have dozens.
const SELECTORS_MAX: usize = 500;

/// Elements within elements, those of tables included.
const DEPTH_MAX: usize = 1_000;

/// Elements that show nothing.
const UNSEEN: [&str; 8] = ["head", "title", "base", "link", "style", "meta", "script", "noscript"];

/// Style sheets that have been read, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheets {
    sheets: Vec<Vec<Kept>>,
    rules: Vec<Rule>,
    blocks: Vec<Vec<Declaration>>,
}

/// What a sheet says, for the case that it stays.
#[derive(Clone, Debug)]
enum Kept {
    At(String),
    /// Selectors as they are written, with the number of their rule; none is for those that stay anyway.
    Rule(Vec<(String, Option<usize>)>, String),
}

#[derive(Clone, Debug)]
struct Rule {
    selector: Selector,
    block: usize,
}

/// What became of a text and a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inlined {
    pub html: String,
    /// What has to stay of each sheet; empty where nothing has.
    pub rests: Vec<String>,
}

impl Sheets {
    /// Takes one more; its rules win over equal ones before them.
    pub fn read(&mut self, css: &str) -> Result<(), Fault> {
        let css = super::without_comments(css)?;
        let mut sheet = Vec::new();
        for statement in super::statements(&css)? {
            sheet.push(match statement {
                Statement::At { text, at: _ } => Kept::At(text.to_owned()),
                Statement::Rule { selectors, body } => self.rule(&selectors, body)?,
            });
        }
        self.sheets.push(sheet);
        Ok(())
    }

    fn rule(&mut self, selectors: &[Part], body: Part) -> Result<Kept, Fault> {
        let block = super::declarations(body.text);
        if let Some(bad) = block.iter().find(|it| !is_name(&it.name) || it.value.is_empty()) {
            let what = if bad.name.is_empty() { &bad.value } else { &bad.name };
            let message = format!("`{what}` is no declaration; write `name: value`");
            return Err(Fault::new(message, body.at + bad.at));
        }
        let mut kept = Vec::new();
        for Part { text, at } in selectors {
            // What a reader does or where a letter stands shows no element.
            if super::find(text, 0, b":").is_some() {
                kept.push(((*text).to_owned(), None));
                continue;
            }
            let Some(selector) = Selector::read(text) else {
                let message = format!("the selector `{text}` cannot be written into elements");
                return Err(Fault::new(message, *at));
            };
            if self.rules.len() == SELECTORS_MAX {
                let message = format!("there are more than {SELECTORS_MAX} selectors");
                return Err(Fault::new(message, *at));
            }
            kept.push(((*text).to_owned(), Some(self.rules.len())));
            self.rules.push(Rule { selector, block: self.blocks.len() });
        }
        self.blocks.push(block);
        Ok(Kept::Rule(kept, body.text.trim().to_owned()))
    }

    /// Fails where the text would become longer than that, or is nested too deep.
    pub fn inline(&self, html: &str, bytes_max: usize) -> Result<Inlined, String> {
        let mut out = String::with_capacity(html.len() * 2);
        let mut used = vec![false; self.rules.len()];
        let mut open = vec![(String::new(), Hits::none(self.rules.len()))];
        let mut done = 0;
        for tag in tags(html) {
            if tag.closes {
                if let Some(at) = open.iter().rposition(|it| it.0 == tag.name) {
                    open.truncate(at.max(1));
                }
                continue;
            }
            let Some((_, parent)) = open.last_mut() else { break };
            let hits = parent.child(&tag, self.rules.iter().map(|it| &it.selector));
            if !UNSEEN.contains(&tag.name.as_str()) {
                done = self.dress(html, &tag, &hits, (&mut out, done), &mut used);
            }
            if bytes_max < out.len() {
                return Err(format!(
                    "with its styles written out it is longer than {bytes_max} bytes"
                ));
            }
            if !tag.is_void() {
                open.push((tag.name, hits));
            }
            if DEPTH_MAX < open.len() {
                return Err(format!("elements are nested deeper than {DEPTH_MAX}"));
            }
        }
        out.push_str(&html[done..]);
        let rests = self.sheets.iter().map(|it| rest(it, &used)).collect();
        Ok(Inlined { html: out, rests })
    }

    /// Writes the text up to the end of the tag's attributes, and says how far that is.
    fn dress(
        &self,
        html: &str,
        tag: &Tag,
        hits: &Hits,
        (out, done): (&mut String, usize),
        used: &mut [bool],
    ) -> usize {
        let fits = |it: &(usize, &Rule)| hits.has(it.0, &it.1.selector);
        let mut rules: Vec<(usize, &Rule)> = self.rules.iter().enumerate().filter(fits).collect();
        if rules.is_empty() {
            return done;
        }
        rules.iter().for_each(|it| used[it.0] = true);
        // The later of two equal ones wins.
        rules.sort_by_key(|it| it.1.selector.specificity());
        let own = tag.attribute("style");
        let blocks: Vec<&[Declaration]> =
            rules.iter().map(|it| self.blocks[it.1.block].as_slice()).collect();
        let style = cascade(&blocks, &super::declarations(own.map_or("", |it| it.value)));
        let (from, to) =
            own.map_or((tag.attributes_end, tag.attributes_end), |it| (it.start, it.end));
        out.push_str(&html[done..from]);
        if own.is_none() {
            out.push(' ');
        }
        out.push_str(&format!("style=\"{style}\""));
        out.push_str(&html[to..tag.attributes_end]);
        tag.attributes_end
    }
}

fn rest(sheet: &[Kept], used: &[bool]) -> String {
    let mut rest = Vec::new();
    for statement in sheet {
        match statement {
            Kept::At(text) => rest.push(text.clone()),
            Kept::Rule(selectors, body) => {
                let stays = |rule: Option<usize>| rule.is_none_or(|it| !used[it]);
                let left = selectors.iter().filter(|it| stays(it.1));
                let left: Vec<&str> = left.map(|it| it.0.as_str()).collect();
                if !left.is_empty() {
                    rest.push(format!("{} {{ {body} }}", left.join(", ")));
                }
            }
        }
    }
    rest.join("\n")
}

/// CSS 2.2, 6.4.1: what is important wins over the element's own style, which wins over all else.
/// The winner stands last, where shorthands (`padding`, `padding-left`) keep their meaning. The word
/// `!important` of a rule is not written, or no style sheet could turn the colours over for the dark.
fn cascade(blocks: &[&[Declaration]], own: &[Declaration]) -> String {
    let mut layers: Vec<Vec<(&str, String)>> = Vec::new();
    for important in [false, true] {
        let of_kind = |it: &&Declaration| it.important == important;
        for block in blocks {
            let written = block.iter().filter(of_kind).map(|it| (it.name.as_str(), of_rule(it)));
            layers.push(written.collect());
        }
        let written = own.iter().filter(of_kind).map(|it| (it.name.as_str(), of_element(it)));
        layers.push(written.collect());
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for layer in layers.iter().rev() {
        // Within one block a second value is for programs that do not know the first: both stay.
        kept.extend(layer.iter().rev().filter(|it| !taken.contains(it.0)).map(|it| it.1.as_str()));
        taken.extend(layer.iter().map(|it| it.0).filter(|it| !it.is_empty()));
    }
    kept.reverse();
    kept.join(";").replace('"', "&quot;")
}

fn of_rule(declaration: &Declaration) -> String {
    let Declaration { name, value, important: _, at: _ } = declaration;
    let value = value.replace('&', "&amp;").replace('<', "&lt;");
    let lines: Vec<&str> = value.lines().map(str::trim).collect();
    format!("{name}:{}", lines.join(" "))
}

/// As it is written there, with its entities.
fn of_element(declaration: &Declaration) -> String {
    let Declaration { name, value, important, at: _ } = declaration;
    let mark = if *important { " !important" } else { "" };
    match name.as_str() {
        "" => value.clone(),
        name => format!("{name}:{value}{mark}"),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|it| it.is_alphanumeric() || matches!(it, '-' | '_'))
}
