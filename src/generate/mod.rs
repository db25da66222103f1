//! Synthetic problems: courses and conferences of any size and many shapes, for trials, tests and measurements.
//!
//! The same [`Options`] give the same [`Input`] on every machine. Ids look like those of Canvas: students from 1001,
//! submissions from 40001, sections from 11, groups from 701, peer reviews from 5001.
//!
//! ```
//! use peerplan::generate::{Options, generate};
//! let options = Options { students: 131, reviews: 3, sections: 3, group_size: 4, copies: true, ..Options::default() };
//! let input = generate(&options)?;
//! assert_eq!((input.students.len(), input.submissions.len()), (131, 131));
//! # Ok::<(), peerplan::generate::OptionsError>(())
//! ```

mod conference;
mod course;
mod draw;
mod options;
#[cfg(test)]
mod tests;

pub use options::{Conference, IdStyle, Options, OptionsError};

use crate::input::Input;

/// Makes a problem.
///
/// Nothing promises that a valid assignment exists: three students cannot each review three others. Time and memory
/// are linear in the size of the problem.
///
/// # Errors
/// [`OptionsError`] when an option is out of its range, or two of them make no sense together.
pub fn generate(options: &Options) -> Result<Input, OptionsError> {
    options.check()?;
    Ok(match &options.conference {
        Some(conference) => conference::generate(options, conference),
        None => course::generate(options),
    })
}
