//! The engine as its users meet it: a programme and a script go in as text, what happened comes out.

mod audiences;
mod broadcasts;
mod digests;
mod erasing;
mod filing;
mod filling;
mod holdouts;
mod journeying;
mod journeys;
mod learning;
mod measured;
mod mishaps;
mod panel;
mod persons;
mod plans;
mod play;
mod programmes;
mod requests;
mod sending;
mod show;
mod stored;
mod times;
mod undo_model;
mod undoing;
mod wire;
mod wishes;
