//! Fetches a picture from where it is, through the guard of `http`.

use super::{Picture, PictureLimits, fit};
use crate::http::{Failure, Http, retry_after};
use crate::social::{Trouble, now};
use model::PostImage;
use ureq::http::Method;

/// What is fetched at all: a photograph as cameras make them.
const SOURCE_BYTES_MAX: usize = 24 << 20;

pub struct Pictures {
    http: Http,
}

impl Pictures {
    pub fn new(http: Http) -> Pictures {
        Pictures { http }
    }

    /// The picture, made to fit. All that goes wrong goes wrong before anything is published.
    pub fn fetch(&self, image: &PostImage, limits: &PictureLimits) -> Result<Picture, Trouble> {
        let alt = image.alt.trim();
        if alt.is_empty() {
            return Err(refused("it has no alt text; say what is on it"));
        }
        let bytes = self.bytes(&image.url)?;
        fit(bytes, alt, limits).map_err(|it| refused(&it))
    }

    fn bytes(&self, url: &str) -> Result<Vec<u8>, Trouble> {
        let wanted = [("accept", "image/jpeg, image/png, image/webp, image/gif")];
        let answer = self.http.call(Method::GET, url, &wanted, b"").map_err(|it| match it {
            Failure::Refused(why) => refused(&why),
            Failure::Unsent(why) | Failure::Unknown(why) => later(&why),
        })?;
        match answer.status() {
            200 => {}
            300..=399 => return Err(refused("redirects are not followed; write where it leads")),
            status @ (408 | 425 | 429 | 500..=599) => {
                let asked = answer.header("retry-after");
                let retry_after = asked.and_then(|it| retry_after(it, now()));
                return Err(Trouble::Later { detail: said(&status.to_string()), retry_after });
            }
            status => return Err(refused(&format!("its server answers {status}"))),
        }
        let whole = answer.body(SOURCE_BYTES_MAX as u64 + 1);
        let bytes = whole.map_err(|_| later("its bytes did not come to an end"))?;
        match bytes.len() <= SOURCE_BYTES_MAX {
            true => Ok(bytes),
            false => Err(refused(&format!("it has more than {SOURCE_BYTES_MAX} bytes"))),
        }
    }
}

fn said(why: &str) -> String {
    format!("a picture of the post: {why}")
}

fn refused(why: &str) -> Trouble {
    Trouble::Refused(said(why))
}

fn later(why: &str) -> Trouble {
    Trouble::later(said(why))
}
