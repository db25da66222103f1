//! Plans for people.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use comfy_table::Table;

use crate::certificate::Certificate;
use crate::cli::output::note;
use crate::cli::table::{decimal, micros, page, shown, table};
use crate::id::{Id, PersonName};
use crate::input::{Input, ReviewRecord};
use crate::plan::{Alternates, OperationRecord, PlanView, Records, Report, ShortfallRecord, Spread};

/// More operations are not for reading.
const ROWS: usize = 2000;

/// The names of students by id, for those who ask for them.
pub(in crate::cli) struct Names<'a>(BTreeMap<&'a Id, &'a PersonName>);

impl<'a> Names<'a> {
    pub(in crate::cli) fn new(input: &'a Input) -> Self {
        Self(input.students.iter().filter_map(|student| Some((&student.id, student.name.as_ref()?))).collect())
    }

    /// The name of somebody, as it is.
    pub(in crate::cli) fn find(&self, id: Option<&Id>) -> Option<&'a str> {
        id.and_then(|id| self.0.get(id)).map(|name| name.reveal())
    }

    fn of(&self, id: Option<&Id>) -> String {
        self.find(id).map(|name| shown(name).into_owned()).unwrap_or_default()
    }
}

/// The operations and the report.
pub(super) fn tables(plan: &PlanView<'_>, names: Option<&Names<'_>>, output: &mut dyn Write) -> io::Result<()> {
    let all = plan.report().created + plan.report().deleted;
    if all == 0 {
        writeln!(output, "nothing to create and nothing to delete\n")?;
    } else {
        writeln!(output, "{}\n", operations(plan, names))?;
    }
    if all > ROWS as u64 {
        writeln!(output, "the first {ROWS} of {all} operations; --format csv, --json or -o FILE gives all of them\n")?;
    }
    if !plan.shortfalls().is_empty() {
        writeln!(output, "{}\n", shortfalls(plan.shortfalls()))?;
    }
    if !plan.alternates().is_empty() {
        writeln!(output, "{}\n", alternates(plan.alternates()))?;
    }
    writeln!(output, "{}", figures(plan.report(), plan.certificate()))
}

/// Who could step in.
fn alternates(records: &[Alternates]) -> Table {
    let mut table = table(&["asset_id", "alternates"]);
    for Alternates { asset_id, assessor_ids } in records.iter().take(ROWS) {
        let students: Vec<String> = assessor_ids.iter().map(text).collect();
        table.add_row([text(asset_id), students.join(", ")]);
    }
    table
}

fn operations(plan: &PlanView<'_>, names: Option<&Names<'_>>) -> Table {
    let mut header = vec!["op", "assessor_id", "asset_id", "user_id"];
    if names.is_some() {
        header.extend(["assessor", "owner"]);
    }
    // Where no review exists, all are for the first time.
    let reasons = plan.tells_reasons();
    if reasons {
        header.push("why");
    }
    let mut table = if reasons { page(&header) } else { table(&header) };
    for operation in plan.operations().take(ROWS) {
        let (op, review, reason) = match operation {
            OperationRecord::Create { peer_review, reason } => ("create", peer_review, reason),
            OperationRecord::Delete { peer_review, reason } => ("delete", peer_review, reason),
        };
        let ReviewRecord { assessor_id, asset_id, user_id, .. } = review;
        let mut row = vec![String::from(op), text(assessor_id), text(asset_id), user_id.map(text).unwrap_or_default()];
        if let Some(names) = names {
            row.extend([names.of(Some(assessor_id)), names.of(user_id)]);
        }
        if reasons {
            row.push(shown(&reason.to_string()).into_owned());
        }
        table.add_row(row);
    }
    table
}

/// The minima that are not met.
pub(in crate::cli) fn shortfalls(records: &[ShortfallRecord]) -> Table {
    let mut table = page(&["shortfall", "id", "wanted", "got", "why"]);
    for record in records.iter().take(ROWS) {
        let kind = match record.kind {
            crate::plan::Side::Student => "student",
            crate::plan::Side::Submission => "submission",
            crate::plan::Side::Work => "work",
        };
        let (wanted, got) = (record.wanted.to_string(), record.got.to_string());
        table.add_row([String::from(kind), text(&record.id), wanted, got, shown(&record.reason).into_owned()]);
    }
    table
}

fn figures(report: &Report, certificate: Option<&Certificate>) -> Table {
    let mut table = table(&["figure", "value"]);
    let spread =
        |Spread { min, max, mean, gini }| format!("{min} to {max}, mean {}, gini {}", decimal(mean), decimal(gini));
    let counts = format!("{} created, {} deleted, {} kept", report.created, report.deleted, report.kept);
    let mut row = |name: &str, value: String| _ = table.add_row([name, &value]);
    row("reviews", format!("{} ({counts})", report.reviews));
    row("received per submission", spread(report.per_submission));
    row("given per student", spread(report.per_student));
    row("reciprocal pairs", report.reciprocal_pairs.to_string());
    row("repeated pairs", report.repeat_pairs.to_string());
    row("should_review met", report.should_met.to_string());
    row("should_not_review broken", report.should_not_broken.to_string());
    if let Some(optimal) = report.optimal {
        row("proven to be best", String::from(if optimal { "yes" } else { "no" }));
    }
    let affinity = &report.affinity;
    if affinity.total_units != 0 || affinity.min_submission_units != 0 {
        row("affinity in all", micros(affinity.total_units));
        row("affinity per review", decimal(affinity.mean));
        row("affinity of the worst-off submission", micros(affinity.min_submission_units));
    }
    let name = "worst-off submission that can get reviews";
    match (certificate, report.bound.and_then(|bound| bound.worst_units)) {
        (Some(Certificate::WorstOff(proof)), _) => {
            let (worst, bound) = (micros(proof.worst_units), micros(proof.upper_bound_units));
            row(name, format!("{worst}, and no assignment can exceed {bound}"));
        }
        (_, Some(bound)) => row(name, format!("has no more than {} in any plan as good as this", micros(bound))),
        (..) => {}
    }
    table
}

/// An id as it may stand in a table.
fn text(id: &Id) -> String {
    shown(&id.to_string()).into_owned()
}

/// A few words on a plan that went to a file.
pub(super) fn summary(report: &Report, path: &Path) {
    let Report { created, deleted, kept, .. } = report;
    let path = path.display().to_string();
    note(format_args!("peerplan: {}: {created} to create, {deleted} to delete, {kept} kept", shown(&path)));
}
