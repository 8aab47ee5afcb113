//! Text in, text out for every rule; reference models and properties where rules interact.

mod arbitrating;
mod cases;
mod consenting;
mod learning;
mod nights;
mod panels;
mod rechecking;
mod reference;
mod running;
