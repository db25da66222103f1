//! JSON documents written field by field: long arrays as they come, one element a line.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

/// How a document is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// Each field and each element of a long array on a line of its own: good to read and to compare.
    #[default]
    Lines,
    /// All on one line, for streams of documents.
    OneLine,
}

/// Writes the fields of a document in order.
pub(super) struct Writer<W: Write> {
    output: BufWriter<W>,
    layout: Layout,
    /// How many objects are open within the document.
    depth: usize,
    /// Whether the innermost object has no field yet.
    empty: bool,
}

impl<W: Write> Writer<W> {
    /// Begins the document with its format and version.
    pub(super) fn begin(output: W, layout: Layout, format: &str) -> io::Result<Self> {
        let mut writer = Self { output: BufWriter::with_capacity(1 << 16, output), layout, depth: 0, empty: false };
        writer.output.write_all(b"{")?;
        writer.line(1)?;
        write!(writer.output, "\"format\":{}\"{format}\",", writer.gap())?;
        match layout {
            Layout::Lines => write!(writer.output, " \"version\": 1")?,
            Layout::OneLine => write!(writer.output, "\"version\":1")?,
        }
        Ok(writer)
    }

    /// A field, its value on one line.
    pub(super) fn field(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
        self.name(name)?;
        self.value(value)
    }

    /// A field, its value over several lines where the layout allows it.
    pub(super) fn block(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        if self.layout == Layout::OneLine {
            return self.field(name, value);
        }
        self.name(name)?;
        // A line break in JSON text never stands within a string.
        let text = serde_json::to_string_pretty(value)?;
        self.output.write_all(text.replace('\n', "\n  ").as_bytes())
    }

    /// A field that holds an array.
    pub(super) fn rows(&mut self, name: &str, rows: impl IntoIterator<Item = impl Serialize>) -> io::Result<()> {
        self.name(name)?;
        self.output.write_all(b"[")?;
        let mut first = true;
        for row in rows {
            if !first {
                self.output.write_all(b",")?;
            }
            first = false;
            self.line(2)?;
            self.value(&row)?;
        }
        if !first {
            self.line(1)?;
        }
        self.output.write_all(b"]")
    }

    /// A field that holds an object: the fields that follow are its own, until it is closed.
    pub(super) fn open(&mut self, name: &str) -> io::Result<()> {
        self.name(name)?;
        self.depth += 1;
        self.empty = true;
        self.output.write_all(b"{")
    }

    /// The end of the innermost object.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.line(0)?;
        self.depth -= 1;
        self.empty = false;
        self.output.write_all(b"}")
    }

    /// Ends the document with a line break.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.line(0)?;
        self.output.write_all(b"}\n")?;
        self.output.flush()
    }

    fn name(&mut self, name: &str) -> io::Result<()> {
        if !self.empty {
            self.output.write_all(b",")?;
        }
        self.empty = false;
        self.line(1)?;
        write!(self.output, "\"{name}\":{}", self.gap())
    }

    fn value(&mut self, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
        Ok(serde_json::to_writer(&mut self.output, value)?)
    }

    fn line(&mut self, depth: usize) -> io::Result<()> {
        match self.layout {
            Layout::Lines => write!(self.output, "\n{:1$}", "", 2 * (self.depth + depth)),
            Layout::OneLine => Ok(()),
        }
    }

    const fn gap(&self) -> &'static str {
        match self.layout {
            Layout::Lines => " ",
            Layout::OneLine => "",
        }
    }
}
