//! Makes a picture fit. Pure: bytes in, bytes out.

use super::PictureLimits;
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPDecoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use image::{Rgb, RgbImage};
use std::io::Cursor;

/// What is decoded at all. A file of a few KB can claim a picture of many GB; this is a photograph of the
/// largest cameras.
const PIXELS_MAX: u64 = 64_000_000;

/// For the decoder's own needs beside the picture, at most 8 bytes a pixel.
const DECODER_BYTES_MAX: u64 = PIXELS_MAX * 8;

/// Looked at in turn until the bytes fit; below the last a smaller picture is better than a worse one.
const QUALITIES: [u8; 3] = [88, 78, 68];

/// Each time the bytes do not fit, sides shrink to this share.
const SHRINK_PERCENT: u64 = 80;

/// How often they shrink: to a ninth of a side, after which something else is wrong.
const SHRINKS_MAX: usize = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Jpeg,
    Png,
    Webp,
    Gif,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub bytes: Vec<u8>,
    pub kind: Kind,
    pub width: u32,
    pub height: u32,
    pub alt: String,
}

impl Kind {
    pub fn mime(self) -> &'static str {
        match self {
            Kind::Jpeg => "image/jpeg",
            Kind::Png => "image/png",
            Kind::Webp => "image/webp",
            Kind::Gif => "image/gif",
        }
    }

    pub fn file_name(self) -> &'static str {
        match self {
            Kind::Jpeg => "picture.jpg",
            Kind::Png => "picture.png",
            Kind::Webp => "picture.webp",
            Kind::Gif => "picture.gif",
        }
    }

    /// By its first bytes, whatever it is called.
    fn of(bytes: &[u8]) -> Option<(Kind, ImageFormat)> {
        let format = image::guess_format(bytes).ok()?;
        let kinds = [
            (Kind::Jpeg, ImageFormat::Jpeg),
            (Kind::Png, ImageFormat::Png),
            (Kind::Webp, ImageFormat::WebP),
            (Kind::Gif, ImageFormat::Gif),
        ];
        kinds.into_iter().find(|it| it.1 == format)
    }
}

/// A picture within the limits, unchanged where it is within them already; or why there is none.
pub fn fit(bytes: Vec<u8>, alt: &str, limits: &PictureLimits) -> Result<Picture, String> {
    let (kind, format) =
        Kind::of(&bytes).ok_or("it is no JPEG, PNG, WebP or GIF; make one of these of it")?;
    let (width, height, orientation) = look(&bytes, format)?;
    let pixels = u64::from(width) * u64::from(height);
    let small = width.max(height) <= limits.side_max && pixels <= limits.pixels_max;
    if small && bytes.len() <= limits.bytes_max && limits.kinds.contains(&kind) {
        let (width, height) = turned(width, height, orientation);
        return Ok(Picture { bytes, kind, width, height, alt: alt.to_owned() });
    }
    if moves(&bytes, kind) {
        let hint = format!(
            "it moves, and has more than {} bytes, {} pixels a side, or a kind that is not taken; make \
             it smaller yourself",
            limits.bytes_max, limits.side_max
        );
        return Err(hint);
    }
    let mut reader = ImageReader::with_format(Cursor::new(&bytes), format);
    reader.limits(decoder_limits());
    let mut picture = reader.decode().map_err(|it| format!("it cannot be read: {it}"))?;
    picture.apply_orientation(orientation);
    shrink(&picture, alt, limits)
}

/// Width, height and how it is turned, of the head alone.
fn look(bytes: &[u8], format: ImageFormat) -> Result<(u32, u32, Orientation), String> {
    let broken = |it: image::ImageError| format!("it cannot be read: {it}");
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(decoder_limits());
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if PIXELS_MAX < u64::from(width) * u64::from(height) {
        return Err(format!("it has {width} × {height} pixels, more than {PIXELS_MAX}"));
    }
    if width == 0 || height == 0 {
        return Err("it has no pixels".to_owned());
    }
    // What is said of it beside the picture may be broken; then it stands as it is.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((width, height, orientation))
}

