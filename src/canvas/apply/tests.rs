//! Applying against a few lines of server, without time.

use std::collections::BTreeMap;

use super::*;
use crate::canvas::decision::Refusal;
use crate::canvas::live::{Change, Difference};
use crate::canvas::request::{Method, Request};
use crate::canvas::response::{Loss, Response};
use crate::canvas::task::{BadTask, Op};
use crate::formats::plan;
use crate::id::Id;
use crate::plan::PlanDocument;

/// What the server does with a request that writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The request never arrives.
    Before,
    /// It works, and its answer is lost.
    After,
    /// It is refused with this status.
    Status(u16),
    /// It works, and the answer speaks of another pair.
    Other,
}

/// Reviews by submission and reviewer: id, and whether it is completed.
#[derive(Debug, Clone, Default)]
struct Server {
    reviews: BTreeMap<(u64, u64), (u64, bool)>,
    next: u64,
    /// What happens to the n-th request that writes.
    faults: BTreeMap<usize, Fault>,
    log: Vec<String>,
    writes: usize,
}

impl Server {
    fn with(reviews: &[(u64, u64, bool)]) -> Self {
        let mut server = Self { next: 900, ..Self::default() };
        for &(asset, assessor, completed) in reviews {
            server.add(asset, assessor, completed);
        }
        server
    }

    fn add(&mut self, asset: u64, assessor: u64, completed: bool) {
        self.next += 1;
        self.reviews.insert((asset, assessor), (self.next, completed));
    }

    fn record(&self, pair: (u64, u64)) -> String {
        let (id, completed) = self.reviews[&pair];
        let state = if completed { "completed" } else { "assigned" };
        format!(
            r#"{{"id":{id},"asset_id":{},"assessor_id":{},"user_id":{},"asset_type":"Submission","workflow_state":"{state}"}}"#,
            pair.0,
            pair.1,
            pair.0 - 100
        )
    }

    fn answer(&mut self, request: &Request) -> Outcome {
        let number = |text: &str| text.parse::<u64>().unwrap();
        let asset = request.path.split("/submissions/").nth(1).map(|rest| number(rest.split('/').next().unwrap()));
        let assessor =
            [&request.query, &request.form].iter().find_map(|text| text.strip_prefix("user_id=")).map(number);
        let name = request.method.name();
        self.log.push(format!("{name} {} {}", asset.unwrap_or(0), assessor.unwrap_or(0)));
        let ok = |body: String| Outcome::Answer(Response { status: 200, headers: Vec::new(), body: body.into_bytes() });
        if request.method == Method::Get {
            let listed = self.reviews.keys().filter(|pair| asset.is_none_or(|asset| asset == pair.0));
            let records: Vec<String> = listed.map(|&pair| self.record(pair)).collect();
            return ok(format!("[{}]", records.join(",")));
        }
        let pair = (asset.unwrap(), assessor.unwrap());
        self.writes += 1;
        let fault = self.faults.get(&self.writes).copied();
        match fault {
            Some(Fault::Before) => return Outcome::Lost(Loss::Broken),
            Some(Fault::Status(status)) => {
                return Outcome::Answer(Response { status, headers: Vec::new(), body: b"{}".to_vec() });
            }
            _ => {}
        }
        let body = if request.method == Method::Post {
            if !self.reviews.contains_key(&pair) {
                self.add(pair.0, pair.1, false);
            }
            self.record(pair)
        } else {
            if !self.reviews.contains_key(&pair) {
                return Outcome::Answer(Response { status: 400, headers: Vec::new(), body: b"{}".to_vec() });
            }
            let body = self.record(pair);
            self.reviews.remove(&pair);
            body
        };
        match fault {
            Some(Fault::After) => Outcome::Lost(Loss::TimedOut),
            Some(Fault::Other) => ok(body.replace(&format!("\"assessor_id\":{}", pair.1), "\"assessor_id\":7777")),
            _ => ok(body),
        }
    }

    fn pairs(&self) -> Vec<(u64, u64)> {
        self.reviews.keys().copied().collect()
    }
}

