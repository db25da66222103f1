//! Requests as data: every endpoint the adapter uses, typed.

use std::fmt::Write as _;

use super::base::Base;
use crate::id::Id;

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads; may be repeated freely.
    Get,
    /// Creates.
    Post,
    /// Deletes.
    Delete,
}

impl Method {
    /// The word of the protocol.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }

    /// Whether repeating it may change something.
    #[must_use]
    pub const fn writes(self) -> bool {
        !matches!(self, Self::Get)
    }
}

/// A request to an installation. It holds no token and no host: whoever sends it adds both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What it does.
    pub method: Method,
    /// The path below the installation, from `/api/v1/` on, percent-encoded.
    pub path: String,
    /// The query without its `?`, percent-encoded; may be empty.
    pub query: String,
    /// The body as `application/x-www-form-urlencoded`; may be empty.
    pub form: String,
}

impl Request {
    fn get(path: String, query: &[(&str, &str)]) -> Self {
        Self { method: Method::Get, path, query: encoded(query), form: String::new() }
    }

    /// The page that an address points to, if it belongs to the installation.
    #[must_use]
    pub fn page(base: &Base, url: &str) -> Option<Self> {
        let (path, query) = base.local(url)?;
        Some(Self { method: Method::Get, path: path.to_owned(), query: query.to_owned(), form: String::new() })
    }

    /// The whole address.
    #[must_use]
    pub fn url(&self, base: &Base) -> String {
        base.url(&self.path, &self.query)
    }
}

/// A course or one of its sections: most paths exist for both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Context {
    /// `/courses/:id`.
    Course(Id),
    /// `/sections/:id`.
    Section(Id),
}

impl Context {
    fn path(&self) -> String {
        match self {
            Self::Course(id) => format!("/api/v1/courses/{}", segment(id)),
            Self::Section(id) => format!("/api/v1/sections/{}", segment(id)),
        }
    }

    /// The enrolments of students who take part, or are about to: Canvas takes all of them as reviewers.
    #[must_use]
    pub fn enrollments(&self) -> Request {
        let states = ["active", "invited", "creation_pending"].map(|state| ("state[]", state));
        let query = [&[("type[]", "StudentEnrollment")][..], &states, &[PER_PAGE]].concat();
        Request::get(format!("{}/enrollments", self.path()), &query)
    }
}

/// An assignment as seen from a course or a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentPath {
    /// The course or section.
    pub context: Context,
    /// The assignment.
    pub assignment_id: Id,
}

impl AssignmentPath {
    fn path(&self) -> String {
        format!("{}/assignments/{}", self.context.path(), segment(&self.assignment_id))
    }

    /// `submission_id` is the id of the submission itself, not that of the student.
    fn reviews_of(&self, submission_id: &Id) -> String {
        format!("{}/submissions/{}/peer_reviews", self.path(), segment(submission_id))
    }

    /// All peer reviews of the assignment.
    #[must_use]
    pub fn peer_reviews(&self) -> Request {
        Request::get(format!("{}/peer_reviews", self.path()), &[PER_PAGE])
    }

    /// The peer reviews of one submission.
    #[must_use]
    pub fn peer_reviews_of(&self, submission_id: &Id) -> Request {
        Request::get(self.reviews_of(submission_id), &[PER_PAGE])
    }

    /// Asks for a review of a submission by a student.
    #[must_use]
    pub fn create(&self, submission_id: &Id, assessor_id: &Id) -> Request {
        let form = encoded(&[("user_id", &assessor_id.to_string())]);
        Request { method: Method::Post, path: self.reviews_of(submission_id), query: String::new(), form }
    }

    /// Takes a review of a submission back. The assessor stands in the query: not every server reads the body of a DELETE.
    #[must_use]
    pub fn delete(&self, submission_id: &Id, assessor_id: &Id) -> Request {
        let query = encoded(&[("user_id", &assessor_id.to_string())]);
        Request { method: Method::Delete, path: self.reviews_of(submission_id), query, form: String::new() }
    }

    /// The submissions of all students, with their groups.
    #[must_use]
    pub fn submissions(&self) -> Request {
        Request::get(format!("{}/submissions", self.path()), &[("include[]", "group"), PER_PAGE])
    }
}

