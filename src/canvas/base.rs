//! Where an installation of Canvas answers, and which addresses belong to it.

use std::fmt;

/// The address of an installation: scheme, host, port and what stands before `/api/v1`.
///
/// ```
/// use peerplan::canvas::Base;
/// let base = Base::parse("https://Canvas.Example.edu/api/v1/").unwrap();
/// assert_eq!(base.to_string(), "https://canvas.example.edu");
/// assert_eq!(base, Base::parse("https://canvas.example.edu:443").unwrap());
/// assert!(base.local("https://elsewhere.example/api/v1/courses?page=2").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    secure: bool,
    /// In lower case; with the port unless it is the usual one.
    authority: String,
    /// Empty, or begins with `/` and does not end with one.
    prefix: String,
}

/// Why a text is no address of an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadBase {
    /// It begins with neither `https://` nor `http://`.
    #[error("an address begins with https://")]
    Scheme,
    /// There is a name or a password in it.
    #[error("an address holds no name and no password")]
    Credentials,
    /// The host is missing, or holds what no host can hold.
    #[error("the host of the address is missing or malformed")]
    Host,
    /// The port is no number from 1 to 65535.
    #[error("the port of the address is no number from 1 to 65535")]
    Port,
    /// There is a query, a fragment, a blank or a control character in it.
    #[error("an address holds no blanks, no ? and no #")]
    Characters,
}

impl Base {
    /// Reads an address, with or without a final `/` and `/api/v1`.
    ///
    /// # Errors
    /// What is wrong with it; the text itself is not repeated.
    pub fn parse(text: &str) -> Result<Self, BadBase> {
        let (secure, authority, path) = split(text.trim()).ok_or(BadBase::Scheme)?;
        if authority.contains('@') {
            return Err(BadBase::Credentials);
        }
        if path.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '\\')) {
            return Err(BadBase::Characters);
        }
        let authority = normal(secure, authority)?;
        let path = path.trim_end_matches('/');
        let prefix = path.strip_suffix(API).unwrap_or(path).trim_end_matches('/').to_owned();
        Ok(Self { secure, authority, prefix })
    }

    /// Whether what is sent there is encrypted.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether the host is this machine, so that nothing leaves it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = match self.authority.rfind(':') {
            Some(colon) if !self.authority.ends_with(']') => &self.authority[..colon],
            _ => &self.authority,
        };
        host == "localhost" || host == "[::1]" || host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// The whole address of a path below the installation.
    #[must_use]
    pub fn url(&self, path: &str, query: &str) -> String {
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{self}{path}{mark}{query}")
    }

    /// Path and query of an address that belongs to the API of this installation: same scheme, host, port and prefix. None for any
    /// other, to which nothing must be sent.
    #[must_use]
    pub fn local<'u>(&self, url: &'u str) -> Option<(&'u str, &'u str)> {
        let (secure, authority, rest) = split(url)?;
        if secure != self.secure || normal(secure, authority).ok()? != self.authority {
            return None;
        }
        let rest = rest.split('#').next()?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = path.strip_prefix(self.prefix.as_str())?;
        let inside = path.strip_prefix(API).is_some_and(|below| below.starts_with('/'));
        let odd = rest.contains(|c: char| !c.is_ascii_graphic() || c == '\\') || path.split('/').any(is_dots);
        (inside && !odd).then_some((path, query))
    }
}

/// The scheme and host as one writes them, and the prefix.
impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http{}://{}{}", if self.secure { "s" } else { "" }, self.authority, self.prefix)
    }
}

const API: &str = "/api/v1";

/// Whether a segment of a path leads somewhere else.
fn is_dots(segment: &str) -> bool {
    let plain = segment.replace("%2e", ".").replace("%2E", ".");
    plain == "." || plain == ".."
}

/// Whether it is https, the authority, and the rest.
fn split(url: &str) -> Option<(bool, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let secure = match scheme.to_ascii_lowercase().as_str() {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    Some((secure, &rest[..end], &rest[end..]))
}

/// Host and port in the one form in which they are compared.
fn normal(secure: bool, authority: &str) -> Result<String, BadBase> {
    let authority = authority.to_ascii_lowercase();
    let (host, port) = match authority.rfind(':') {
        Some(colon) if !authority.ends_with(']') => (&authority[..colon], Some(&authority[colon + 1..])),
        _ => (authority.as_str(), None),
    };
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let fits = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')),
    };
    if !fits {
        return Err(BadBase::Host);
    }
    let usual = if secure { 443 } else { 80 };
    match port {
        None | Some("") => Ok(host.to_owned()),
        Some(port) => match port.parse::<u16>() {
            Ok(0) | Err(_) => Err(BadBase::Port),
            Ok(port) if port == usual => Ok(host.to_owned()),
            Ok(port) => Ok(format!("{host}:{port}")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_all_their_forms() {
        for text in
            ["https://c.edu", "https://c.edu/", "https://c.edu/api/v1", "HTTPS://C.EDU:443/api/v1/", " https://c.edu "]
        {
            assert_eq!(Base::parse(text).unwrap().to_string(), "https://c.edu", "{text}");
        }
        assert_eq!(Base::parse("http://localhost:8080/lms/api/v1").unwrap().to_string(), "http://localhost:8080/lms");
        for (text, wrong) in [
            ("c.edu", BadBase::Scheme),
            ("ftp://c.edu", BadBase::Scheme),
            ("https://me:secret@c.edu", BadBase::Credentials),
            ("https://", BadBase::Host),
            ("https://c edu", BadBase::Host),
            ("https://[::g]", BadBase::Host),
            ("https://c.edu:x", BadBase::Port),
            ("https://c.edu:0", BadBase::Port),
            ("https://c.edu/a?b=c", BadBase::Characters),
            ("https://c.edu/a b", BadBase::Characters),
        ] {
            assert_eq!(Base::parse(text), Err(wrong), "{text}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (text, loopback) in [
            ("http://localhost:3000", true),
            ("http://127.0.0.1", true),
            ("http://127.8.0.1:9", true),
            ("http://[::1]:9", true),
            ("http://localhost.example", false),
            ("http://127.0.0.1.example", false),
            ("http://10.0.0.1", false),
            ("http://[::2]", false),
        ] {
            assert_eq!(Base::parse(text).unwrap().is_loopback(), loopback, "{text}");
        }
    }

    #[test]
    fn an_address_belongs_to_the_installation_only_with_the_same_origin() {
        let base = Base::parse("https://c.edu/lms").unwrap();
        let ours = "https://C.edu:443/lms/api/v1/courses/1/sections?page=bookmark:Wz,1&x=%5B%5D";
        assert_eq!(base.local(ours), Some(("/api/v1/courses/1/sections", "page=bookmark:Wz,1&x=%5B%5D")));
        for other in [
            "http://c.edu/lms/api/v1/courses",
            "https://c.edu:444/lms/api/v1/courses",
            "https://c.edu.evil.example/lms/api/v1/courses",
            "https://c.edu@evil.example/lms/api/v1/courses",
            "https://evil.example/lms/api/v1/courses",
            "https://c.edu/api/v1/courses",
            "https://c.edu/lms/login",
            "https://c.edu/lms/api/v1",
            "https://c.edu/lms/api/v1/../../login",
            "https://c.edu/lms/api/v1/%2e%2E/x",
            "https://c.edu/lms/api/v1/a\r\nb",
            "/api/v1/courses",
            "",
        ] {
            assert_eq!(base.local(other), None, "{other}");
        }
    }
}
