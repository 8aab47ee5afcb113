//! What networks take of a picture. Each number is of the network's own documentation.

use super::Kind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureLimits {
    pub bytes_max: usize,
    /// Of either side, in pixels. Where a network names none, it is the one that it shows at most.
    pub side_max: u32,
    /// Of both sides together.
    pub pixels_max: u64,
    pub kinds: &'static [Kind],
}

impl PictureLimits {
    /// Lexicon `app.bsky.embed.images`: 1,000,000 bytes. The app itself shrinks to 2,000 pixels.
    pub const BLUESKY: PictureLimits = PictureLimits {
        bytes_max: 1_000_000,
        side_max: 2_000,
        pixels_max: 4_000_000,
        kinds: &[Kind::Jpeg, Kind::Png, Kind::Webp, Kind::Gif],
    };

    /// `image_size_limit` and `image_matrix_limit` of `GET /api/v2/instance` as Mastodon comes; servers
    /// may set others, which are then looked up.
    pub const MASTODON: PictureLimits = PictureLimits {
        bytes_max: 16 << 20,
        side_max: 8_192,
        pixels_max: 33_177_600,
        kinds: &[Kind::Jpeg, Kind::Png, Kind::Webp, Kind::Gif],
    };

    /// Graph API, "Page Photos": JPEG, PNG and GIF of up to 4 MB. Pages show 2,048 pixels.
    pub const FACEBOOK: PictureLimits = PictureLimits {
        bytes_max: 4_000_000,
        side_max: 2_048,
        pixels_max: 4_194_304,
        kinds: &[Kind::Jpeg, Kind::Png],
    };

    /// Marketing API, "Images API": JPG, GIF and PNG of fewer than 36,152,320 pixels. No bytes are named;
    /// 5 MB are what pages take by hand.
    pub const LINKEDIN: PictureLimits = PictureLimits {
        bytes_max: 5_000_000,
        side_max: 6_000,
        pixels_max: 36_152_319,
        kinds: &[Kind::Jpeg, Kind::Png, Kind::Gif],
    };

    /// X API, "Media best practices": JPG, PNG, GIF and WebP of up to 5 MB. 4,096 pixels are shown.
    pub const X: PictureLimits = PictureLimits {
        bytes_max: 5_000_000,
        side_max: 4_096,
        pixels_max: 16_777_216,
        kinds: &[Kind::Jpeg, Kind::Png, Kind::Webp],
    };
}
