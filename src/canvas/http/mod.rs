//! The only room with a socket: a small blocking client, and the loop that drives a [`Session`](super::Session) with it.
//!
//! A request is sent once and to one address: nothing here repeats it, follows a redirect, or decompresses an answer. What becomes of
//! it is an [`Outcome`](super::Outcome), whatever it is; to judge it is left to the session.

#![allow(clippy::disallowed_methods, reason = "whoever drives a session gives it the time")]

mod client;
mod drive;
#[cfg(test)]
mod drive_tests;
mod loss;
mod token;

pub use client::{BadClient, Client, Limits};
pub use drive::drive;
pub use token::{BadToken, Token};
