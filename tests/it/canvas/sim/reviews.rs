//! Peer reviews: listed, created, deleted, and given on request.

use peerplan::canvas::Response;
use serde_json::{Value, json};

use super::answers::{failed, forbidden, not_found};
use super::course::{Course, Enrolled, Pair, Review, Role};
use super::route::Asked;

impl Course {
    fn record(&self, review: &Review, role: Role) -> Value {
        let mut record = json!({
            "id": review.id, "user_id": review.owner, "asset_id": review.pair.0, "asset_type": "Submission",
            "workflow_state": if review.completed { "completed" } else { "assigned" },
        });
        if role == Role::Teacher || !self.assignment.anonymous {
            record["assessor_id"] = Value::from(review.pair.1);
        }
        record
    }

    /// All at once, in no order, whatever section it is asked for; for students those of their own work only.
    pub(super) fn list_reviews(&mut self, submission: Option<u64>, asked: &Asked<'_>) -> Response {
        let may_see = |review: &&Review| asked.role == Role::Teacher || asked.role == Role::Student(review.owner);
        let wanted = |review: &&Review| submission.is_none_or(|id| review.pair.0 == id);
        let found = self.reviews.iter().filter(may_see).filter(wanted);
        let mut records: Vec<Value> = found.map(|review| self.record(review, asked.role)).collect();
        self.chance.shuffle(&mut records);
        self.ok(Value::Array(records))
    }

    /// The pair of a request that writes, after the checks that come before it, in their order.
    fn pair_of(&self, submission: u64, asked: &Asked<'_>) -> Result<Pair, Response> {
        let owner = self.owner_of(submission).ok_or_else(not_found)?;
        let assessor = asked.query.number("user_id").ok_or_else(not_found)?;
        let counts = |id: u64| self.students.get(&id).is_some_and(|student| student.state.counts());
        if !counts(assessor) || !counts(owner) {
            return Err(not_found());
        }
        Ok((submission, assessor))
    }

    pub(super) fn create(&mut self, submission: u64, asked: &Asked<'_>) -> Response {
        let pair = match self.pair_of(submission, asked) {
            Ok(pair) => pair,
            Err(answer) => return answer,
        };
        if self.owner_of(submission) == Some(pair.1) {
            return failed("Create failed");
        }
        if asked.role != Role::Teacher {
            return forbidden(&self.manner);
        }
        *self.ledger.posts.entry(pair).or_default() += 1;
        let found = self.reviews.iter().find(|review| review.pair == pair).cloned();
        let review = found.unwrap_or_else(|| {
            *self.ledger.created.entry(pair).or_default() += 1;
            self.add(pair, false).clone()
        });
        if !review.completed {
            *self.ledger.messages.entry(pair).or_default() += 1;
        }
        self.ok(self.record(&review, asked.role))
    }

    /// The first one of the pair, completed or not.
    pub(super) fn delete(&mut self, submission: u64, asked: &Asked<'_>) -> Response {
        let pair = match self.pair_of(submission, asked) {
            Ok(pair) => pair,
            Err(answer) => return answer,
        };
        if asked.role != Role::Teacher {
            return forbidden(&self.manner);
        }
        let Some(review) = self.remove(pair) else { return failed("Delete failed") };
        *self.ledger.deleted.entry(pair).or_default() += 1;
        let record = self.record(&review, asked.role);
        if review.completed {
            self.ledger.completed_deleted.push(review);
        }
        self.ok(record)
    }

    /// Fills the reviews of the token's own user up, with the work that has received the fewest.
    pub(super) fn allocate(&mut self, asked: &Asked<'_>) -> Response {
        let (Role::Student(reviewer), Some(count)) = (asked.role, self.assignment.automatic) else {
            return forbidden(&self.manner);
        };
        let ready = self.students.get(&reviewer).is_some_and(|student| student.handed_in && student.state.counts());
        let given = self.reviews.iter().filter(|review| review.pair.1 == reviewer).count() as u64;
        if !ready || !self.assignment.peer_reviews || given >= count {
            return forbidden(&self.manner);
        }
        let received = |id: u64| self.reviews.iter().filter(|review| review.pair.0 == id).count();
        let others = self.students.iter().filter(|&(&id, student)| {
            let taken = self.reviews.iter().any(|review| review.pair == (student.submission, reviewer));
            id != reviewer && student.handed_in && student.state == Enrolled::Active && !student.is_test && !taken
        });
        let mut pool: Vec<u64> = others.map(|(_, student)| student.submission).collect();
        pool.sort_by_key(|&id| (received(id), id));
        pool.truncate(usize::try_from(count - given).unwrap());
        if pool.is_empty() {
            return failed("There are no peer reviews available to allocate");
        }
        for submission in pool {
            self.add((submission, reviewer), false);
        }
        let own = self.reviews.iter().filter(|review| review.pair.1 == reviewer && !review.completed);
        let records: Vec<Value> = own.map(|review| self.record(review, Role::Teacher)).collect();
        self.ok(if self.manner.allocates_lists { Value::Array(records) } else { records[records.len() - 1].clone() })
    }
}
