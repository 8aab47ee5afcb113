//! Pictures that fit, that are made to fit, and that cannot; and fetching them.

use super::{Kind, Picture, PictureLimits, Pictures, fit};
use crate::http::testing::{Answer, Fake};
use crate::http::{Http, HttpConfig};
use crate::social::Trouble;
use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, Frame, ImageEncoder, ImageFormat, RgbImage, Rgba, RgbaImage};
use model::PostImage;
use std::io::{Cursor, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

const LIMITS: PictureLimits = PictureLimits {
    bytes_max: 20_000,
    side_max: 200,
    pixels_max: 30_000,
    kinds: &[Kind::Jpeg, Kind::Png, Kind::Gif],
};

/// Noise, which packs badly.
fn noise(width: u32, height: u32) -> DynamicImage {
    let mut state = 1_u32;
    let picture = RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        image::Rgb([(state >> 24) as u8, (state >> 16) as u8, (state >> 8) as u8])
    });
    DynamicImage::ImageRgb8(picture)
}

fn bytes(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

fn made(picture: &DynamicImage, format: ImageFormat) -> Picture {
    let made = fit(bytes(picture, format), "A boat", &LIMITS).expect("it fits");
    assert!(made.bytes.len() <= LIMITS.bytes_max);
    let again = image::load_from_memory(&made.bytes).expect("a picture");
    assert_eq!((again.width(), again.height()), (made.width, made.height));
    made
}

#[test]
fn what_fits_stays_as_it_is() {
    let small = noise(40, 30);
    for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::Jpeg] {
        let before = bytes(&small, format);
        let after = fit(before.clone(), "A boat", &LIMITS).expect("it fits");
        assert_eq!(after.bytes, before);
        assert_eq!((after.width, after.height, after.alt.as_str()), (40, 30, "A boat"));
    }
}

#[test]
fn what_is_too_large_is_made_smaller_and_keeps_its_shape() {
    let wide = made(&noise(800, 400), ImageFormat::Png);
    assert_eq!((wide.width, wide.kind), (wide.height * 2, Kind::Jpeg));
    let tall = made(&noise(100, 700), ImageFormat::Jpeg);
    assert!(tall.height <= 200 && 27 <= tall.width && tall.width <= 29, "{tall:?}");
    let kind = made(&noise(50, 50), ImageFormat::WebP);
    assert_eq!((kind.kind, kind.width), (Kind::Jpeg, 50), "WebP is not among the kinds");
}

#[test]
fn what_can_be_seen_through_stays_so_or_lies_on_white() {
    let mut clear = RgbaImage::from_pixel(400, 400, Rgba([200, 0, 0, 0]));
    clear.put_pixel(0, 0, Rgba([1, 2, 3, 255]));
    let picture = DynamicImage::ImageRgba8(clear);
    let kept = made(&picture, ImageFormat::Png);
    assert_eq!((kept.kind, kept.width), (Kind::Png, 173), "30,000 pixels");
    let limits = PictureLimits { kinds: &[Kind::Jpeg], ..LIMITS };
    let flat = fit(bytes(&picture, ImageFormat::Png), "A boat", &limits).expect("it fits");
    let seen = image::load_from_memory(&flat.bytes).expect("a picture").to_rgb8();
    let [r, g, b] = seen.get_pixel(99, 99).0;
    assert!(250 < r.min(g).min(b), "white, not the red behind it: {r} {g} {b}");
}

#[test]
fn a_turned_photograph_stands_upright() {
    // The smallest EXIF that says: turn it by 90 degrees (orientation 6).
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let turned = |width, height| {
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 50);
        encoder.set_exif_metadata(exif.to_vec()).expect("metadata");
        noise(width, height).write_with_encoder(encoder).expect("a picture");
        fit(bytes, "A boat", &LIMITS).expect("it fits")
    };
    let kept = turned(60, 30);
    assert_eq!((kept.width, kept.height), (30, 60), "as it is seen");
    let shrunk = turned(600, 300);
    assert_eq!(shrunk.width * 2, shrunk.height);
    let again = image::load_from_memory(&shrunk.bytes).expect("a picture");
    assert_eq!((again.width(), again.height()), (shrunk.width, shrunk.height));
}

