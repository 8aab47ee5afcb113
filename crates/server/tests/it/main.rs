//! The server over memory: a request goes in as text and its answer comes out as text.

mod access;
mod audiences;
mod broadcasts;
mod callbacks;
mod collection;
mod conforms;
mod contents;
mod customers;
mod documents;
mod events;
mod history;
mod identity;
mod imports;
mod journeys;
mod lists;
mod measure;
mod messages;
mod people;
mod privacy;
mod programme;
mod programmes;
mod replays;
mod team;
mod today;
mod webhooks;
mod world;
