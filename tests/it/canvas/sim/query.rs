//! Names and values of a query or a form.

/// The values of a request, decoded: those of its query, then those of its form.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn read(query: &str, form: &str) -> Self {
        let pairs = query.split('&').chain(form.split('&')).filter(|pair| !pair.is_empty());
        let split = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
        };
        Self(pairs.map(split).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// All values of a list, or the only one.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let list = format!("{name}[]");
        self.0.iter().filter(move |(other, _)| *other == list || other == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn includes(&self, what: &str) -> bool {
        self.all("include").any(|value| value == what)
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    /// All but the page, and the token if it stands there, as it stands in links.
    pub(super) fn rest(&self) -> String {
        let kept = self.0.iter().filter(|(name, _)| name != "page" && name != "access_token");
        let mut text = String::new();
        for (name, value) in kept {
            text.extend([&name.replace('[', "%5B").replace(']', "%5D"), "=", value, "&"]);
        }
        text
    }
}

pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
