//! Figures of results: which numbers a picture shows, and what it says of them.

mod attribution;
mod leverage;
mod lifetime;
mod mix;
mod power;
mod uplift;

pub use attribution::attribution_figure;
pub use leverage::leverage_figure;
pub use lifetime::lifetime_figure;
pub use mix::{contributions_figure, response_figure};
pub use power::power_figure;
pub use uplift::uplift_figure;
