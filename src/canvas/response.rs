//! Answers as data: status, headers and body, and what can be read in them.

use serde_json::Value;

/// An answer, complete.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// The status of the protocol.
    pub status: u16,
    /// Names and values, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body, decoded by nobody.
    pub body: Vec<u8>,
}

impl Response {
    /// The first value of a header, whatever the case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON: an object or an array, after the guard `while(1);` where there is one. None for anything else, such as the
    /// page of a proxy.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        let text = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body).trim_ascii_start();
        let text = text.strip_prefix(b"while(1);").unwrap_or(text);
        serde_json::from_slice(text).ok().filter(|value: &Value| value.is_object() || value.is_array())
    }

    /// Whether a text stands in the body, whatever its case.
    pub(super) fn says(&self, text: &str) -> bool {
        let body = &self.body[..self.body.len().min(4096)];
        body.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text.as_bytes()))
    }
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was answered.
    Answer(Response),
    /// It was not, or not completely.
    Lost(Loss),
}

/// How an answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Loss {
    /// No connection was made.
    #[error("no connection could be made")]
    Unreachable,
    /// The certificate of the server is not trusted.
    #[error("the server's certificate is not trusted")]
    Untrusted,
    /// The connection broke, or what came was no answer of the protocol.
    #[error("the connection broke before the answer was complete")]
    Broken,
    /// The answer did not come in time.
    #[error("the answer did not come in time")]
    TimedOut,
    /// The answer is larger than what is accepted.
    #[error("the answer is larger than what is accepted")]
    TooLarge,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_body(body: &str) -> Response {
        Response { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn bodies_are_read_with_and_without_their_guard() {
        assert_eq!(with_body("while(1);[1]").json(), with_body(" \n[1]").json());
        assert!(with_body("\u{feff}{}").json().is_some());
        for other in ["", "<html>", "\"text\"", "7", "[1", "while(1);", "null"] {
            assert_eq!(with_body(other).json(), None, "{other}");
        }
    }

    #[test]
    fn headers_are_found_in_any_case() {
        let headers = vec![(String::from("LINK"), String::from("a")), (String::from("link"), String::from("b"))];
        assert_eq!(Response { headers, ..Response::default() }.header("Link"), Some("a"));
    }
}