/// A plan: creates, deletes and what stays.
fn plan_of(creates: &[(u64, u64)], deletes: &[(u64, u64)], kept: &[(u64, u64)]) -> PlanDocument {
    let review = |&(asset, assessor): &(u64, u64)| {
        format!(
            r#"{{"user_id":{},"assessor_id":{assessor},"asset_id":{asset},"asset_type":"Submission","workflow_state":"assigned"}}"#,
            asset - 100
        )
    };
    let create = creates.iter().map(|pair| format!(r#"{{"op":"create","peer_review":{}}}"#, review(pair)));
    let delete = deletes.iter().map(|pair| format!(r#"{{"op":"delete","peer_review":{},"reason":""}}"#, review(pair)));
    let operations: Vec<String> = create.chain(delete).collect();
    let kept: Vec<String> = kept.iter().map(review).collect();
    let spread = r#"{"min":0,"max":0,"mean":0,"gini":0.0}"#;
    let text = format!(
        r#"{{"source":{{"base_url":"https://c.edu/","course_id":1,"assignment_id":"2"}},"problem_digest":"","generator":"","strategy":{{}},
        "operations":[{}],"kept":[{}],"report":{{"reviews":0,"created":0,"deleted":0,"kept":0,"per_submission":{spread},"per_student":{spread},
        "reciprocal_pairs":0,"repeat_pairs":0,"should_met":0,"should_not_broken":0,
        "affinity":{{"total":0,"total_units":0,"mean":0,"min_submission":0,"min_submission_units":0}}}}}}"#,
        operations.join(","),
        kept.join(",")
    );
    plan::read(text.as_bytes()).unwrap()
}

/// The same with another submission in its first step.
fn plan_with_id(plan: &PlanDocument, id: &str) -> PlanDocument {
    let mut plan = plan.clone();
    if let crate::plan::Operation::Create(review, _) = &mut plan.operations[0] {
        review.asset_id = Id::text(id).unwrap();
    }
    plan
}

fn base() -> Base {
    Base::parse("https://c.edu").unwrap()
}

fn task(plan: &PlanDocument) -> Task {
    Task::of_plan(&base(), plan, None).unwrap()
}

/// Drives a session until it is done, or until the given number of steps; the journal grows by its lines.
fn drive(session: &mut Apply, server: &mut Server, journal: &mut String, most: usize) -> bool {
    let mut now = Duration::ZERO;
    let mut under_way = VecDeque::new();
    for _ in 0..most {
        match session.poll(now) {
            Step::Record(line) => {
                journal.push_str(&line);
                journal.push('\n');
            }
            Step::Send(ticket, request) => {
                // The effect comes at once, the answer when there is nothing else to do.
                let outcome = server.answer(&request);
                under_way.push_back((ticket, outcome));
            }
            Step::Wait(until) => match under_way.pop_front() {
                Some((ticket, outcome)) => session.handle(ticket, outcome, now),
                None => now = now.max(until.expect("something to wait for")) + Duration::from_millis(1),
            },
            Step::Done => return true,
        }
    }
    false
}

fn run(task: Task, server: &mut Server, journal: &mut String, options: Options) -> Summary {
    let earlier = Journal::read(journal.as_bytes()).unwrap();
    task.continues(&earlier).unwrap();
    let mut session = Apply::new(base(), task, earlier, options);
    assert!(drive(&mut session, server, journal, 10_000));
    session.summary().clone()
}

fn applied(plan: &PlanDocument, server: &mut Server) -> (Summary, String) {
    let mut journal = String::new();
    let summary = run(task(plan), server, &mut journal, Options::default());
    (summary, journal)
}

#[test]
fn creates_come_before_deletes_and_as_few_requests_are_sent_as_can_be() {
    let mut server = Server::with(&[(101, 2, false), (102, 1, true)]);
    let plan = plan_of(&[(101, 3), (103, 1)], &[(101, 2)], &[(102, 1)]);
    let (summary, _) = applied(&plan, &mut server);
    assert_eq!((summary.ending, summary.created, summary.deleted), (Ending::Complete, 2, 1));
    assert_eq!(server.pairs(), [(101, 3), (102, 1), (103, 1)]);
    assert_eq!(server.log, ["GET 0 0", "POST 101 3", "POST 103 1", "GET 101 0", "DELETE 101 2", "GET 0 0"]);
    assert_eq!(summary.requests, 6);
    // Once more, there is nothing to do.
    server.log.clear();
    let (summary, journal) = applied(&plan, &mut server);
    assert_eq!((summary.ending, summary.already, server.log.len()), (Ending::Complete, 3, 1));
    assert_eq!(journal, "");
}

#[test]
fn a_lost_answer_is_looked_for_before_anything_is_sent_again() {
    let plan = plan_of(&[(101, 2)], &[], &[]);
    let mut server = Server::with(&[]);
    server.faults.insert(1, Fault::After);
    let (summary, _) = applied(&plan, &mut server);
    assert_eq!((summary.ending, summary.created), (Ending::Complete, 1));
    assert_eq!(server.log, ["GET 0 0", "POST 101 2", "GET 101 0", "GET 0 0"]);

    let mut server = Server::with(&[]);
    server.faults.insert(1, Fault::Before);
    let (summary, _) = applied(&plan, &mut server);
    assert_eq!((summary.ending, summary.created), (Ending::Complete, 1));
    assert_eq!(server.log, ["GET 0 0", "POST 101 2", "GET 101 0", "GET 101 0", "POST 101 2", "GET 0 0"]);

    let mut server = Server::with(&[]);
    server.faults.extend((1..20).map(|n| (n, Fault::Before)));
    let (summary, journal) = applied(&plan, &mut server);
    assert_eq!((summary.ending, summary.unclear, summary.pending, server.writes), (Ending::Partly, 1, 1, 4));
    assert!(matches!(summary.trouble, Some(Trouble::Refused { refusal: Refusal::Exhausted { attempts: 4, .. }, .. })));
    assert!(Journal::read(journal.as_bytes()).unwrap().is_open(&plan_pair(101, 2)));
}

fn plan_pair(asset: u64, assessor: u64) -> Pair {
    Pair { asset_id: Id::from(asset), assessor_id: Id::from(assessor) }
}

#[test]
fn what_somebody_else_has_changed_is_drift() {
    let plan = plan_of(&[(101, 3)], &[(101, 2)], &[(102, 1)]);
    let as_planned = [(101, 2, false), (102, 1, false)];
    for (live, change, pair) in [
        (&[as_planned[0], as_planned[1], (103, 2, false)][..], Change::Added, (103, 2)),
        (&as_planned[..1], Change::Gone, (102, 1)),
        (&[(101, 2, true), as_planned[1]], Change::Completed, (101, 2)),
    ] {
        let mut server = Server::with(live);
        let before = server.pairs();
        let (summary, journal) = applied(&plan, &mut server);
        assert_eq!(summary.ending, Ending::Drift);
        let user_id = if change == Change::Gone { None } else { Some(Id::from(pair.0 - 100)) };
        assert_eq!(summary.drift, [Difference { change, pair: plan_pair(pair.0, pair.1), user_id }]);
        assert_eq!((server.pairs(), server.writes, journal.as_str()), (before, 0, ""));
        // With leave to go on, everything happens but the deletion of what is completed.
        let mut journal = String::new();
        let options = Options { allow_drift: true, ..Options::default() };
        let summary = run(task(&plan), &mut server, &mut journal, options);
        assert_eq!(summary.ending, Ending::Complete, "{summary:?}");
        assert!(server.reviews.contains_key(&(101, 3)));
        assert_eq!(server.reviews.contains_key(&(101, 2)), change == Change::Completed);
    }
    // A kept review that is completed meanwhile is none, nor is a step that somebody else has done.
    let mut server = Server::with(&[(101, 3, false), (102, 1, true)]);
    let (summary, _) = applied(&plan, &mut server);
    assert_eq!((summary.ending, summary.already, server.writes), (Ending::Complete, 2, 0));
}

#[test]
fn through_a_section_the_reviews_of_other_submissions_are_not_looked_at() {
    let plan = plan_of(&[(101, 3)], &[], &[]);
    for (live, ending) in [((102, 3, false), Ending::Complete), ((101, 4, false), Ending::Drift)] {
        let mut server = Server::with(&[live]);
        let task = Task::of_plan(&base(), &plan, Some(Id::from(7))).unwrap();
        let summary = run(task, &mut server, &mut String::new(), Options::default());
        assert_eq!(summary.ending, ending);
    }
}

#[test]
fn a_run_that_is_cut_off_anywhere_goes_on_and_sends_nothing_twice() {
    let plan = plan_of(&[(101, 3), (103, 1), (104, 2)], &[(101, 2), (104, 1)], &[(102, 1)]);
    let before = [(101, 2, false), (102, 1, true), (104, 1, false)];
    for most_in_flight in 1..=3 {
        let options = Options { most_in_flight, ..Options::default() };
        let mut cut = 0;
        loop {
            let mut server = Server::with(&before);
            let mut journal = String::new();
            let mut session = Apply::new(base(), task(&plan), Journal::default(), options);
            let ended = drive(&mut session, &mut server, &mut journal, cut);
            // The last line may be torn.
            let torn = format!("{journal}{{\"event\":\"{}", if journal.is_empty() { "beg" } else { "sen" });
            let earlier = Journal::read(torn.as_bytes()).unwrap();
            assert_eq!(earlier.length(), journal.len());
            let summary = run(task(&plan), &mut server, &mut journal, options);
            assert_eq!(summary.ending, Ending::Complete);
            assert_eq!(server.pairs(), [(101, 3), (102, 1), (103, 1), (104, 2)]);
            assert_eq!(server.writes, 5, "cut off after {cut} steps: {:?}", server.log);
            if ended {
                break;
            }
            cut += 1;
        }
        assert!(cut > 20);
    }
}

#[test]
fn undoing_brings_back_what_was_there_and_can_be_cut_off_too() {
    let plan = plan_of(&[(101, 3), (103, 1)], &[(101, 2)], &[(102, 1)]);
    let before = [(101, 2, false), (102, 1, true)];
    let mut cut = 0;
    loop {
        let mut server = Server::with(&before);
        let mut journal = String::new();
        run(task(&plan), &mut server, &mut journal, Options::default());
        let undo = |journal: &str| Task::of_rollback(&base(), &Journal::read(journal.as_bytes()).unwrap()).unwrap();
        let earlier = Journal::read(journal.as_bytes()).unwrap();
        let mut session = Apply::new(base(), undo(&journal), earlier, Options::default());
        let ended = drive(&mut session, &mut server, &mut journal, cut);
        let rest = undo(&journal);
        let summary = run(rest, &mut server, &mut journal, Options::default());
        assert_eq!(summary.ending, Ending::Complete);
        assert_eq!(server.pairs(), [(101, 2), (102, 1)], "{cut}");
        assert_eq!(server.writes, 6);
        assert!(undo(&journal).steps().is_empty());
        // What was undone can be applied again, with the same journal.
        let summary = run(task(&plan), &mut server, &mut journal, Options::default());
        assert_eq!((summary.ending, server.writes), (Ending::Complete, 9));
        if ended {
            break;
        }
        cut += 1;
    }
}

#[test]
fn undoing_leaves_what_somebody_has_worked_on_or_asked_for_anew() {
    let plan = plan_of(&[(101, 3), (103, 1), (104, 1)], &[], &[]);
    let mut server = Server::with(&[]);
    let (_, mut journal) = applied(&plan, &mut server);
    server.reviews.get_mut(&(101, 3)).unwrap().1 = true;
    server.add(103, 1, false);
    let undo = Task::of_rollback(&base(), &Journal::read(journal.as_bytes()).unwrap()).unwrap();
    let summary = run(undo, &mut server, &mut journal, Options::default());
    let reasons: Vec<Why> = summary.left.iter().map(|left| left.reason).collect();
    assert_eq!((summary.deleted, summary.already, reasons), (1, 1, vec![Why::Completed]));
    assert_eq!(server.pairs(), [(101, 3), (103, 1)]);
}

#[test]
fn students_who_have_left_are_told_and_the_run_goes_on() {
    let plan = plan_of(&[(103, 1)], &[(101, 2), (102, 2)], &[]);
    let mut server = Server::with(&[(101, 2, false), (102, 2, false)]);
    server.faults.insert(2, Fault::Status(404));
    let (summary, _) = applied(&plan, &mut server);
    let left: Vec<_> = summary.left.iter().map(|left| (left.op, left.reason)).collect();
    assert_eq!((summary.ending, summary.deleted, left), (Ending::Complete, 1, vec![(Op::Delete, Why::Left)]));
    // A create that cannot be holds the deletes of its submission.
    let plan = plan_of(&[(101, 9), (103, 1)], &[(101, 2)], &[(102, 2)]);
    let mut server = Server::with(&[(101, 2, false), (102, 2, false)]);
    server.faults.insert(1, Fault::Status(404));
    let (summary, _) = applied(&plan, &mut server);
    let left: Vec<_> = summary.left.iter().map(|left| left.reason).collect();
    assert_eq!((summary.ending, left), (Ending::Partly, vec![Why::NotFound, Why::Held]));
    assert_eq!(server.pairs(), [(101, 2), (102, 2), (103, 1)]);
}

#[test]
fn an_answer_about_something_else_and_a_lost_right_stop_the_run() {
    let plan = plan_of(&[(101, 2), (102, 1), (103, 1), (104, 1), (105, 1)], &[], &[]);
    for (fault, unclear) in [(Fault::Other, 1), (Fault::Status(401), 0), (Fault::Status(403), 0)] {
        let mut server = Server::with(&[]);
        server.faults.insert(2, fault);
        let (summary, journal) = applied(&plan, &mut server);
        assert_eq!((summary.ending, summary.unclear), (Ending::Partly, unclear));
        assert!(server.writes <= 3, "nothing new is begun");
        assert_eq!(matches!(summary.trouble, Some(Trouble::Mismatch { .. })), fault == Fault::Other);
        assert!(journal.lines().last().unwrap().contains("\"outcome\":\"partly\""));
    }
}

#[test]
fn a_submission_of_somebody_else_stops_the_run_now_and_later() {
    let mut plan = plan_of(&[(101, 2), (102, 1), (103, 1)], &[], &[]);
    for operation in &mut plan.operations {
        let crate::plan::Operation::Create(review, _) = operation else { continue };
        review.user_id = Some(Id::from(77));
    }
    for fault in [None, Some(Fault::After)] {
        let mut server = Server::with(&[]);
        server.faults.extend(fault.map(|fault| (1, fault)));
        let mut journal = String::new();
        for _ in 0..3 {
            let options = Options { most_in_flight: 1, ..Options::default() };
            let summary = run(task(&plan), &mut server, &mut journal, options);
            assert_eq!(summary.ending, Ending::Partly);
            assert!(matches!(summary.trouble, Some(Trouble::OtherOwner(_))), "{summary:?}");
        }
        // The next one may be sent while the first is waited for.
        assert!(server.writes <= 2);
    }
}

#[test]
fn what_undoing_cannot_do_is_told() {
    let plan = plan_of(&[(101, 3), (103, 1)], &[(101, 2)], &[]);
    let mut server = Server::with(&[(101, 2, false)]);
    let (_, mut journal) = applied(&plan, &mut server);
    server.faults.extend((4..20).map(|n| (n, Fault::Status(422))));
    let undo = Task::of_rollback(&base(), &Journal::read(journal.as_bytes()).unwrap()).unwrap();
    let summary = run(undo, &mut server, &mut journal, Options::default());
    let reasons: Vec<Why> = summary.left.iter().map(|left| left.reason).collect();
    assert_eq!((summary.ending, reasons), (Ending::Partly, vec![Why::Refused(422), Why::Held, Why::Refused(422)]));
}

#[test]
fn somebody_who_deletes_first_is_no_trouble() {
    let plan = plan_of(&[], &[(101, 2)], &[]);
    let mut server = Server::with(&[(101, 2, false)]);
    server.faults.insert(1, Fault::Status(400));
    let (summary, _) = applied(&plan, &mut server);
    assert_eq!((summary.ending, summary.left[0].reason), (Ending::Partly, Why::Refused(400)));
}

#[test]
fn plans_that_cannot_be_applied_are_refused() {
    let refused = |plan: &PlanDocument| Task::of_plan(&base(), plan, None).unwrap_err();
    let good = plan_of(&[(101, 2)], &[], &[]);
    assert!(matches!(refused(&PlanDocument { source: None, ..good.clone() }), BadTask::NoSource));
    let elsewhere = Task::of_plan(&Base::parse("https://d.edu").unwrap(), &good, None);
    assert!(matches!(elsewhere, Err(BadTask::OtherBase { .. })));
    assert!(matches!(refused(&plan_of(&[(101, 2), (101, 2)], &[], &[])), BadTask::Twice(_)));
    assert!(matches!(refused(&plan_of(&[(101, 2)], &[], &[(101, 2)])), BadTask::Twice(_)));
    assert!(matches!(refused(&plan_with_id(&good, "../9")), BadTask::Id(_)));
    assert!(matches!(refused(&plan_with_id(&good, "00101")), BadTask::Id(_)));
    // A journal belongs to one plan.
    let (_, journal) = applied(&good, &mut Server::with(&[]));
    let journal = Journal::read(journal.as_bytes()).unwrap();
    assert_eq!(task(&good).continues(&journal), Ok(()));
    assert_eq!(task(&plan_of(&[(101, 3)], &[], &[])).continues(&journal), Err(BadTask::OtherJournal));
    for text in
        ["x", "{\"students\": []}", "x\n", "{}\n", "{\"event\":\"done\"}\n", "{\"event\":\"begun\",\"format\":\"x\"}\n"]
    {
        assert!(Journal::read(text.as_bytes()).is_err(), "{text}");
    }
    assert!(Journal::read(b"").unwrap().header().is_none());
}
