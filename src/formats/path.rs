//! The way from the whole of a document to a value, written as a JSON pointer (RFC 6901) only when it is needed.

use std::fmt;

/// A place in a document. Each step borrows the one before, so going down costs nothing.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'p> {
    /// The whole document.
    Root,
    /// A field of an object.
    Key(&'p Path<'p>, &'p str),
    /// An element of an array.
    Index(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    /// The field `name` of the object here.
    pub(super) const fn key(&'p self, name: &'p str) -> Self {
        Self::Key(self, name)
    }

    /// The element `index` of the array here.
    pub(super) const fn at(&'p self, index: usize) -> Self {
        Self::Index(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Index(parent, index) => write!(f, "{parent}/{index}"),
            Path::Key(parent, name) if name.contains(['~', '/']) => {
                write!(f, "{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Path::Key(parent, name) => write!(f, "{parent}/{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn pointers_escape_tilde_and_slash() {
        let (root, name) = (Path::Root, "a/b~c");
        let labels = root.key("labels");
        let dimension = labels.key(name);
        assert_eq!(dimension.at(3).to_string(), "/labels/a~1b~0c/3");
        assert_eq!(root.to_string(), "");
    }
}
