//! Pictures for social networks: fetched from where they are, and made to fit what a network takes.
//!
//! `limits` says what each network takes, with its source, and `fit` changes a picture; both are pure. Only
//! `fetch` does I/O.

mod fetch;
mod fit;
mod limits;

pub use fetch::Pictures;
pub use fit::{Kind, Picture, fit};
pub use limits::PictureLimits;

#[cfg(test)]
mod tests;
