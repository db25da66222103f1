//! What holds for every run, whatever goes wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use peerplan::canvas::{Method, Outcome, Response};
use serde_json::Value;

use super::case::{Case, Desk};
use crate::canvas::sim::{Pair, Sent, Trace};

/// The submission in a path, and the reviewer in a query or form.
fn pair_of(sent: &Sent) -> Pair {
    let asset = submission_of(&sent.request.path).unwrap();
    let fields = if sent.request.form.is_empty() { &sent.request.query } else { &sent.request.form };
    (asset, fields.strip_prefix("user_id=").unwrap().parse().unwrap())
}

fn submission_of(path: &str) -> Option<u64> {
    path.split_once("/submissions/")?.1.split('/').next()?.parse().ok()
}

/// Whether reviews were read, and all of them came.
fn has_read(sent: &Sent, asset: u64) -> Option<(Duration, Duration)> {
    let (end, Outcome::Answer(answer)) = sent.ended.as_ref()? else { return None };
    let wanted = sent.request.path.ends_with("/peer_reviews")
        && submission_of(&sent.request.path).is_none_or(|of| of == asset)
        && sent.request.method == Method::Get;
    let whole = |answer: &Response| answer.status == 200 && answer.json().is_some();
    (wanted && whole(answer)).then_some((sent.at, *end))
}

/// A request is repeated, with none of the other kind between, only after two readings with a wait between them, whatever became of it.
pub(crate) fn looked_at_before_repeated(desk: &Desk) {
    let mut last: BTreeMap<Pair, usize> = BTreeMap::new();
    let log = &desk.world.log;
    for (number, sent) in log.iter().enumerate().filter(|(_, sent)| sent.request.method.writes()) {
        let pair = pair_of(sent);
        let Some(earlier) = last.insert(pair, number) else { continue };
        if log[earlier].request.method != sent.request.method {
            continue;
        }
        let known = log[earlier].ended.as_ref().map_or(log[earlier].at, |(end, _)| *end);
        let reads: Vec<_> = log[earlier + 1..number].iter().filter_map(|sent| has_read(sent, pair.0)).collect();
        let apart = |first: &(Duration, Duration), second: &(Duration, Duration)| {
            first.0 >= known && second.0 >= first.1 + Duration::from_millis(500)
        };
        let twice = reads.iter().any(|first| reads.iter().any(|second| apart(first, second)));
        assert!(twice, "{pair:?} is repeated without a look: {reads:?}");
    }
}

/// What is sent and writes stands in the journal before.
pub(crate) fn written_before_sent(trace: &Trace, log: &[Sent], first: usize) {
    let mut announced: BTreeMap<(Pair, &str), i64> = BTreeMap::new();
    let mut lines = trace.lines.iter().peekable();
    for (number, sent) in log.iter().enumerate().skip(first).filter(|(_, sent)| sent.request.method.writes()) {
        while let Some((_, line)) = lines.next_if(|(before, _)| *before <= number) {
            let line: Value = serde_json::from_str(line).unwrap();
            if line["event"] == "sending" {
                let id = |name: &str| line[name].as_u64().unwrap();
                let method = if line["op"] == "create" { "POST" } else { "DELETE" };
                *announced.entry(((id("asset_id"), id("assessor_id")), method)).or_default() += 1;
            }
        }
        let left = announced.entry((pair_of(sent), sent.request.method.name())).or_default();
        *left -= 1;
        assert!(*left >= 0, "{:?} is sent before it is written down", sent.request);
    }
}

/// No student was told twice, nothing was created twice, and no work of a student was lost.
pub(crate) fn once(desk: &Desk) {
    let ledger = &desk.world.course.ledger;
    assert_eq!(ledger.completed_deleted, []);
    for counts in [&ledger.created, &ledger.messages] {
        assert!(counts.iter().all(|(pair, &count)| count == 1 && desk.case.creates.contains(pair)), "{counts:?}");
    }
    assert!(ledger.deleted.iter().all(|(pair, &count)| count == 1 && desk.case.deletes.contains(pair)));
}

/// No submission has fewer reviews than the smaller of its counts before and after.
pub(crate) fn never_below(case: &Case, desk: &Desk) {
    let count = |pairs: &[Pair], asset: u64| pairs.iter().filter(|pair| pair.0 == asset).count();
    let (before, after) = (case.course.pairs(), case.result().into_iter().collect::<Vec<_>>());
    for student in case.course.students.values() {
        let asset = student.submission;
        let least = count(&before, asset).min(count(&after, asset));
        assert!(count(&desk.live(), asset) >= least, "submission {asset} has fewer than {least}");
    }
}
