//! What would not do although it can be read: found before a content is used.

use crate::Content;
use crate::links::is_web_address;
use crate::markdown::{self, Finding};
use model::{Problem, Purpose};

/// Mail programs show 30 to 90 characters; twice that is a paragraph in the wrong place.
pub const SUBJECT_MAX_CHARS: usize = 150;

/// What the largest of the lock screens shows of a push message: Android cuts a title after some 65
/// characters and an opened text after 240; iOS and the browsers show less. The 4,096 bytes that
/// APNs, FCM and web push (RFC 8291) carry are never reached by that.
pub const PUSH_TITLE_MAX_CHARS: usize = 65;
pub const PUSH_BODY_MAX_CHARS: usize = 240;

/// Marks that authors leave for later.
const PLACEHOLDERS: [&str; 5] = ["TODO", "FIXME", "XXX", "lorem ipsum", "Lorem ipsum"];

pub(crate) fn check(content: &Content) -> Vec<Problem> {
    let mut problems = Vec::new();
    check_subject(content, &mut problems);
    check_action_and_image(content, &mut problems);
    check_body(content, &mut problems);
    check_digest(content, &mut problems);
    check_hashtags(content, &mut problems);
    check_push(content, &mut problems);
    problems.extend(crate::page::check(content));
    if content.topic.as_str().trim().is_empty() && content.purpose == Purpose::Marketing {
        let hint = "people subscribe to topics: write `topic: NAME`";
        problems.push(Problem::new("marketing needs a topic").hint(hint));
    }
    problems
}

fn check_subject(content: &Content, problems: &mut Vec<Problem>) {
    let subject = content.forms.email.as_ref().map(|it| it.subject.trim());
    let is_email = subject.is_some() || !content.body.trim().is_empty();
    let subject = subject.filter(|it| !it.is_empty());
    // Without a subject of its own the e-mail takes the summary.
    if is_email && subject.is_none() && content.summary.trim().is_empty() {
        let hint = "write `forms: {email: {subject: …}}`, or a summary";
        problems.push(Problem::new("the e-mail has no subject").hint(hint));
    }
    if subject.is_some_and(|it| SUBJECT_MAX_CHARS < it.chars().count()) {
        let message = format!("the subject has more than {SUBJECT_MAX_CHARS} characters");
        problems.push(Problem::new(message).hint("say the rest in the preheader"));
    }
    if subject.is_some() && content.body.trim().is_empty() {
        problems.push(Problem::new("the e-mail has no body"));
    }
}

fn check_action_and_image(content: &Content, problems: &mut Vec<Problem>) {
    if let Some(action) = &content.action {
        if action.label.trim().is_empty() {
            problems.push(Problem::new("the action has no label"));
        }
        if !action.url.contains("{{") && !is_web_address(&action.url) {
            let message = format!("the action's url `{}` is not a web address", action.url);
            problems.push(Problem::new(message).hint("begin it with https://"));
        }
    }
    for image in content.image.iter().chain(&content.images) {
        if image.alt.trim().is_empty() {
            let hint = "write `alt:`; some people hear it and many mail programs show only it";
            problems.push(Problem::new("the image has no alt text").hint(hint));
        }
        if !image.url.contains("{{") && !is_web_address(&image.url) {
            let message = format!("the image's url `{}` is not a web address", image.url);
            problems.push(Problem::new(message).hint("begin it with https://"));
        }
    }
}

fn check_hashtags(content: &Content, problems: &mut Vec<Problem>) {
    for tag in content.hashtags.iter().filter(|it| !crate::post::marks::is_tag(it)) {
        let problem = Problem::new(format!("`{tag}` is no hashtag"));
        problems
            .push(problem.hint("write letters, digits and _ without the #, and not digits alone"));
    }
}

fn check_push(content: &Content, problems: &mut Vec<Problem>) {
    let Some(push) = &content.forms.push else { return };
    for (what, text, max) in
        [("title", &push.title, PUSH_TITLE_MAX_CHARS), ("body", &push.body, PUSH_BODY_MAX_CHARS)]
    {
        let length = written_chars(text);
        if max < length {
            let message = format!("the push {what} has {length} characters, and phones show {max}");
            problems.push(Problem::new(message).hint("shorten it"));
        }
    }
}

/// Characters that are there for every reader: without what a template fills in.
fn written_chars(text: &str) -> usize {
    let mut count = 0;
    let mut rest = text;
    while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        count += rest[..start].chars().count();
        let after = &rest[start..];
        let close = if after.starts_with("{{") { "}}" } else { "%}" };
        rest = after.find(close).map_or("", |it| &after[it + 2..]);
    }
    count + rest.chars().count()
}

fn check_digest(content: &Content, problems: &mut Vec<Problem>) {
    if !content.digest {
        return;
    }
    if content.purpose == Purpose::Transactional {
        let hint = "remove `digest: true`: what somebody waits for leaves alone and at once";
        problems.push(Problem::new("what is transactional shares no mail").hint(hint));
    }
    if content.summary.trim().is_empty() {
        let hint = "write `summary:`; in a shared mail it stands in place of the body";
        problems.push(Problem::new("a content with `digest: true` has no summary").hint(hint));
    }
}

fn check_body(content: &Content, problems: &mut Vec<Problem>) {
    for finding in markdown::inspect(&content.body) {
        let (line, message, hint) = match finding {
            Finding::Html { line } => {
                (line, "HTML is shown as text".to_owned(), "write Markdown".to_owned())
            }
            Finding::NoAlt { line, url } => (
                line,
                format!("the image {url} has no alt text"),
                format!("write ![what it shows]({url})"),
            ),
            Finding::Address { line, url } => (
                line,
                format!("`{url}` leads nowhere from a mail"),
                "write a whole address that begins with https:// or mailto:".to_owned(),
            ),
        };
        problems.push(Problem::new(message).hint(hint).at(content.line(line), 1));
    }
    for (n, line) in content.body.lines().enumerate() {
        if let Some(found) = PLACEHOLDERS.iter().find(|it| line.contains(**it)) {
            let message = format!("`{found}` is still in the text");
            problems.push(Problem::new(message).at(content.line(n + 1), 1));
        }
    }
}
