use super::{read, write};
use crate::demand::Demand;
use crate::formats::Layout;
use crate::input::{Bound, Student, Submission};
use crate::{Input, Problem};

fn problem() -> Problem {
    let mut input = Input::default();
    for id in 1..=5_u64 {
        input.students.push(Student::new(id));
        input.submissions.push(Submission::by(40 + id, id));
    }
    input.policy.reviews_per_student = Bound::exactly(2);
    Problem::new(&input).unwrap()
}

fn written(demand: &Demand<'_>, layout: Layout) -> Vec<u8> {
    let mut text = Vec::new();
    write(&demand.record(), layout, &mut text).unwrap();
    text
}

#[test]
fn what_is_written_is_read_and_goes_on_alike() {
    let problem = problem();
    let mut demand =
        Demand::new(&problem, 7, |submission| -i64::from(submission == 3)).expect("rules that can be kept");
    demand.ask(0, 2, 5, Some(-3));
    demand.ask(1, 1, 6, Some(9));
    demand.finish(1, demand.held(1)[0].submission as usize);
    demand.ask(2, 2, 7, Some(8));
    demand.withdraw_student(4);
    demand.withdraw_submission(0);
    for layout in [Layout::Lines, Layout::OneLine] {
        let text = written(&demand, layout);
        let record = read(&text).unwrap();
        assert_eq!(record, demand.record());
        let (mut here, mut there) = (demand.clone(), record.restore(&problem).unwrap());
        for student in [3, 0, 1, 2, 3] {
            assert_eq!(here.ask(student, 1, 8, None), there.ask(student, 1, 8, None));
        }
        assert_eq!(written(&here, layout), written(&there, layout));
    }
}

#[test]
fn everything_that_is_wrong_is_told() {
    let text = br#"{"format": "peerplan/plan", "version": 1, "problem_digest": 5, "seed": -1, "more": 0,
        "students": [{"id": 1}, {"id": 1, "present": "yes"}],
        "submissions": [{"id": 2, "handed_in": true, "arrival": 9223372036854775808}],
        "reviews": [{"assessor_id": 1, "asset_id": 2, "state": "done"},
                    {"assessor_id": 1, "asset_id": 2, "state": "finished", "until": 3}]}"#;
    let found = read(text).unwrap_err();
    let mut codes: Vec<(&str, &str)> = found.items().iter().map(|item| (item.code, &*item.pointer)).collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            ("missing_field", "/students/0/present"),
            ("out_of_range", "/reviews/1/until"),
            ("out_of_range", "/seed"),
            ("out_of_range", "/submissions/0/arrival"),
            ("unknown_field", "/more"),
            ("unknown_value", "/reviews/0/state"),
            ("wrong_format", "/format"),
            ("wrong_type", "/problem_digest"),
            ("wrong_type", "/students/1/present"),
        ]
    );
    assert_eq!(read(b"[]").unwrap_err().items()[0].code, "wrong_type");
    assert!(read(b"{}").unwrap_err().items().iter().all(|item| item.code == "missing_field"));
}

#[test]
fn a_record_of_another_problem_is_refused() {
    let (ours, demand_of) = (problem(), problem());
    let mut record = Demand::new(&demand_of, 0, |_| 0).expect("rules that can be kept").record();
    assert!(record.restore(&ours).is_ok());
    record.problem_digest.push('0');
    assert!(record.restore(&ours).is_err());
    assert!(record.transfer(&ours, |_| 0).is_ok());
    record.students[0].id = 99_u64.into();
    assert!(record.transfer(&ours, |_| 0).is_err());
}
