//! Colours and sizes. Colours differ in lightness as well as in hue, so that a picture printed in
//! grey, or seen without red and green, can still be read.

/// The width and height of the whole picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    /// That of a picture in an article, and of most previews of links.
    pub const DEFAULT: Size = Size { width: 1_200, height: 675 };
    /// Less has no room for words.
    pub const SMALLEST: Size = Size { width: 480, height: 360 };
    /// More is a picture of hundreds of megabytes.
    pub const LARGEST: Size = Size { width: 8_000, height: 8_000 };

    pub(crate) fn within_bounds(self) -> Size {
        let within = |it: u32, least: u32, most: u32| it.clamp(least, most);
        Size {
            width: within(self.width, Size::SMALLEST.width, Size::LARGEST.width),
            height: within(self.height, Size::SMALLEST.height, Size::LARGEST.height),
        }
    }

    /// How many pixels a unit of the drawing has. Large pictures are small ones enlarged, letters
    /// included; very small ones keep letters that can be read.
    pub(crate) fn zoom(self) -> f64 {
        /// Width times height of the picture in which a unit is a pixel.
        const AREA: f64 = 960.0 * 600.0;
        const LEAST: f64 = 0.88;
        (f64::from(self.width) * f64::from(self.height) / AREA).sqrt().max(LEAST)
    }
}

pub(crate) const BACKGROUND: &str = "#ffffff";
pub(crate) const TEXT: &str = "#1c2430";
/// For what explains: subtitles, labels of axes.
pub(crate) const MUTED: &str = "#5b6675";
/// For lines that hold the picture and are not looked at.
pub(crate) const GRID: &str = "#e3e7ec";
pub(crate) const AXIS: &str = "#aab3bf";
/// For areas that stand behind.
pub(crate) const PALE: &str = "#eef1f5";
pub(crate) const GREY: &str = "#b8c0cb";
/// For the whole.
pub(crate) const NAVY: &str = "#1f3a5f";
/// For what the picture is about; nothing else has it.
pub(crate) const ACCENT: &str = "#d9541e";

/// For things side by side, and for words about them, which must be darker.
const SERIES: [(&str, &str); 8] = [
    ("#1f4e79", "#1f4e79"),
    ("#4aa3a2", "#24706f"),
    ("#8c3b6f", "#8c3b6f"),
    ("#d9aa33", "#7d5c06"),
    ("#8fb8de", "#346c9f"),
    ("#5f7a1f", "#5f7a1f"),
    ("#c9a0c4", "#7d5383"),
    ("#7a5230", "#7a5230"),
];

pub(crate) fn series(i: usize) -> &'static str {
    SERIES[i % SERIES.len()].0
}

/// The colour for words about what is drawn in `colour`.
pub(crate) fn words(colour: &'static str) -> &'static str {
    SERIES.iter().find(|it| it.0 == colour).map_or(colour, |it| it.1)
}

/// Sizes of letters.
pub(crate) const TITLE: f64 = 20.0;
pub(crate) const SUBTITLE: f64 = 13.5;
pub(crate) const LABEL: f64 = 13.0;
pub(crate) const SMALL: f64 = 11.5;
/// From the edge of the picture.
pub(crate) const MARGIN: f64 = 24.0;
