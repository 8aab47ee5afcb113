//! What networks counted at each post, as a plain file for other programs.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use delivery::{PartState, Posting};
use engine::PostStatus;
use model::{CampaignName, Network, PostMetrics, Timestamp};
use port::Views;

use super::super::csv_row;
use super::written;
use crate::Place;

#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// Where to write to; `-` is standard output.
    #[arg(long, value_name = "FILE.csv", default_value = "-")]
    out: PathBuf,
}

const COLUMNS: [&str; 13] = [
    "post", "content", "network", "part", "url", "posted", "counted", "age", "likes", "reposts",
    "replies", "views", "clicks",
];

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    written(place, &arguments.out, "counts", write)
}

/// Returns how many counts there were.
fn write(views: &dyn Views, out: &mut dyn Write) -> anyhow::Result<u64> {
    out.write_all(csv_row(&COLUMNS.map(str::to_owned)).as_bytes())?;
    let mut written = 0;
    for (name, status) in PostStatus::all(views)? {
        let content = status.planned.as_ref().map(|it| it.content.to_string()).unwrap_or_default();
        for (network, posting) in &status.networks {
            for row in rows(&name, &content, *network, posting) {
                out.write_all(csv_row(&row).as_bytes())?;
                written += 1;
            }
        }
    }
    Ok(written)
}

fn rows(
    name: &CampaignName,
    content: &str,
    network: Network,
    posting: &Posting,
) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for count in &posting.counts {
        for (part, metrics) in count.parts.iter().enumerate() {
            let Some(metrics) = metrics else { continue };
            let state = posting.parts.get(part);
            rows.push(row(name, content, network, part, state, count.at, metrics));
        }
    }
    rows
}

fn row(
    name: &CampaignName,
    content: &str,
    network: Network,
    part: usize,
    state: Option<&PartState>,
    counted: Timestamp,
    metrics: &PostMetrics,
) -> Vec<String> {
    let (url, since) = match state {
        Some(PartState::Stands { post, since }) => (post.url.clone(), Some(*since)),
        // It was taken back after it was counted.
        Some(_) | None => (String::new(), None),
    };
    let hours = |it: Timestamp| (counted - it).millis() as f64 / 3_600_000.0;
    let told = |it: Option<u64>| it.map(|it| it.to_string()).unwrap_or_default();
    vec![
        name.to_string(),
        content.to_owned(),
        network.name().to_owned(),
        (part + 1).to_string(),
        url,
        since.map(|it| it.to_string()).unwrap_or_default(),
        counted.to_string(),
        since.map(|it| format!("{:.2}", hours(it))).unwrap_or_default(),
        metrics.likes.to_string(),
        metrics.reposts.to_string(),
        metrics.replies.to_string(),
        told(metrics.views),
        told(metrics.clicks),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use delivery::PostCount;
    use model::{Post, PostRef, Span};

    #[test]
    fn each_part_of_each_count_is_a_row() {
        let (at, name) = (Timestamp(1_800_000_000_000), CampaignName::new("spring"));
        let post = Post { network: Network::Mastodon, parts: Vec::new(), language: None };
        let mut posting = Posting::new(post, at, Span::DAY);
        let url = "https://social.example/1".to_owned();
        let post = PostRef { id: "1".to_owned(), url, hash: String::new() };
        posting.parts = vec![PartState::Stands { post, since: at }, PartState::Gone];
        let metrics =
            |likes, views| Some(PostMetrics { likes, views, reposts: 2, ..PostMetrics::default() });
        let counted = at + Span::minutes(90);
        posting.counts = vec![
            PostCount { at: counted, parts: vec![metrics(3, None), metrics(1, Some(40))] },
            PostCount { at: counted, parts: vec![metrics(4, Some(50)), None] },
        ];
        let rows: Vec<String> = rows(&name, "offer", Network::Mastodon, &posting)
            .iter()
            .map(|it| csv_row(it))
            .collect();
        assert_eq!(
            rows,
            [
                "spring,offer,mastodon,1,https://social.example/1,2027-01-15T08:00:00Z,2027-01-15T09:30:00Z,1.50,3,2,0,,\n",
                "spring,offer,mastodon,2,,,2027-01-15T09:30:00Z,,1,2,0,40,\n",
                "spring,offer,mastodon,1,https://social.example/1,2027-01-15T08:00:00Z,2027-01-15T09:30:00Z,1.50,4,2,0,50,\n",
            ]
        );
        assert!(rows.iter().all(|it| it.matches(',').count() + 1 == COLUMNS.len()));
    }
}
