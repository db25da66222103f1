//! Which column stands where: by a header, or in the order of a file without one.

use super::field::{At, Shown, plain, trim};
use super::records::{FIELDS, Fields};
use super::report::Report;

/// The columns, in the order of a file without a header, which has the first three.
const COLUMNS: [&str; 4] = ["asset_id", "assessor_id", "score", "limit"];
/// How many of them must be there.
const REQUIRED: usize = 3;

/// Where the columns stand.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    pub(super) count: usize,
    pub(super) required: [usize; REQUIRED],
    pub(super) limit: Option<usize>,
}

impl Columns {
    /// Those of a file without a header.
    pub(super) const UNNAMED: Self = Self { count: REQUIRED, required: [0, 1, 2], limit: None };

    /// Those that a header names, unless something is wrong with it.
    pub(super) fn named(record: &[u8], fields: &Fields, report: &mut Report) -> Option<Self> {
        let mut place = [None; COLUMNS.len()];
        let before = report.len();
        for index in 0..fields.count.min(FIELDS) {
            let name = plain(fields.get(record, index));
            let name = String::from_utf8_lossy(trim(&name));
            let at = At(record, fields.start(index));
            match COLUMNS.iter().position(|known| *known == name) {
                None => {
                    let message = format_args!("unknown column {}", Shown(name.as_bytes()));
                    let help = "the columns are asset_id, assessor_id, score and limit";
                    report.error("unknown_column", at, message, help);
                }
                Some(known) if place[known].is_some() => {
                    let message = format_args!("the column `{name}` stands twice");
                    report.error("duplicate_column", at, message, "keep one of them");
                }
                Some(known) => place[known] = Some(index),
            }
        }
        for (name, _) in COLUMNS.iter().zip(&place).take(REQUIRED).filter(|(_, place)| place.is_none()) {
            let message = format_args!("the column `{name}` is missing");
            report.error("missing_column", At(record, 0), message, "add the column");
        }
        let [Some(asset), Some(assessor), Some(score), limit] = place else { return None };
        let good = report.len() == before;
        good.then_some(Self { count: fields.count, required: [asset, assessor, score], limit })
    }
}

/// Whether a record names a column.
pub(super) fn is_header(record: &[u8], fields: &Fields) -> bool {
    let mut all = (0..fields.count.min(FIELDS)).map(|field| fields.get(record, field));
    all.any(|field| COLUMNS.iter().any(|name| name.as_bytes() == trim(&plain(field))))
}
