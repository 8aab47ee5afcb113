//! A network in memory, which can be told what to do with the next posts.

use crate::contract::Fate;
use crate::{Account, PostLimits, PostOrder, Published, Publisher, PublisherError};
use model::{Network, PostMetrics, PostRef, Span};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Copies are the same network.
#[derive(Clone)]
pub struct MemoryPublisher {
    network: Network,
    state: Arc<Mutex<State>>,
}

struct State {
    fate: Fate,
    /// By the key under which each was published.
    posts: BTreeMap<String, MemoryPost>,
    made: u64,
}

/// A part that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryPost {
    pub post: PostRef,
    pub text: String,
    /// The one that it answers.
    pub answers: Option<PostRef>,
}

impl MemoryPublisher {
    pub fn new(network: Network) -> MemoryPublisher {
        let state = State { fate: Fate::Takes, posts: BTreeMap::new(), made: 0 };
        MemoryPublisher { network, state: Arc::new(Mutex::new(state)) }
    }

    /// From now on.
    pub fn will(&self, fate: Fate) {
        self.state().fate = fate;
    }

    /// What stands, by its key.
    pub fn posts(&self) -> BTreeMap<String, MemoryPost> {
        self.state().posts.clone()
    }

    /// Whoever panicked while holding it left a state that is whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn publish(&mut self, order: &PostOrder<'_>) -> Option<PostRef> {
        let part = order.post.parts.get(order.part)?;
        if let Some(stands) = self.posts.get(order.key) {
            return Some(stands.post.clone());
        }
        self.made += 1;
        let id = self.made.to_string();
        let post =
            PostRef { url: format!("https://social.example/{id}"), id, ..PostRef::default() };
        let (text, answers) = (part.text.clone(), order.before.last().cloned());
        let stands = MemoryPost { post: post.clone(), text, answers };
        self.posts.insert(order.key.to_owned(), stands);
        Some(post)
    }

    fn named(&mut self, post: &PostRef) -> Option<&mut MemoryPost> {
        self.posts.values_mut().find(|it| it.post.id == post.id)
    }
}

impl Publisher for MemoryPublisher {
    fn network(&self) -> Network {
        self.network
    }

    fn publish(&self, order: &PostOrder<'_>) -> Published {
        let mut state = self.state();
        let later = |detail: &str, seconds: Option<u32>| Published::Later {
            detail: detail.to_owned(),
            retry_after: seconds.map(|it| Span::seconds(i64::from(it))),
        };
        let fate = state.fate;
        match fate {
            Fate::Refuses => {
                Published::Refused { detail: "the network will not have it".to_owned() }
            }
            Fate::Limits(seconds) => later("429", seconds),
            Fate::Fails(status) => later(&status.to_string(), None),
            Fate::SignsOut => later("the account has to be connected anew", None),
            Fate::Redirects => later("redirects are not followed", None),
            Fate::Untrusted | Fate::Nowhere => later("connecting", None),
            Fate::Takes | Fate::Closes | Fate::Drips => match state.publish(order) {
                None => Published::Refused { detail: "there is no such part".to_owned() },
                Some(post) if fate == Fate::Takes => Published::Done(post),
                Some(_) => Published::Lost { detail: "no answer".to_owned() },
            },
        }
    }

    fn find(&self, order: &PostOrder<'_>) -> Result<Option<PostRef>, PublisherError> {
        Ok(self.state().posts.get(order.key).map(|it| it.post.clone()))
    }

    fn delete(&self, post: &PostRef) -> Result<(), PublisherError> {
        self.state().posts.retain(|_, it| it.post.id != post.id);
        Ok(())
    }

    fn edit(&self, post: &PostRef, order: &PostOrder<'_>) -> Result<PostRef, PublisherError> {
        let mut state = self.state();
        let part = order.post.parts.get(order.part);
        let (Some(stands), Some(part)) = (state.named(post), part) else {
            return Err(PublisherError::NotAllowed("the post is not there any more".to_owned()));
        };
        stands.text.clone_from(&part.text);
        Ok(post.clone())
    }

    /// Nobody is there to like anything.
    fn metrics(&self, posts: &[PostRef]) -> Result<Vec<Option<PostMetrics>>, PublisherError> {
        let mut state = self.state();
        Ok(posts.iter().map(|it| state.named(it).map(|_| PostMetrics::default())).collect())
    }

    fn check(&self) -> Result<Account, PublisherError> {
        if self.state().fate == Fate::SignsOut {
            return Err(PublisherError::SignIn("the token was taken back".to_owned()));
        }
        let limits =
            PostLimits { characters: 300, per_link: None, images: 4, alt_characters: 1_000 };
        Ok(Account { name: format!("@shop@{}", self.network), until: None, limits })
    }
}
