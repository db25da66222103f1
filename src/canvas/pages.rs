//! Lists that come in pages: each page says where the next one is.

use std::collections::BTreeSet;

use serde_json::Value;

use super::base::Base;
use super::decision::Refusal;
use super::link::next_link;
use super::request::Request;
use super::response::Response;

/// No list has more pages.
const MOST: usize = 10_000;

/// The pages of one list so far.
#[derive(Debug, Default)]
pub(super) struct Pages {
    seen: BTreeSet<String>,
    items: Vec<Value>,
}

impl Pages {
    /// Takes in a page; the request for the next one, if there is one.
    ///
    /// # Errors
    /// Where it is no list, or the next page may not or need not be fetched.
    pub(super) fn take(&mut self, base: &Base, answer: &Response) -> Result<Option<Request>, Refusal> {
        match answer.json() {
            Some(Value::Array(items)) => self.items.extend(items),
            _ => return Err(Refusal::Unexpected("a list was expected")),
        }
        let Some(url) = answer.header("link").and_then(next_link) else { return Ok(None) };
        let request = Request::page(base, url).ok_or(Refusal::ForeignPage)?;
        if !self.seen.insert(request.url(base)) || self.seen.len() > MOST {
            return Err(Refusal::EndlessPages);
        }
        Ok(Some(request))
    }

    /// The items of all pages, in their order.
    pub(super) fn into_items(self) -> Vec<Value> {
        self.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str, next: Option<&str>) -> Response {
        let headers = next.map(|url| (String::from("Link"), format!("<{url}>; rel=\"next\""))).into_iter().collect();
        Response { status: 200, headers, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn pages_are_followed_to_their_end() {
        let base = Base::parse("https://c.edu").unwrap();
        let mut pages = Pages::default();
        let next = pages.take(&base, &page("[1,2]", Some("https://c.edu/api/v1/x?page=2"))).unwrap().unwrap();
        assert_eq!((next.path.as_str(), next.query.as_str()), ("/api/v1/x", "page=2"));
        assert!(pages.take(&base, &page("[3]", None)).unwrap().is_none());
        assert_eq!(pages.into_items(), [1, 2, 3]);
    }

    #[test]
    fn circles_other_addresses_and_other_answers_are_refused() {
        let base = Base::parse("https://c.edu").unwrap();
        let mut pages = Pages::default();
        let circle = page("[]", Some("https://c.edu/api/v1/x?page=2"));
        pages.take(&base, &circle).unwrap();
        assert_eq!(pages.take(&base, &circle), Err(Refusal::EndlessPages));
        assert_eq!(pages.take(&base, &page("[]", Some("https://d.edu/api/v1/x"))), Err(Refusal::ForeignPage));
        assert!(matches!(pages.take(&base, &page("{}", None)), Err(Refusal::Unexpected(_))));
        let mut endless = Pages::default();
        let refusal = (0..)
            .find_map(|n| endless.take(&base, &page("[]", Some(&format!("https://c.edu/api/v1/x?page={n}")))).err());
        assert_eq!(refusal, Some(Refusal::EndlessPages));
    }
}
