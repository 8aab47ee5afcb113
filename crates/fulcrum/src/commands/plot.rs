//! `--plot FILE`: the result as a picture, or as what an app draws it from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use plots::{Figure, Size};
use resvg::{tiny_skia, usvg};

use super::tell;

#[derive(clap::Args, Debug)]
pub struct PlotArguments {
    /// Draw the result too: a picture (.svg, .png), or what an app can draw it from (.json).
    #[arg(id = "plot", long = "plot", value_name = "FILE", value_parser = named_file)]
    file: Option<(PathBuf, Form)>,
    /// The width and height of the picture in pixels [default: 1200x675].
    #[arg(long = "plot-size", value_name = "WxH", requires = "plot", value_parser = size)]
    size: Option<Size>,
    /// Say in the picture that the data are simulated.
    #[arg(long = "plot-simulated", requires = "plot")]
    simulated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Svg,
    Png,
    Json,
}

impl PlotArguments {
    /// Whether there is anything to draw.
    pub fn wanted(&self) -> bool {
        self.file.is_some()
    }

    /// Writes the figure, if one was asked for. That there is nothing to draw is said, and changes
    /// nothing else.
    pub fn write(&self, figure: impl FnOnce() -> Result<Figure, String>) -> anyhow::Result<()> {
        let Some((path, form)) = &self.file else { return Ok(()) };
        let figure = match figure() {
            Ok(figure) => figure,
            Err(reason) => {
                tell(&format!("no picture in {}: {reason}", path.display()));
                return Ok(());
            }
        };
        let figure = if self.simulated { figure.of_simulated_data() } else { figure };
        let size = self.size.unwrap_or(Size::DEFAULT);
        let bytes = match form {
            Form::Json => (serde_json::to_string_pretty(&figure)? + "\n").into_bytes(),
            Form::Svg => figure.svg(size).into_bytes(),
            Form::Png => png(&figure.svg(size), size)?,
        };
        std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
    }
}

fn named_file(text: &str) -> Result<(PathBuf, Form), String> {
    let path = Path::new(text);
    let ending = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "svg" => Ok((path.to_owned(), Form::Svg)),
        "png" => Ok((path.to_owned(), Form::Png)),
        "json" => Ok((path.to_owned(), Form::Json)),
        _ => Err("the name must end in .svg, .png or .json".to_owned()),
    }
}

fn size(text: &str) -> Result<Size, String> {
    let sides = text.split_once(['x', 'X', '×']);
    let (least, most) = (Size::SMALLEST, Size::LARGEST);
    let side = |text: &str, least: u32, most: u32| {
        text.trim().parse::<u32>().ok().filter(|it| (least..=most).contains(it))
    };
    let size = sides.and_then(|(width, height)| {
        Some(Size {
            width: side(width, least.width, most.width)?,
            height: side(height, least.height, most.height)?,
        })
    });
    size.ok_or_else(|| {
        format!(
            "write width x height in pixels, such as 1200x675, from {}x{} to {}x{}",
            least.width, least.height, most.width, most.height
        )
    })
}

/// Pixels with the program's own letters, the same on every machine.
fn png(svg: &str, size: Size) -> anyhow::Result<Vec<u8>> {
    let mut fonts = usvg::fontdb::Database::new();
    for font in [notosans::REGULAR_TTF, notosans::BOLD_TTF] {
        fonts.load_font_source(usvg::fontdb::Source::Binary(Arc::new(font)));
    }
    let options = usvg::Options {
        font_family: "Noto Sans".to_owned(),
        fontdb: Arc::new(fonts),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options).context("the picture cannot be drawn")?;
    let mut pixels = tiny_skia::Pixmap::new(size.width, size.height)
        .ok_or_else(|| anyhow!("there is no memory for a picture of this size"))?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| anyhow!("the picture cannot be written as PNG: {error}"))
}

#[cfg(test)]
mod tests;
