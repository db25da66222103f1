//! Which part of the course a request goes to.

use peerplan::canvas::{Method, Request, Response};

use super::answers::{bad_token, no_token, not_found};
use super::course::{COURSE, Course, Role, TEACHER};
use super::query::{Query, decoded};

/// Who asks, for what.
pub(super) struct Asked<'a> {
    pub(super) role: Role,
    /// The section through which the course is reached.
    pub(super) section: Option<u64>,
    pub(super) path: &'a str,
    pub(super) query: Query,
}

impl Course {
    /// What the teacher is answered.
    pub(crate) fn answer_to(&mut self, request: &Request) -> Response {
        self.answer(request.method, &request.path, &request.query, &request.form, Some(TEACHER))
    }

    /// What is answered to a request, of which the path is the one below the installation.
    pub(crate) fn answer(
        &mut self,
        method: Method,
        path: &str,
        query: &str,
        form: &str,
        token: Option<&str>,
    ) -> Response {
        let query = Query::read(query, form);
        let Some(token) = token.or(query.get("access_token")) else { return no_token() };
        let Some(&role) = self.tokens.get(token) else { return bad_token() };
        let Some(below) = path.strip_prefix("/api/v1/") else { return not_found() };
        let segments: Vec<String> = below.split('/').map(decoded).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let asked = Asked { role, section: None, path, query };
        match (method, segments.as_slice()) {
            (_, ["courses", id, rest @ ..]) if self.is_course(id) => self.in_course(method, rest, &asked),
            (_, ["sections", id, rest @ ..]) => match self.section(id) {
                Some(section) => self.in_course(method, rest, &Asked { section: Some(section), ..asked }),
                None => not_found(),
            },
            (Method::Get, ["group_categories", id]) if number(id) == Some(self.category) => self.show_category(),
            (Method::Get, ["group_categories", id, "groups"]) if number(id) == Some(self.category) => {
                self.list_groups(&asked)
            }
            (Method::Get, ["groups", id, "memberships"]) => match number(id).filter(|id| self.groups.contains(id)) {
                Some(group) => self.list_memberships(group, &asked),
                None => not_found(),
            },
            _ => not_found(),
        }
    }

    fn is_course(&self, id: &str) -> bool {
        number(id) == Some(self.id) || id == format!("sis_course_id:C-{COURSE}")
    }

    fn section(&self, id: &str) -> Option<u64> {
        let id = number(id.strip_prefix("sis_section_id:SEC-").unwrap_or(id))?;
        self.sections.contains(&id).then_some(id)
    }

    fn in_course(&mut self, method: Method, rest: &[&str], asked: &Asked<'_>) -> Response {
        let whole = asked.section.is_none();
        match (method, rest) {
            (Method::Get, ["sections"]) if whole => self.list_sections(asked),
            (Method::Get, ["enrollments"]) => self.list_enrollments(asked),
            (_, ["assignments", id, rest @ ..]) if number(id) == Some(self.assignment.id) => match (method, rest) {
                (Method::Get, []) if whole => self.show_assignment(asked),
                (Method::Get, ["submissions"]) => self.list_submissions(asked),
                (Method::Get, ["peer_reviews"]) => self.list_reviews(None, asked),
                (Method::Post, ["allocate"]) if whole => self.allocate(asked),
                (_, ["submissions", id, "peer_reviews"]) => match (number(id), method) {
                    (id, Method::Get) => self.list_reviews(Some(id.unwrap_or(0)), asked),
                    (Some(id), Method::Post) => self.create(id, asked),
                    (Some(id), Method::Delete) => self.delete(id, asked),
                    _ => not_found(),
                },
                _ => not_found(),
            },
            _ => not_found(),
        }
    }
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok()
}
