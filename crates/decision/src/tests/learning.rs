//! Learning: what is counted, what is concluded from it, and what chance may do with it.

mod counting;
mod drawing;
mod numbers;