fn decoder_limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    limits
}

fn turned(width: u32, height: u32, orientation: Orientation) -> (u32, u32) {
    match orientation {
        Orientation::NoTransforms
        | Orientation::Rotate180
        | Orientation::FlipHorizontal
        | Orientation::FlipVertical => (width, height),
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (height, width),
    }
}

fn moves(bytes: &[u8], kind: Kind) -> bool {
    match kind {
        Kind::Jpeg | Kind::Png => false,
        Kind::Gif => GifDecoder::new(Cursor::new(bytes))
            .is_ok_and(|it| it.into_frames().take(2).filter(Result::is_ok).count() == 2),
        Kind::Webp => WebPDecoder::new(Cursor::new(bytes)).is_ok_and(|it| it.has_animation()),
    }
}

/// The largest and best that fits: with all its colours where it can be seen through and fits so, else as
/// JPEG.
fn shrink(picture: &DynamicImage, alt: &str, limits: &PictureLimits) -> Result<Picture, String> {
    let made = |bytes, kind, of: &DynamicImage| {
        let (width, height) = (of.width(), of.height());
        Picture { bytes, kind, width, height, alt: alt.to_owned() }
    };
    let (mut width, mut height) = within(picture.width(), picture.height(), limits);
    for _ in 0..SHRINKS_MAX {
        let small = match (width, height) == (picture.width(), picture.height()) {
            true => picture.clone(),
            false => picture.resize_exact(width, height, FilterType::CatmullRom),
        };
        if small.color().has_alpha() && limits.kinds.contains(&Kind::Png) {
            let bytes = png(&small)?;
            if bytes.len() <= limits.bytes_max {
                return Ok(made(bytes, Kind::Png, &small));
            }
        }
        let flat = on_white(&small);
        for quality in QUALITIES {
            let bytes = jpeg(&flat, quality)?;
            if bytes.len() <= limits.bytes_max {
                return Ok(made(bytes, Kind::Jpeg, &small));
            }
        }
        let less = |side: u32| (u64::from(side) * SHRINK_PERCENT / 100).max(1) as u32;
        (width, height) = (less(width), less(height));
    }
    Err(format!("it cannot be made to fit into {} bytes", limits.bytes_max))
}

/// The same shape within the sides and the pixels.
fn within(width: u32, height: u32, limits: &PictureLimits) -> (u32, u32) {
    let (w, h) = (f64::from(width), f64::from(height));
    let by_side = f64::from(limits.side_max) / w.max(h);
    let by_pixels = (limits.pixels_max as f64 / (w * h)).sqrt();
    let share = by_side.min(by_pixels).min(1.0);
    let side = |it: f64| (it * share).floor().max(1.0) as u32;
    (side(w), side(h))
}

fn png(picture: &DynamicImage) -> Result<Vec<u8>, String> {
    let mut bytes = Cursor::new(Vec::new());
    // Sixteen bits a colour are seen by nobody and double the bytes.
    let flat = DynamicImage::ImageRgba8(picture.to_rgba8());
    flat.write_to(&mut bytes, ImageFormat::Png).map_err(|it| it.to_string())?;
    Ok(bytes.into_inner())
}

fn jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    picture.write_with_encoder(encoder).map_err(|it| it.to_string())?;
    Ok(bytes)
}

/// JPEG cannot be seen through; what shines through is paper.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let seen = picture.to_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [r, g, b, a] = seen.get_pixel(x, y).0;
        let over = |it: u8| {
            let (it, a) = (u32::from(it), u32::from(a));
            // At most 255, as both weights together are.
            ((it * a + 255 * (255 - a) + 127) / 255) as u8
        };
        Rgb([over(r), over(g), over(b)])
    })
}
