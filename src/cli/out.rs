//! Standard output for answers, standard error for faults.

use std::io::{self, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

/// Columns of a table in a pipe, where no terminal says how wide it is: nothing is wrapped.
const PIPE_COLUMNS: u16 = 4_000;

/// Where answers go. Once their reader has gone away they go nowhere: that is no fault, and the work
/// goes on to its end and its own exit code.
#[derive(Debug)]
pub struct Out {
    to: io::BufWriter<anstream::Stdout>,
    reader: Reader,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    Listens,
    HasGone,
}

/// Colour of a word on a terminal; in a pipe, or with `NO_COLOR`, it is plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// For contingency and failures.
    Red,
    /// For concern and warnings.
    Yellow,
    /// For what is well.
    Green,
    /// For what matters less.
    Dim,
    /// For headings.
    Bold,
}

impl Colour {
    /// The word in this colour.
    #[must_use]
    pub fn paint(self, word: &str) -> String {
        let code = match self {
            Self::Red => 31,
            Self::Yellow => 33,
            Self::Green => 32,
            Self::Dim => 2,
            Self::Bold => 1,
        };
        format!("\u{1b}[{code}m{word}\u{1b}[0m")
    }
}

impl Out {
    /// Standard output, with colour only where a terminal shows it.
    #[must_use]
    pub fn stdout() -> Self {
        Self { to: io::BufWriter::new(anstream::stdout()), reader: Reader::Listens }
    }

    /// One line.
    ///
    /// # Errors
    /// The operating system's.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        if self.reader == Reader::HasGone {
            return Ok(());
        }
        let written = writeln!(self.to, "{text}");
        self.unless_gone(written)
    }

    /// A value as indented JSON and a line end.
    ///
    /// # Errors
    /// The operating system's.
    pub fn json<T: Serialize>(&mut self, value: &T) -> io::Result<()> {
        let text = serde_json::to_string_pretty(value).map_err(io::Error::other)?;
        self.line(&text)
    }

    /// A table as wide as the terminal.
    ///
    /// # Errors
    /// The operating system's.
    pub fn table(&mut self, header: &[&str], rows: Vec<Vec<String>>) -> io::Result<()> {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        if !io::stdout().is_terminal() {
            table.set_width(PIPE_COLUMNS);
        }
        table.set_header(header.iter().map(|name| name.to_uppercase()));
        table.add_rows(rows);
        for line in table.lines() {
            self.line(line.trim_end())?;
        }
        Ok(())
    }

    /// Writes out what is held back.
    ///
    /// # Errors
    /// The operating system's.
    pub fn flush(&mut self) -> io::Result<()> {
        let flushed = self.to.flush();
        self.unless_gone(flushed)
    }

    fn unless_gone(&mut self, done: io::Result<()>) -> io::Result<()> {
        match done {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.reader = Reader::HasGone;
                Ok(())
            }
            other => other,
        }
    }
}

/// A count with its noun: "1 flag", "2 flags".
#[must_use]
pub fn counted(count: i64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Says a fault on standard error; if that is closed too, there is nobody to tell.
pub fn error(text: &str) {
    let mut err = anstream::stderr();
    let _nobody_listens = writeln!(err, "{}", text.trim_end());
}
