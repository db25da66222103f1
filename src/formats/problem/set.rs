//! Single settings, as they are given on a command line.

use std::borrow::Cow;

use super::policy::POLICY;
use crate::diagnostic::Diagnostics;
use crate::formats::fields::{Reader, shown};
use crate::formats::json::Json;
use crate::formats::path::Path;
use crate::input::Input;

/// Sets `policy.KEY=VALUE`, `policy.labels.DIMENSION=VALUE` or `strategy.KEY=VALUE`. The value is JSON, or else a
/// plain text, and means what it would mean in a problem file.
///
/// ```
/// use peerplan::formats::problem::set;
/// use peerplan::input::{Input, Relation};
/// let mut input = Input::default();
/// set(&mut input, "policy.section=same").unwrap();
/// set(&mut input, "strategy.limit=0.5").unwrap();
/// assert_eq!(input.policy.section, Relation::Same);
/// assert!(set(&mut input, "policy.sections=same").is_err());
/// ```
///
/// # Errors
/// What is wrong with the assignment; the input is then as before.
pub fn set(input: &mut Input, assignment: &str) -> Result<(), Diagnostics> {
    let mut reader = Reader::new(false);
    let parsed = assignment
        .split_once('=')
        .and_then(|(path, value)| Some((path.split_once('.')?, value)))
        .filter(|((_, key), _)| !key.is_empty());
    let Some(((part, key), value)) = parsed else {
        let message = format_args!("{} is not a setting", shown(assignment));
        let help = "write policy.KEY=VALUE or strategy.KEY=VALUE";
        reader.found.error("invalid_setting", Path::Root, message, help);
        return Err(reader.found);
    };
    let value: Json<'_> = serde_json::from_str(value).unwrap_or(Json::Str(Cow::Borrowed(value)));
    let root = Path::Root;
    let place = root.key(part);
    match part {
        "policy" => {
            let mut policy = input.policy.clone();
            match key.strip_prefix("labels.") {
                Some(dimension) => reader.policy_label(&place.key("labels"), &mut policy, dimension, &value),
                None if POLICY.contains(&key) => reader.policy_field(&place.key(key), &mut policy, key, value),
                None => reader.unknown(&place, key, POLICY),
            }
            if !reader.found.has_errors() {
                input.policy = policy;
            }
        }
        "strategy" => {
            let mut strategy = input.strategy.clone().unwrap_or_default();
            reader.strategy_field(&place, &mut strategy, key, &value);
            if !reader.found.has_errors() {
                input.strategy = Some(strategy);
            }
        }
        _ => reader.unknown(&root, part, &["policy", "strategy"]),
    }
    if reader.found.is_empty() { Ok(()) } else { Err(reader.found) }
}
