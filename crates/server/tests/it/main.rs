//! The server over memory: a request goes in as text and its answer comes out as text.

mod access;
mod broadcasts;
mod collection;
mod conforms;
mod customers;
mod documents;
mod events;
mod identity;
mod journeys;
mod measure;
mod people;
mod privacy;
mod programme;
mod today;
mod world;
