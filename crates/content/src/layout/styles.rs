//! `<mj-style inline="inline">`: taken out of a layout before it is rendered, and written into the
//! elements after it.

use super::mjml::{CLOSE, OPEN, placed};
use crate::css::inline::Sheets;
use crate::email::HTML_MAX_BYTES;
use crate::html::tags;
use model::Problem;

const HINT: &str = "selectors of types, classes, ids and attributes, with descendants, children and neighbours, can be; \
                    what else is to stay in a style sheet belongs into an mj-style without `inline`";

pub(super) struct Styles(Sheets);

impl Styles {
    /// The sheets, and the source with a marker in place of each. Slots are marked already.
    pub fn taken(marked: &str) -> Result<(Styles, String), Vec<Problem>> {
        let mut sheets = Sheets::default();
        let mut out = String::with_capacity(marked.len());
        let mut problems = Vec::new();
        let (mut done, mut count) = (0, 0);
        for tag in tags(marked).filter(|it| it.name == "mj-style" && !it.closes) {
            match tag.attribute("inline").map(|it| it.value) {
                None => continue,
                Some("inline") => {}
                Some(other) => {
                    let problem = Problem::new(format!("`inline` cannot be `{other}`"));
                    let hint = "write inline=\"inline\", or leave it out";
                    problems.push(placed(problem.hint(hint), marked, tag.start));
                    continue;
                }
            }
            if let Err(fault) = sheets.read(tag.raw) {
                let problem = Problem::new(fault.message).hint(HINT);
                problems.push(placed(problem, marked, tag.end + fault.at));
            }
            out.push_str(&marked[done..tag.end]);
            out.push_str(&place(count));
            done = tag.end + tag.raw.len();
            count += 1;
        }
        out.push_str(&marked[done..]);
        if problems.is_empty() { Ok((Styles(sheets), out)) } else { Err(problems) }
    }

    /// The rendered layout with its styles in its elements, and what stays of them where it stood.
    pub fn inlined(&self, html: &str) -> Result<String, Vec<Problem>> {
        // A larger layout could not be sent with any words.
        let inlined = self.0.inline(html, HTML_MAX_BYTES);
        let inlined = inlined.map_err(|message| {
            vec![Problem::new(message).hint("shorten the styles, or leave `inline` out")]
        })?;
        let mut html = inlined.html;
        for (n, rest) in inlined.rests.iter().enumerate() {
            let whole = format!("<style type=\"text/css\">{}</style>", place(n));
            let kept = match rest.as_str() {
                "" => String::new(),
                rest => format!("<style type=\"text/css\">{rest}</style>"),
            };
            html = html.replace(&whole, &kept);
        }
        Ok(html)
    }
}

/// A marker that no slot has: it begins with a digit.
fn place(n: usize) -> String {
    format!("{OPEN}{n}{CLOSE}")
}
