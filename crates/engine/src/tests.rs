//! The engine as its users meet it: a programme and a script go in as text, what happened comes out.

mod audiences;
mod broadcasts;
mod erasing;
mod holdouts;
mod journeys;
mod mishaps;
mod panel;
mod persons;
mod play;
mod programmes;
mod requests;
mod sending;
mod show;
mod stored;
mod times;
mod wire;
mod wishes;
