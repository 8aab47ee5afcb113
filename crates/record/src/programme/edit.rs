//! One file of a programme by itself: what it defines, and its text made from a form, as editors that
//! are no text editors need it.

use super::difference::Kind;
use super::read::read_one;
use super::tree::Tree;
use super::yaml::to_yaml;
use super::{Programme, journeys_written, written};
use model::Problem;

/// Far below what any file system takes.
const PATH_BYTES_MAX: usize = 200;

/// What a file defines, as far as it can be read by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Defined {
    pub kind: Kind,
    /// Empty where the file has no name of its own, or cannot be read.
    pub name: String,
    /// Its fields as we would write them; none where the file cannot be read.
    pub form: Option<Tree>,
}

/// None where a programme has no such file.
pub fn defined(path: &str, text: &str) -> Option<Defined> {
    let kind = Kind::of_path(path)?;
    let (programme, problems) = read_one(path, text);
    let form = if problems.is_empty() { form_of(kind, &programme) } else { None };
    let name = name_of(kind, &programme).unwrap_or_default();
    Some(Defined { kind, name, form })
}

/// The fields of a YAML text as they are written, sound or not: what a form can show while somebody
/// still writes. None where the text is no fields.
pub fn fields(text: &str) -> Option<serde_json::Value> {
    let read = serde_saphyr::from_str::<serde_json::Value>(text).ok();
    read.filter(serde_json::Value::is_object)
}

/// The text of a file whose fields are given as JSON: the same fields as in YAML. The whole programme
/// is not looked at.
pub fn from_json(path: &str, form: &serde_json::Value) -> Result<String, Vec<Problem>> {
    let refuse = |text: &str, hint: &str| vec![Problem::new(text).hint(hint).in_file(path)];
    let Some(kind) = Kind::of_path(path) else {
        return Err(refuse(
            "this file has no place in a programme",
            "docs/programme.md lists them",
        ));
    };
    if kind == Kind::Content {
        return Err(refuse("a content has no form", "send its text: front matter and body"));
    }
    if kind == Kind::Layout {
        return Err(refuse("a layout has no form", "send its text, which is MJML"));
    }
    // Whatever is JSON is YAML as well.
    let (programme, problems) = read_one(path, &form.to_string());
    if !problems.is_empty() {
        // Nobody sees the text that the places are in.
        return Err(problems.into_iter().map(|it| it.at(0, 0)).collect());
    }
    match form_of(kind, &programme) {
        Some(tree) => Ok(to_yaml(&tree)),
        None => Err(refuse("the form says nothing", "fill in its fields")),
    }
}

/// Why a new file cannot have this path: it would not be a programme's, or not stay in its folder
/// wherever it is written to.
pub fn path_problem(path: &str) -> Option<Problem> {
    let refuse = |text: &str, hint: &str| Some(Problem::new(text).hint(hint).in_file(path));
    let Some(kind) = Kind::of_path(path) else {
        return refuse("this file has no place in a programme", "docs/programme.md lists them");
    };
    let is_plain = |part: &str| {
        let sound = |it: char| !it.is_control() && !"\\:*?\"<>|".contains(it);
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('~')
            && part.chars().all(sound)
    };
    if PATH_BYTES_MAX < path.len() || !path.split('/').all(is_plain) {
        let hint =
            "write it like audiences/buyers.yaml, without hidden folders and marks such as : and ?";
        return refuse("this is no name for a file on every machine", hint);
    }
    let ending = match kind {
        Kind::Content => ".md",
        Kind::Layout => ".mjml",
        Kind::Brand
        | Kind::Site
        | Kind::Policy
        | Kind::Identity
        | Kind::Topic
        | Kind::Outcome
        | Kind::Audience
        | Kind::Journey
        | Kind::Broadcast
        | Kind::Post
        | Kind::Form
        | Kind::Words => ".yaml",
    };
    match path.ends_with(ending) {
        true => None,
        false => {
            refuse("the file's name has another ending", &format!("its name ends in {ending}"))
        }
    }
}

/// What the one file that was read says, as we write it.
fn form_of(kind: Kind, read: &Programme) -> Option<Tree> {
    match kind {
        Kind::Brand => Some(written::brand(&read.brand)),
        Kind::Site => Some(written::site(&read.site)),
        Kind::Policy => Some(written::policy(read)),
        Kind::Identity => Some(written::identity(&read.identity)),
        Kind::Topic => {
            let consent = |name| read.policy.topics.get(name);
            Some(Tree::list(read.topics.iter().map(|it| written::topic(it, consent(&it.name)))))
        }
        Kind::Outcome => Some(Tree::list(read.outcomes.iter().map(written::outcome))),
        Kind::Audience => read.audiences.first().map(|(name, when)| {
            let note = read.notes.get(name).map(String::as_str).unwrap_or_default();
            written::audience(name, note, when, read.syncs.get(name))
        }),
        Kind::Journey => read.journeys.first().map(journeys_written::journey),
        Kind::Broadcast => read.broadcasts.first().map(written::broadcast),
        Kind::Post => read.posts.first().map(written::post),
        Kind::Content => read.contents.values().next().map(written::content),
        Kind::Form => read.forms.values().next().map(written::form),
        Kind::Layout => read.layouts.values().next().map(|it| Tree::text(it.source())),
        Kind::Words => read.words.values().next().map(written::words),
    }
}

fn name_of(kind: Kind, read: &Programme) -> Option<String> {
    match kind {
        Kind::Brand | Kind::Site | Kind::Policy | Kind::Identity | Kind::Topic | Kind::Outcome => {
            None
        }
        Kind::Audience => read.audiences.first().map(|it| it.0.clone()),
        Kind::Journey => read.journeys.first().map(|it| it.name.to_string()),
        Kind::Broadcast => read.broadcasts.first().map(|it| it.name.to_string()),
        Kind::Post => read.posts.first().map(|it| it.name.to_string()),
        Kind::Content => read.contents.keys().next().map(ToString::to_string),
        Kind::Form => read.forms.keys().next().cloned(),
        Kind::Layout => read.layouts.keys().next().cloned(),
        Kind::Words => read.words.keys().next().cloned(),
    }
}