#[test]
fn a_moving_picture_is_not_made_to_stand() {
    let mut bytes = Vec::new();
    {
        let mut encoder = GifEncoder::new(&mut bytes);
        for n in 0..2 {
            let frame = RgbaImage::from_pixel(300, 300, Rgba([n, 0, 0, 255]));
            encoder.encode_frame(Frame::new(frame)).expect("a frame");
        }
    }
    let why = fit(bytes, "A boat", &LIMITS).expect_err("too large to stay");
    assert!(why.contains("it moves"), "{why}");
}

#[test]
fn a_bomb_and_what_is_no_picture_are_refused() {
    // A PNG whose head claims 60,000 × 60,000 pixels.
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0".to_vec();
    let crc = crc(&bomb[12..29]);
    bomb.extend_from_slice(&crc.to_be_bytes());
    bomb.extend_from_slice(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xaeB`\x82");
    let why = fit(bomb, "x", &LIMITS).expect_err("a bomb");
    assert!(why.contains("60000 × 60000"), "{why}");
    for text in
        [&b""[..], b"<svg/>", b"BM\0\0", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\0\0\0\0WEBP"]
    {
        fit(text.to_vec(), "x", &LIMITS).expect_err("no picture");
    }
    let mut cut = bytes(&noise(300, 300), ImageFormat::Png);
    cut.truncate(5_000);
    fit(cut, "x", &LIMITS).expect_err("half a picture");
}

/// As PNG writes it (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |it, _| {
            if it & 1 == 1 { 0xedb8_8320 ^ (it >> 1) } else { it >> 1 }
        })
    };
    !bytes.iter().fold(!0, step)
}

fn pictures(allow: &[&str]) -> Pictures {
    Pictures::new(Http::new(HttpConfig {
        table: "social.test",
        allow: allow.iter().map(|it| (*it).to_owned()).collect(),
        ca_file: None,
        time_max: Duration::from_secs(20),
    }))
}

fn fetch(url: String, allow: &[&str]) -> Result<Picture, Trouble> {
    pictures(allow).fetch(&PostImage { url, alt: "A boat".to_owned() }, &LIMITS)
}

#[test]
fn a_picture_is_fetched_from_where_it_is() {
    let picture = bytes(&noise(40, 30), ImageFormat::Png);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/a.png", listener.local_addr().expect("an address"));
    let sent = picture.clone();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", sent.len());
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&sent)).unwrap_or(());
        std::io::Read::read(&mut stream, &mut [0; 4_096]).unwrap_or_default();
    });
    assert_eq!(fetch(url, &["127.0.0.1"]).expect("a picture").bytes, picture);
}

#[test]
fn what_cannot_be_fetched_stops_the_post_or_waits() {
    let check = |answer: &'static str| {
        let fake = Fake::start(&[Answer::Say(answer)]);
        fetch(fake.url("/a.png"), &["127.0.0.1"])
    };
    for answer in [
        "HTTP/1.1 404 no\nContent-Length: 0\n\n",
        "HTTP/1.1 302 no\nLocation: http://127.0.0.1:1/\nContent-Length: 0\n\n",
        "HTTP/1.1 200 OK\nContent-Length: 4\n\nnone",
    ] {
        let found = check(answer);
        assert!(matches!(&found, Err(Trouble::Refused(it)) if it.contains("picture")), "{found:?}");
    }
    let later = check("HTTP/1.1 503 no\nRetry-After: 30\nContent-Length: 0\n\n");
    let wait = Some(model::Span::seconds(30));
    assert!(matches!(&later, Err(Trouble::Later { retry_after, .. }) if *retry_after == wait));
    let cut = check("HTTP/1.1 200 OK\nContent-Length: 99\n\n\u{1}");
    assert!(matches!(&cut, Err(Trouble::Later { .. })), "{cut:?}");
}

#[test]
fn a_picture_inside_is_not_fetched() {
    let fake = Fake::start(&[Answer::Say("HTTP/1.1 200 OK\n\n")]);
    let found = fetch(fake.url("/a.png"), &[]);
    assert!(matches!(&found, Err(Trouble::Refused(it)) if it.contains("only https")), "{found:?}");
    assert!(fake.calls.try_recv().is_err(), "nobody called");
}
