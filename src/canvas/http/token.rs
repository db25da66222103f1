//! The token of a user, which nothing ever shows.

use std::fmt;

use ureq::http::HeaderValue;

/// An access token, as its owner made it in Canvas. It is written into the header of requests and nowhere else.
///
/// ```
/// use peerplan::canvas::http::Token;
/// let token = Token::new(" 7~abc \n").unwrap();
/// assert!(!format!("{token:?}").contains("abc"));
/// ```
#[derive(Clone)]
pub struct Token {
    header: HeaderValue,
}

/// Why a text is no token. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// There is nothing but white space.
    #[error("it is empty")]
    Empty,
    /// There is something in it that cannot stand in a header.
    #[error("it holds blanks, line breaks or letters that no token has; give the token alone")]
    Characters,
}

/// How the value of the header begins.
const SCHEME: &str = "Bearer ";
/// A shorter token is none of Canvas, and might stand in any answer by chance.
const SHORTEST_BLOTTED: usize = 16;

impl Token {
    /// Takes a token in, without the white space around it.
    ///
    /// # Errors
    /// Where it is empty, or holds anything but visible ASCII.
    pub fn new(text: &str) -> Result<Self, BadToken> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BadToken::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(BadToken::Characters);
        }
        let mut header = HeaderValue::try_from(format!("{SCHEME}{text}")).map_err(|_| BadToken::Characters)?;
        header.set_sensitive(true);
        Ok(Self { header })
    }

    /// The value of the header `Authorization`, marked as one that must not be shown.
    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// Blots the token out of what a server sent, should it ever repeat it: answers are shown and kept.
    pub(super) fn blot(&self, text: &mut [u8]) {
        let token = &self.header.as_bytes()[SCHEME.len()..];
        if token.len() < SHORTEST_BLOTTED {
            return;
        }
        let mut rest = text;
        while let Some(found) = rest.windows(token.len()).position(|part| part == token) {
            let (repeated, after) = rest[found..].split_at_mut(token.len());
            repeated.fill(b'*');
            rest = after;
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_visible_ascii_and_is_never_shown() {
        for (text, wrong) in [
            ("", BadToken::Empty),
            (" \r\n", BadToken::Empty),
            ("one two", BadToken::Characters),
            ("one\r\nX-Other: two", BadToken::Characters),
            ("tökn", BadToken::Characters),
            ("a\u{7f}b", BadToken::Characters),
        ] {
            assert_eq!(Token::new(text).unwrap_err(), wrong, "{text:?}");
            assert!(text.trim().is_empty() || !wrong.to_string().contains(text.trim()));
        }
        let token = Token::new("\u{feff}7~secret").map(|_| ()).unwrap_err();
        assert_eq!(token, BadToken::Characters);
        let token = Token::new("\t7~secret\r\n").unwrap();
        assert_eq!(token.header().as_bytes(), b"Bearer 7~secret");
        assert_eq!((format!("{token:?}"), format!("{:?}", token.header())), ("Token(…)".into(), "Sensitive".into()));
    }

    #[test]
    fn a_token_that_a_server_repeats_is_blotted_out() {
        let token = "abcd~abcdefgabcd";
        let stars = "*".repeat(token.len());
        for secret in [token, &stars] {
            let reader = Token::new(secret).unwrap();
            for text in ["", "T", "aTa", "TT", "abcdTdefgTabcd~", "abcd~abcdefgTabc", "abcd~abcdefgab"] {
                let mut bytes = text.replace('T', secret).into_bytes();
                reader.blot(&mut bytes);
                assert_eq!(String::from_utf8(bytes).unwrap(), text.replace('T', &stars), "{text}");
            }
        }
        let mut short = *b"a token";
        Token::new("token").unwrap().blot(&mut short);
        assert_eq!(&short, b"a token");
    }
}
