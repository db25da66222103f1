//! A server that is a function: the records of a course in the shapes of Canvas, in pages.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::canvas::{Request, Response};

pub(super) const ASSIGNMENT: &str = "/api/v1/courses/101/assignments/501";
pub(super) const ENROLLMENTS: &str = "/api/v1/courses/101/enrollments";
pub(super) const SUBMISSIONS: &str = "/api/v1/courses/101/assignments/501/submissions";
pub(super) const REVIEWS: &str = "/api/v1/courses/101/assignments/501/peer_reviews";
pub(super) const GROUPS: &str = "/api/v1/group_categories/61/groups";

/// What is answered at each path, and how often each was asked for.
pub(super) struct Server {
    pub(super) records: BTreeMap<String, Value>,
    /// Answers that stand in the way of the records.
    pub(super) instead: BTreeMap<String, Response>,
    pub(super) per_page: usize,
    pub(super) asked: Vec<Request>,
}

impl Server {
    /// A course of two students who both handed in.
    pub(super) fn new() -> Self {
        let mut server = Self { records: BTreeMap::new(), instead: BTreeMap::new(), per_page: 100, asked: Vec::new() };
        let assignment = json!({
            "id": 501, "course_id": 101, "name": "Essay", "peer_reviews": true, "automatic_peer_reviews": true,
            "peer_review_count": 2, "intra_group_peer_reviews": false, "group_category_id": null,
            "anonymous_grading": false, "only_visible_to_overrides": false, "published": true,
            "workflow_state": "published",
        });
        server.records.insert(ASSIGNMENT.into(), assignment);
        for list in [ENROLLMENTS, SUBMISSIONS, REVIEWS] {
            server.records.insert(list.into(), json!([]));
        }
        server.student(1001, 11).student(1002, 11).hand_in(40_011, 1001).hand_in(40_012, 1002);
        server
    }

    /// Sets a field of the assignment.
    pub(super) fn set(&mut self, field: &str, value: Value) -> &mut Self {
        self.records.get_mut(ASSIGNMENT).unwrap()[field] = value;
        self
    }

    /// Adds a record to a list.
    pub(super) fn add(&mut self, path: &str, record: Value) -> &mut Self {
        let list = self.records.entry(path.into()).or_insert_with(|| json!([]));
        list.as_array_mut().unwrap().push(record);
        self
    }

    pub(super) fn student(&mut self, user: u64, section: u64) -> &mut Self {
        self.add(ENROLLMENTS, enrollment(user, section, "StudentEnrollment", "active"))
    }

    pub(super) fn hand_in(&mut self, id: u64, user: u64) -> &mut Self {
        self.add(SUBMISSIONS, row(id, user, true))
    }

    /// Adds a group of the category 61, which becomes that of the assignment, with accepted members.
    pub(super) fn group(&mut self, id: u64, members: &[u64]) -> &mut Self {
        self.set("group_category_id", json!(61));
        self.add(
            GROUPS,
            json!({"id": id, "name": "Team Ode", "group_category_id": 61, "members_count": members.len()}),
        );
        let path = format!("/api/v1/groups/{id}/memberships");
        self.records.insert(path.clone(), json!([]));
        for member in members {
            self.add(&path, json!({"id": 88, "group_id": id, "user_id": member, "workflow_state": "accepted"}));
        }
        self
    }

    /// Answers a path with this, whatever the records say.
    pub(super) fn instead(&mut self, path: &str, status: u16, body: &str) -> &mut Self {
        let response = Response { status, headers: Vec::new(), body: body.into() };
        self.instead.insert(path.into(), response);
        self
    }

    pub(super) fn answer(&mut self, request: &Request) -> Response {
        self.asked.push(request.clone());
        if let Some(response) = self.instead.get(&request.path) {
            return response.clone();
        }
        let Some(record) = self.records.get(&request.path) else {
            let body = br#"{"errors":[{"message":"The specified resource does not exist."}]}"#.to_vec();
            return Response { status: 404, headers: Vec::new(), body };
        };
        let Value::Array(items) = record else {
            return Response { status: 200, headers: Vec::new(), body: record.to_string().into() };
        };
        // As in Canvas, the list of reviews is not in pages.
        let size = if request.path.ends_with("/peer_reviews") { usize::MAX } else { self.per_page };
        let page: usize = request.query.strip_prefix("page=").map_or(0, |page| page.parse().unwrap());
        let mut pages = items.chunks(size);
        let body = Value::from(pages.nth(page).unwrap_or_default().to_vec()).to_string().into();
        let next = format!("<https://canvas.example{}?page={}>; rel=\"next\"", request.path, page + 1);
        let headers = pages.next().map(|_| (String::from("link"), next)).into_iter().collect();
        Response { status: 200, headers, body }
    }

    /// How often a path was asked for.
    pub(super) fn count(&self, path: &str) -> usize {
        self.asked.iter().filter(|request| request.path == path).count()
    }
}

pub(super) fn enrollment(user: u64, section: u64, kind: &str, state: &str) -> Value {
    json!({
        "id": 9004, "user_id": user, "course_id": 101, "course_section_id": section, "type": kind, "role": kind,
        "enrollment_state": state, "limit_privileges_to_course_section": false,
        "user": {"id": user, "name": format!("Ann {user} Ode"), "sortable_name": format!("Ode, Ann {user}")},
    })
}

pub(super) fn row(id: u64, user: u64, handed_in: bool) -> Value {
    let kind = handed_in.then_some("online_text_entry");
    let time = handed_in.then_some("2026-02-24T10:11:12Z");
    json!({
        "id": id, "user_id": user, "assignment_id": 501, "submission_type": kind, "submitted_at": time,
        "workflow_state": if handed_in { "submitted" } else { "unsubmitted" }, "body": "<p>Ann Ode</p>",
        "late": false, "missing": false, "excused": false, "group": {"id": null, "name": null},
    })
}

pub(super) fn review(id: u64, asset: u64, owner: u64, assessor: u64, state: &str) -> Value {
    json!({
        "id": id, "user_id": owner, "assessor_id": assessor, "asset_id": asset, "asset_type": "Submission",
        "workflow_state": state,
    })
}
