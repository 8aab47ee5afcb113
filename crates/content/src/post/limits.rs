//! What each network takes, from its own documentation.

use model::Network;

/// The most parts of a thread. Whoever has more to say has written a page.
pub const PARTS_MAX: usize = 25;

/// What one post may be. An instance may allow other numbers than its network usually does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// In the network's own way of counting.
    pub text: usize,
    /// Where the text's bytes are limited too.
    pub bytes: Option<usize>,
    /// What any link counts, where that is not its length.
    pub link: Option<usize>,
    /// How many different links there may be.
    pub links: Option<usize>,
    pub images: usize,
    /// Characters of the text that stands for an image.
    pub alt: Option<usize>,
    /// Whether a post can answer the one before as part of one publication.
    pub threads: bool,
    /// Whether a link card can be given; others make it themselves of a link in the text.
    pub cards: bool,
}

impl Limits {
    pub const fn of(network: Network) -> Limits {
        match network {
            Network::Bluesky => BLUESKY,
            Network::Mastodon => MASTODON,
            Network::Linkedin => LINKEDIN,
            Network::Facebook => FACEBOOK,
            Network::Threads => THREADS,
            Network::X => X,
        }
    }
}

/// Lexicons `app.bsky.feed.post` (`maxGraphemes` 300, `maxLength` 3,000 bytes) and
/// `app.bsky.embed.images` (4 images; their text has no limit there).
const BLUESKY: Limits = Limits {
    text: 300,
    bytes: Some(3_000),
    link: None,
    links: None,
    images: 4,
    alt: None,
    threads: true,
    cards: true,
};

/// `configuration.statuses` of `/api/v2/instance` as it comes (`max_characters` 500,
/// `characters_reserved_per_url` 23, `max_media_attachments` 4); descriptions have 1,500 characters.
const MASTODON: Limits = Limits {
    text: 500,
    bytes: None,
    link: Some(23),
    links: None,
    images: 4,
    alt: Some(1_500),
    threads: true,
    cards: false,
};

/// Posts API: `commentary` of 3,000 characters; MultiImage API: 2 to 20 images, `altText` of 4,086.
const LINKEDIN: Limits = Limits {
    text: 3_000,
    bytes: None,
    link: None,
    links: None,
    images: 20,
    alt: Some(4_086),
    threads: false,
    cards: true,
};

/// The length that Facebook announced for status updates in 2011. For images of one post it names no
/// number; ten is what its other product, Instagram, took for long, and more nobody looks through.
const FACEBOOK: Limits = Limits {
    text: 63_206,
    bytes: None,
    link: None,
    links: None,
    images: 10,
    alt: None,
    threads: false,
    cards: true,
};

/// Threads API, posts: 500 characters, emoji as their UTF-8 bytes, 5 different links, carousels of 2 to
/// 20; `alt_text` of 1,000 characters.
const THREADS: Limits = Limits {
    text: 500,
    bytes: None,
    link: None,
    links: Some(5),
    images: 20,
    alt: Some(1_000),
    threads: true,
    cards: true,
};

/// `twitter-text`, configuration 3 (`maxWeightedTweetLength` 280, `transformedURLLength` 23); API v2:
/// `media_ids` of 1 to 4, `alt_text` of 1,000 characters.
const X: Limits = Limits {
    text: 280,
    bytes: None,
    link: Some(23),
    links: None,
    images: 4,
    alt: Some(1_000),
    threads: true,
    cards: false,
};
