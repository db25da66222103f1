//! The header that leads from page to page (RFC 8288), as far as Canvas uses it.

/// The address of the next page in a `Link` header. Addresses are opaque, and may hold commas and semicolons.
///
/// ```
/// use peerplan::canvas::next_link;
/// let header = r#"<https://c.edu/a?page=1>; rel="current",<https://c.edu/a?page=b:1,2;3>; rel="next""#;
/// assert_eq!(next_link(header), Some("https://c.edu/a?page=b:1,2;3"));
/// ```
#[must_use]
pub fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some(start) = rest.find('<') {
        let (url, after) = rest[start + 1..].split_once('>')?;
        let parameters = &after[..after.find('<').unwrap_or(after.len())];
        if parameters.split([';', ',']).any(is_next) {
            return Some(url.trim());
        }
        rest = after;
    }
    None
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let words = value.trim().trim_matches('"');
    name.trim().eq_ignore_ascii_case("rel") && words.split_whitespace().any(|word| word.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::next_link;

    #[test]
    fn the_next_page_is_found_among_others() {
        let canvas = "<https://c/x?page=2&per_page=100>; rel=\"current\",<https://c/x?page=3>; rel=\"next\",<https://c/x?page=1>; rel=\"first\"";
        assert_eq!(next_link(canvas), Some("https://c/x?page=3"));
        for (header, next) in [
            ("<a>; rel=next", Some("a")),
            ("<a>;rel=\"prev\" , <b> ; title=\"x\"; REL=\"last Next\"", Some("b")),
            ("<a>; rel=\"last\"", None),
            ("<a>; rel=\"current\",<b", None),
            ("a; rel=\"next\"", None),
            ("<a>", None),
            ("", None),
        ] {
            assert_eq!(next_link(header), next, "{header}");
        }
    }
}
