//! The forms in which Canvas answers.

use peerplan::canvas::Response;
use serde_json::{Value, json};

use super::course::{Course, Manner};
use super::query::Query;

fn plain(status: u16, body: &Value) -> Response {
    Response {
        status,
        headers: vec![(String::from("content-type"), String::from("application/json; charset=utf-8"))],
        body: body.to_string().into_bytes(),
    }
}

fn with(mut answer: Response, name: &str, value: &str) -> Response {
    answer.headers.push((name.to_owned(), value.to_owned()));
    answer
}

pub(super) fn not_found() -> Response {
    plain(404, &json!({"errors": [{"message": "The specified resource does not exist."}]}))
}

/// What peer reviews answer where nothing came of it.
pub(super) fn failed(text: &str) -> Response {
    plain(400, &json!({"errors": {"base": text}}))
}

pub(super) fn no_token() -> Response {
    let body = json!({"status": "unauthenticated", "errors": [{"message": "user authorization required"}]});
    with(plain(401, &body), "www-authenticate", "Bearer realm=\"canvas-lms\"")
}

pub(super) fn bad_token() -> Response {
    let body = json!({"errors": [{"message": "Invalid access token."}]});
    with(plain(401, &body), "www-authenticate", "Bearer realm=\"canvas-lms\"")
}

pub(super) fn forbidden(manner: &Manner) -> Response {
    let body = json!({"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]});
    plain(if manner.old_errors { 401 } else { 403 }, &body)
}

/// Too many requests; older installations say so with the status of a missing right.
pub(crate) fn throttled(old: bool) -> Response {
    let (status, words) = if old { (403, "403 Forbidden") } else { (429, "429 Too Many Requests") };
    let body = format!("{words} (Rate Limit Exceeded)");
    let headers = [("content-type", "text/plain; charset=utf-8"), ("x-rate-limit-remaining", "0.0")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Response { status, headers, body: body.into_bytes() }
}

/// The page of a proxy.
pub(crate) fn page_of_proxy(status: u16) -> Response {
    let headers = vec![(String::from("content-type"), String::from("text/html"))];
    Response { status, headers, body: b"<html><body>The service is temporarily unavailable.</body></html>".to_vec() }
}

/// How pages are numbered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbering {
    /// From 1, and the last one is known.
    Numbers,
    /// By opaque marks, and the last one is not known.
    Marks,
}

impl Course {
    /// A body, in the manner of the installation.
    pub(super) fn ok(&self, mut body: Value) -> Response {
        if self.manner.string_ids {
            stringify(&mut body);
        }
        let answer = plain(200, &body);
        let guard: &[u8] = if self.manner.guard { b"while(1);" } else { b"" };
        let body = [guard, &answer.body].concat();
        let answer = with(Response { body, ..answer }, "x-request-cost", "0.0917");
        with(answer, "x-rate-limit-remaining", "599.9")
    }

    /// One page of a list.
    pub(super) fn page(&self, items: Vec<Value>, path: &str, query: &Query, numbering: Numbering) -> Response {
        let size = query.number("per_page").map_or(10, |size| usize::try_from(size).unwrap_or(usize::MAX));
        let size = size.clamp(1, self.manner.page);
        let mark = |page: usize| match numbering {
            Numbering::Numbers => page.to_string(),
            // With what no client may stumble over.
            Numbering::Marks => format!("bookmark:{},x;y", page * 7919),
        };
        let pages = items.len().div_ceil(size).max(1);
        let page = match query.get("page") {
            None => 1,
            Some(asked) => match (1..=pages + 1).find(|&page| mark(page) == asked) {
                Some(page) => page,
                None if asked.parse::<usize>().is_ok_and(|asked| asked > pages) => pages + 1,
                None => return not_found(),
            },
        };
        let url = |page: usize| self.base.url(path, &format!("{}page={}", query.rest(), mark(page)));
        let mut links = vec![("current", page)];
        links.extend((page < pages).then_some(("next", page + 1)));
        links.extend((page > 1).then_some(("prev", page - 1)));
        links.push(("first", 1));
        links.extend((numbering == Numbering::Numbers).then_some(("last", pages)));
        let links: Vec<String> = links.iter().map(|(rel, page)| format!("<{}>; rel=\"{rel}\"", url(*page))).collect();
        let items: Vec<Value> = items.into_iter().skip((page - 1) * size).take(size).collect();
        with(self.ok(Value::Array(items)), "link", &links.join(","))
    }
}

/// Every `id`, `…_id` and `…_ids` becomes a text.
fn stringify(value: &mut Value) {
    let as_text = |value: &mut Value| {
        if let Value::Number(number) = value {
            *value = Value::String(number.to_string());
        }
    };
    match value {
        Value::Array(items) => items.iter_mut().for_each(stringify),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::Array(items) if name.ends_with("_ids") => items.iter_mut().for_each(as_text),
                    value if name == "id" || name.ends_with("_id") => as_text(value),
                    value => stringify(value),
                }
            }
        }
        _ => {}
    }
}
