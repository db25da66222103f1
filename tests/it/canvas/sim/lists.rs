//! What surrounds the reviews: the assignment, sections, enrolments, submissions and groups.

use peerplan::canvas::Response;
use serde_json::{Value, json};

use super::answers::{Numbering, forbidden};
use super::course::{Course, Role, Student};
use super::route::Asked;

impl Course {
    pub(super) fn show_assignment(&self, asked: &Asked<'_>) -> Response {
        let settings = &self.assignment;
        let mut record = json!({
            "id": settings.id, "course_id": self.id, "name": "Essay", "due_at": "2026-03-01T23:59:00Z", "lock_at": null,
            "peer_reviews": settings.peer_reviews, "automatic_peer_reviews": settings.automatic.is_some(),
            "anonymous_peer_reviews": settings.anonymous, "intra_group_peer_reviews": false,
            "group_category_id": self.category, "grade_group_students_individually": false, "published": true,
            "submission_types": ["online_text_entry"], "only_visible_to_overrides": false,
        });
        if let (Some(count), true) = (settings.automatic, settings.peer_reviews) {
            record["peer_review_count"] = Value::from(count);
        }
        if asked.query.includes("assignment_visibility") {
            record["assignment_visibility"] = self.students.keys().map(ToString::to_string).collect();
        }
        self.ok(record)
    }

    fn named(&self, student: u64) -> Value {
        let name = self.students.keys().position(|&id| id == student).unwrap_or_default();
        json!({"id": student, "name": format!("Student {name}"), "sortable_name": format!("{name}, Student")})
    }

    pub(super) fn list_sections(&self, asked: &Asked<'_>) -> Response {
        let section = |&id: &u64| {
            let mut record = json!({
                "id": id, "course_id": self.id, "name": format!("Section {id}"), "nonxlist_course_id": null,
                "sis_section_id": format!("SEC-{id}"),
            });
            if asked.query.includes("students") {
                let inside = self.students.iter().filter(|(_, student)| student.sections.contains(&id));
                let inside = inside.filter(|(_, student)| !student.is_test);
                let students: Vec<Value> = inside.map(|(&student, _)| self.named(student)).collect();
                // Nobody is not an empty list.
                record["students"] = if students.is_empty() { Value::Null } else { Value::Array(students) };
            }
            record
        };
        let records = self.sections.iter().map(section).collect();
        self.page(records, asked.path, &asked.query, Numbering::Numbers)
    }

    /// One for each student and section.
    pub(super) fn list_enrollments(&self, asked: &Asked<'_>) -> Response {
        let (types, states): (Vec<&str>, Vec<&str>) =
            (asked.query.all("type").collect(), asked.query.all("state").collect());
        let mut records = Vec::new();
        for (&id, student) in &self.students {
            let kind = if student.is_test { "StudentViewEnrollment" } else { "StudentEnrollment" };
            let state = student.state.word();
            let wanted = if states.is_empty() { student.state.counts() } else { states.contains(&state) };
            if !wanted || !(types.is_empty() || types.contains(&kind)) {
                continue;
            }
            for &section in student.sections.iter().filter(|&&id| asked.section.is_none_or(|section| section == id)) {
                records.push(json!({
                    "id": id * 100 + section, "user_id": id, "course_id": self.id, "course_section_id": section,
                    "type": kind, "role": kind, "enrollment_state": state,
                    "limit_privileges_to_course_section": false, "associated_user_id": null, "user": self.named(id),
                }));
            }
        }
        self.page(records, asked.path, &asked.query, Numbering::Marks)
    }

    /// Of everybody who may hand in, whether they have or not; here the section counts.
    pub(super) fn list_submissions(&self, asked: &Asked<'_>) -> Response {
        if asked.role != Role::Teacher {
            return forbidden(&self.manner);
        }
        let inside = |student: &Student| asked.section.is_none_or(|section| student.sections.contains(&section));
        let wanted = self.students.iter().filter(|(_, student)| student.state.counts() && inside(student));
        let records = wanted.map(|(&id, student)| {
            let state = match (student.graded, student.handed_in) {
                (true, _) => "graded",
                (false, true) => "submitted",
                (false, false) => "unsubmitted",
            };
            let kind = student.handed_in.then_some("online_text_entry");
            let mut record = json!({
                "id": student.submission, "user_id": id, "assignment_id": self.assignment.id, "workflow_state": state,
                "submission_type": kind, "submitted_at": kind.map(|_| "2026-02-24T10:11:12Z"),
                "attempt": kind.map(|_| 1), "late": false, "missing": false, "excused": false,
            });
            if asked.query.includes("group") {
                let name = student.group.map(|id| format!("Group {id}"));
                record["group"] = json!({"id": student.group, "name": name});
            }
            record
        });
        self.page(records.collect(), asked.path, &asked.query, Numbering::Numbers)
    }

    pub(super) fn show_category(&self) -> Response {
        self.ok(json!({
            "id": self.category, "name": "Project groups", "context_type": "Course", "course_id": self.id,
            "groups_count": self.groups.len(),
        }))
    }

    pub(super) fn list_groups(&self, asked: &Asked<'_>) -> Response {
        let group = |&id: &u64| {
            let members = self.students.values().filter(|student| student.group == Some(id)).count();
            json!({
                "id": id, "name": format!("Group {id}"), "group_category_id": self.category, "members_count": members,
                "context_type": "Course", "course_id": self.id,
            })
        };
        self.page(self.groups.iter().map(group).collect(), asked.path, &asked.query, Numbering::Numbers)
    }

    /// All of them are accepted.
    pub(super) fn list_memberships(&self, group: u64, asked: &Asked<'_>) -> Response {
        let states: Vec<&str> = asked.query.all("filter_states").collect();
        let wanted = states.is_empty() || states.contains(&"accepted");
        let members = self.students.iter().filter(|(_, student)| wanted && student.group == Some(group));
        let member = |(&id, _): (&u64, &Student)| json!({"id": id * 10, "group_id": group, "user_id": id, "workflow_state": "accepted", "moderator": false});
        self.page(members.map(member).collect(), asked.path, &asked.query, Numbering::Numbers)
    }
}