/// The assignment itself; there is no such path for sections.
#[must_use]
pub fn assignment(course_id: &Id, assignment_id: &Id) -> Request {
    let path = format!("/api/v1/courses/{}/assignments/{}", segment(course_id), segment(assignment_id));
    Request::get(path, &[("include[]", "assignment_visibility")])
}

/// Asks for work to review, for the user of the token.
#[must_use]
pub fn allocate(course_id: &Id, assignment_id: &Id) -> Request {
    let path = format!("/api/v1/courses/{}/assignments/{}/allocate", segment(course_id), segment(assignment_id));
    Request { method: Method::Post, path, query: String::new(), form: String::new() }
}

/// The sections of a course.
#[must_use]
pub fn sections(course_id: &Id) -> Request {
    Request::get(format!("/api/v1/courses/{}/sections", segment(course_id)), &[PER_PAGE])
}

/// A group category.
#[must_use]
pub fn group_category(category_id: &Id) -> Request {
    Request::get(format!("/api/v1/group_categories/{}", segment(category_id)), &[])
}

/// The groups of a category.
#[must_use]
pub fn groups(category_id: &Id) -> Request {
    Request::get(format!("/api/v1/group_categories/{}/groups", segment(category_id)), &[PER_PAGE])
}

/// The accepted memberships of a group.
#[must_use]
pub fn memberships(group_id: &Id) -> Request {
    let path = format!("/api/v1/groups/{}/memberships", segment(group_id));
    Request::get(path, &[("filter_states[]", "accepted"), PER_PAGE])
}

/// As many as a server gives at most.
const PER_PAGE: (&str, &str) = ("per_page", "100");

/// Whether an id may stand in a path: digits, also as `shard~digits`, or `sis_…_id:…` without dots alone.
#[must_use]
pub fn is_addressable(id: &Id) -> bool {
    let text = id.to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '~' | ':');
    text.len() <= 255 && text.chars().all(plain) && text.contains(|c: char| c != '.')
}

fn segment(id: &Id) -> String {
    let mut text = String::new();
    percent(&mut text, &id.to_string(), "-_.~:");
    text
}

/// Names and values as they stand in a query or a form.
fn encoded(pairs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        percent(&mut text, name, "-_.~[]");
        text.push('=');
        percent(&mut text, value, "-_.~");
    }
    text
}

fn percent(text: &mut String, raw: &str, plain: &str) {
    for byte in raw.bytes() {
        if byte.is_ascii_alphanumeric() || plain.as_bytes().contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_those_of_the_documentation() {
        let path = AssignmentPath { context: Context::Course(Id::from(101)), assignment_id: Id::from(501) };
        let created = path.create(&Id::from(21_070_000_000_000_079), &Id::from(1020));
        assert_eq!(created.path, "/api/v1/courses/101/assignments/501/submissions/21070000000000079/peer_reviews");
        assert_eq!((created.form.as_str(), created.query.as_str()), ("user_id=1020", ""));
        let path = AssignmentPath { context: Context::Section(Id::text("1~23").unwrap()), ..path };
        let deleted = path.delete(&Id::from(7), &Id::from(1020));
        assert_eq!(deleted.path, "/api/v1/sections/1~23/assignments/501/submissions/7/peer_reviews");
        assert_eq!((deleted.form.as_str(), deleted.query.as_str()), ("", "user_id=1020"));
        assert_eq!(path.submissions().query, "include[]=group&per_page=100");
        let base = Base::parse("https://c.edu").unwrap();
        let url = assignment(&Id::text("sis_course_id:A B/ü").unwrap(), &Id::from(5)).url(&base);
        let expected = "https://c.edu/api/v1/courses/sis_course_id:A%20B%2F%C3%BC/assignments/5";
        assert_eq!(url, format!("{expected}?include[]=assignment_visibility"));
    }

    #[test]
    fn ids_that_lead_elsewhere_may_not_stand_in_a_path() {
        for (text, fits) in [
            ("12", true),
            ("1~23", true),
            ("sis_course_id:X-1.b", true),
            ("..", false),
            (".", false),
            ("a/b", false),
            ("a b", false),
        ] {
            assert_eq!(is_addressable(&Id::text(text).unwrap()), fits, "{text}");
        }
    }
}
