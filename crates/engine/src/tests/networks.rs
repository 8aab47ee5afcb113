//! Networks that do as the script says, and what stands there.

use crate::{PostAsk, PostHeard, PostJob};
use delivery::{PostAnswer, PostTask};
use model::{Network, PostMetrics, PostRef, Published, PublisherError, Span};
use port::{Account, PostLimits};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

#[derive(Default)]
pub(super) struct Networks {
    of: BTreeMap<Network, State>,
    pub heard: Vec<(Network, PostHeard)>,
}

#[derive(Default)]
struct State {
    manners: VecDeque<String>,
    /// By the key under which it was published.
    stands: BTreeMap<String, (PostRef, String)>,
    made: u64,
    hangs: bool,
}

impl Networks {
    /// The next orders are treated one after the other as `manners` say, then as they should be: `later`,
    /// `later:30m`, `refuse`, `lose` (it stands), `miss` (it does not stand, and nobody knows), `hang`,
    /// `signed-out`, `never`.
    pub fn behave(&mut self, network: Network, manners: &[&str]) {
        let state = self.of.entry(network).or_default();
        state.manners = manners.iter().map(|it| (*it).to_owned()).collect();
    }

    pub fn known(&self) -> impl Iterator<Item = Network> {
        self.of.keys().copied().collect::<Vec<_>>().into_iter()
    }

    pub fn room(&self) -> BTreeSet<Network> {
        self.of.iter().filter(|it| !it.1.hangs).map(|it| *it.0).collect()
    }

    pub fn cut(&mut self) {
        self.heard.clear();
        self.of.values_mut().for_each(|it| it.hangs = false);
    }

    /// Returns what happened, in words; nothing for a look at the account.
    pub fn take(&mut self, job: &PostJob) -> Option<String> {
        let state = self.of.get_mut(&job.network).expect("only networks that are there are asked");
        match &job.ask {
            PostAsk::Check => {
                let signed_out = state.manners.front().is_some_and(|it| it == "signed-out");
                let checked = match signed_out {
                    true => Err(PublisherError::SignIn("the token has ended".to_owned())),
                    false => Ok(account(job.network)),
                };
                self.heard.push((job.network, PostHeard::Checked(checked)));
                None
            }
            PostAsk::Post { campaign, task, key, post, stands, .. } => {
                let manner = state.manners.pop_front().unwrap_or_default();
                let text = |part: usize| post.parts[part].text.clone();
                let (said, answer) = match *task {
                    PostTask::Publish(part) => state.publish(&manner, key, &text(part), stands),
                    PostTask::Find(part) => state.find(&manner, key, part),
                    PostTask::Edit(part) => state.edit(&manner, &stands[part], text(part)),
                    PostTask::Delete(part) => state.delete(&manner, &stands[part]),
                    PostTask::Count => state.count(&manner, stands),
                };
                state.hangs = manner == "hang";
                if !state.hangs {
                    let campaign = campaign.clone();
                    self.heard.push((job.network, PostHeard::Post { campaign, answer }));
                }
                let manner = if manner.is_empty() { manner } else { format!(": {manner}") };
                Some(said + &manner)
            }
        }
    }
}

impl State {
    fn publish(
        &mut self,
        manner: &str,
        key: &str,
        text: &str,
        before: &[PostRef],
    ) -> (String, PostAnswer) {
        let stands = matches!(manner, "" | "lose" | "hang");
        let mut id = String::new();
        if stands {
            assert!(!self.stands.contains_key(key), "{key} stands already, and is published again");
            self.made += 1;
            id = self.made.to_string();
            let post = PostRef { id: id.clone(), ..PostRef::default() };
            self.stands.insert(key.to_owned(), (post, text.to_owned()));
        }
        let detail = "the network says so".to_owned();
        let published = match manner {
            "" => Published::Done(PostRef { id, ..PostRef::default() }),
            "lose" | "miss" | "hang" => Published::Lost { detail },
            "refuse" => Published::Refused { detail },
            "signed-out" => Published::Later { detail: "sign in".to_owned(), retry_after: None },
            later => Published::Later { detail, retry_after: asked(later) },
        };
        let after = before.last().map_or(String::new(), |it| format!(" after {}", it.id));
        (format!("publishes \"{text}\"{after}"), PostAnswer::Published(published))
    }

    fn find(&mut self, manner: &str, key: &str, part: usize) -> (String, PostAnswer) {
        let found = match manner {
            "" => Ok(self.stands.get(key).map(|it| it.0.clone())),
            it => Err(error(it)),
        };
        (format!("looks for part {}", part + 1), PostAnswer::Found(found))
    }

    fn edit(&mut self, manner: &str, post: &PostRef, text: String) -> (String, PostAnswer) {
        let said = format!("edits {}: \"{text}\"", post.id);
        let edited = match manner {
            "" => {
                let place = self.stands.values_mut().find(|it| it.0 == *post).expect("it stands");
                place.1 = text;
                Ok(post.clone())
            }
            it => Err(error(it)),
        };
        (said, PostAnswer::Edited(edited))
    }

    fn delete(&mut self, manner: &str, post: &PostRef) -> (String, PostAnswer) {
        let deleted = match manner {
            "" => {
                self.stands.retain(|_, it| it.0 != *post);
                Ok(())
            }
            it => Err(error(it)),
        };
        (format!("deletes {}", post.id), PostAnswer::Deleted(deleted))
    }

    fn count(&mut self, manner: &str, posts: &[PostRef]) -> (String, PostAnswer) {
        let stands = |post: &PostRef| self.stands.values().any(|it| it.0 == *post);
        let one = PostMetrics { likes: 2, ..PostMetrics::default() };
        let counted = match manner {
            "" => Ok(posts.iter().map(|it| stands(it).then_some(one)).collect()),
            it => Err(error(it)),
        };
        ("counts".to_owned(), PostAnswer::Counted(counted))
    }
}

fn error(manner: &str) -> PublisherError {
    match manner {
        "signed-out" => PublisherError::SignIn("the token has ended".to_owned()),
        "never" => PublisherError::NotAllowed("not here".to_owned()),
        later => PublisherError::Later { detail: "503".to_owned(), retry_after: asked(later) },
    }
}

fn asked(manner: &str) -> Option<Span> {
    manner.strip_prefix("later:").map(|it| Span::parse(it).expect("a length"))
}

/// One whose texts have at most 40 characters, so that threads are short.
fn account(network: Network) -> Account {
    let limits = PostLimits { characters: 40, per_link: None, images: 4, alt_characters: 100 };
    Account { name: format!("@shop@{network}"), until: None, limits }
}
