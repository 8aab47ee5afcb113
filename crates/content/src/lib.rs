//! One content to its form per channel; links and footers.
