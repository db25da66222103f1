//! Bytes ↔ values: problem files, plan files, score files and the state of reviews on demand. Opens no file.
//!
//! Reading reports everything that is wrong at once, each with a stable code, a JSON pointer, a line and a column;
//! `docs/formats.md` lists the codes. A syntax error ends reading.
//!
//! ```
//! use peerplan::formats::problem;
//! let text = br#"{"students": [{"id": 1}, {"id": -2}], "submissions": []}"#;
//! let found = problem::read(text, false).unwrap_err();
//! assert_eq!(found.items()[0].code, "invalid_id");
//! assert_eq!(found.items()[0].pointer, "/students/1/id");
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

pub mod csv_scores;
pub mod demand;
pub mod marginals;
pub mod plan;
pub mod problem;
pub mod schema;

mod document;
mod fields;
mod json;
mod locate;
mod micros;
mod path;
mod shared;
mod text;
mod write;

pub use locate::locate;
pub use micros::micros_from_f64;
pub use write::Layout;
