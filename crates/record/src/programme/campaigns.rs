//! What a programme sends together: each journey, broadcast and post with its contents.

use super::Programme;
use content::Reader;
use content::consistency::{Campaign, Used};
use journey::{Node, ScheduledPost, Step};
use model::{Channel, ContentName, Network};
use std::collections::{BTreeMap, BTreeSet};

impl Programme {
    /// Every campaign that sends something, to be looked at as a whole. `people` are some of those who
    /// will get it.
    pub fn campaigns<'a>(&'a self, people: &[Reader<'a>]) -> Vec<Campaign<'a>> {
        let journeys = self.journeys.iter().map(|it| {
            let mut sent = BTreeMap::new();
            messages(&it.steps, &mut sent);
            (format!("journey/{}", it.name), sent)
        });
        let broadcasts = self.broadcasts.iter().map(|it| {
            let channels = it.channels.iter().copied().collect();
            (format!("broadcast/{}", it.name), BTreeMap::from([(&it.content, channels)]))
        });
        let campaign = |(name, sent): (String, BTreeMap<&ContentName, BTreeSet<Channel>>)| {
            let used = sent.into_iter().filter_map(|(name, channels)| {
                let content = self.contents.get(name)?;
                let channels = channels.into_iter().collect();
                Some(Used { content, channels, networks: Vec::new() })
            });
            Campaign { name, brand: &self.brand, contents: used.collect(), people: people.to_vec() }
        };
        let posted = |it: &'a ScheduledPost| {
            let (name, networks): (_, Vec<Network>) =
                (format!("post/{}", it.name), it.networks.clone());
            let content = self.contents.get(&it.content);
            let contents = content.map(|content| Used { content, channels: Vec::new(), networks });
            let contents = contents.into_iter().collect();
            Campaign { name, brand: &self.brand, contents, people: Vec::new() }
        };
        let posts = self.posts.iter().map(posted);
        let all = journeys.chain(broadcasts).map(campaign).chain(posts);
        all.filter(|it| !it.contents.is_empty()).collect()
    }
}

fn messages<'a>(steps: &'a [Node], sent: &mut BTreeMap<&'a ContentName, BTreeSet<Channel>>) {
    for Node { step, .. } in steps {
        if let Step::Message(it) = step {
            sent.entry(&it.content).or_default().extend(it.channels.iter().copied());
        }
        step.below("").into_iter().for_each(|(_, it)| messages(it, sent));
    }
}
