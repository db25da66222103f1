//! The client of Canvas against servers that do as they please: what arrives there, what comes of it, and that the token is never
//! shown and never goes elsewhere.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod client;
#[cfg(feature = "cli")]
mod command;
mod drive;
#[cfg(all(feature = "cli", unix))]
mod interrupt;
mod server;
#[cfg(all(feature = "cli", unix, not(target_vendor = "apple")))]
mod tls;

use peerplan::Id;
use peerplan::canvas::http::{Client, Limits, Token};
use peerplan::canvas::request::{self, AssignmentPath, Context};
use peerplan::canvas::{Base, Request};

/// A token that can be recognised wherever it turns up.
const TOKEN: &str = "7077~RecognisableSecretOfTheTests";

/// What Canvas answers to one who asks for work.
const REVIEW: &str =
    r#"{"id":9,"asset_id":41,"asset_type":"Submission","user_id":1,"assessor_id":2,"workflow_state":"assigned"}"#;

fn client_with(url: &str, limits: Limits) -> Client {
    Client::new(Base::parse(url).unwrap(), Token::new(TOKEN).unwrap(), limits).unwrap()
}

fn client(url: &str) -> Client {
    client_with(url, Limits::default())
}

fn read() -> Request {
    request::sections(&Id::from(101))
}

fn create() -> Request {
    let path = AssignmentPath { context: Context::Course(Id::from(101)), assignment_id: Id::from(501) };
    path.create(&Id::from(41), &Id::from(2))
}
