//! The templates: those that ship, a council's own instead of them, and every fault of the latter.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

use super::super::figure::{Paint, figures, pictures};
use super::super::{Alert, Sample};
use super::{Rendered, TemplateFault, colours, layout, subject, view};

/// Steps that one template may take, so that a loop in a council's own text ends. The largest mail
/// of the shipped ones takes about a tenth.
const FUEL: u64 = 200_000;

/// Largest part that a template may write: more than the shipped ones write of an alert whose every
/// list and text is as long as `view` lets it be.
const PART_BYTES_MAX: usize = 4096 * 1024;

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/templates/", $name)))),*]
    };
}

/// The templates of `config/templates`, which councils copy and edit.
const SHIPPED: [(&str, &str); 18] = shipped![
    "actions.txt",
    "alert.html",
    "alert.txt",
    "config.html",
    "config.txt",
    "delivery.html",
    "delivery.txt",
    "digest.html",
    "digest.txt",
    "frame.html",
    "frame.txt",
    "parts.html",
    "return.html",
    "return.txt",
    "source.html",
    "source.txt",
    "summary.html",
    "summary.txt",
];

/// The mail templates, parsed.
#[derive(Clone, Debug)]
pub struct Templates {
    env: Environment<'static>,
}

impl Templates {
    /// The templates that ship with the program.
    ///
    /// # Panics
    /// Never: a test parses and renders every shipped template.
    #[must_use]
    pub fn builtin() -> Self {
        let mut env = environment();
        for (name, text) in SHIPPED {
            env.add_template(name, text).expect("the shipped templates parse; a test says so");
        }
        Self { env }
    }

    /// The shipped templates with some replaced by a council's own text, by file name.
    ///
    /// Text that parses is then tried on one sample of every mail, so that a misspelt name is found
    /// by `carewarden check` and not at six in the morning.
    ///
    /// # Errors
    /// Every template that cannot be parsed or rendered, or whose name is not one of ours.
    pub fn with(own: BTreeMap<String, String>) -> Result<Self, Vec<TemplateFault>> {
        let mut templates = Self::builtin();
        let mut faults = Vec::new();
        for (name, text) in own {
            if !SHIPPED.iter().any(|(shipped, _)| *shipped == name) {
                faults.push(unknown(name));
            } else if let Err(error) = templates.env.add_template_owned(name.clone(), text) {
                faults.push(fault(&name, &error));
            }
        }
        faults.append(&mut templates.try_samples());
        if faults.is_empty() { Ok(templates) } else { Err(faults) }
    }

    /// Every different fault that a sample of each mail brings out.
    fn try_samples(&self) -> Vec<TemplateFault> {
        let mut seen = BTreeSet::new();
        let mut faults = Vec::new();
        for sample in Sample::ALL {
            for fault in self.faults_of(&sample.alert()) {
                if seen.insert((fault.name.clone(), fault.line, fault.what.clone())) {
                    faults.push(fault);
                }
            }
        }
        faults
    }

    fn faults_of(&self, alert: &Alert) -> Vec<TemplateFault> {
        let context = view::context_of(alert, &figures(alert, Paint::Nothing));
        let flag = subject::mail_id(alert).and_then(|_| alert.items.first()).map(|item| &item.flag);
        let fault_of = |name: &str| match self.part(name, &context) {
            Err(fault) => Some(fault),
            Ok(part) => flag.filter(|flag| !part.contains(flag.as_str())).map(|_| TemplateFault {
                name: name.to_owned(),
                line: 0,
                what: "the flag's id is missing; a mail that cannot be answered is no alert: \
                       write {{ flag }} or {{ item.flag }}"
                    .to_owned(),
            }),
        };
        let [text, html] = names(alert);
        [text, html].iter().filter_map(|name| fault_of(name)).collect()
    }

    /// Both parts and the subject of an alert.
    pub(super) fn render(&self, alert: &Alert) -> Result<Rendered, TemplateFault> {
        let figures = figures(alert, Paint::Png);
        let context = view::context_of(alert, &figures);
        let [text, html] = names(alert);
        let html = self.part(&html, &context)?;
        let mut pictures = pictures(figures);
        // A council's own page may leave pictures out: then they do not come along as attachments.
        pictures.retain(|picture| html.contains(&picture.cid));
        Ok(Rendered {
            subject: subject::subject(alert),
            text: layout::lay_out(&self.part(&text, &context)?),
            html,
            pictures,
        })
    }

    fn part(&self, name: &str, context: &Value) -> Result<String, TemplateFault> {
        let mut part = Part(Vec::new());
        let template = self.env.get_template(name).map_err(|error| fault(name, &error))?;
        template.render_captured_to(context, &mut part).map_err(|error| fault(name, &error))?;
        Ok(String::from_utf8_lossy(&part.0).into_owned())
    }
}

/// The two templates of a kind of mail. One about refused returns is of a source, but for officers.
fn names(alert: &Alert) -> [String; 2] {
    let name = if alert.refusal.is_some() { "return" } else { alert.kind.as_str() };
    ["txt", "html"].map(|part| format!("{name}.{part}"))
}

fn environment() -> Environment<'static> {
    let mut env = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    env.set_syntax(syntax.expect("the usual delimiters are a valid syntax"));
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(
        |name| {
            if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None }
        },
    );
    env.set_fuel(Some(FUEL));
    env.add_global("light", colours::light());
    env.add_global("dark", colours::dark());
    env.add_function("spread", |left: &str, right: &str| layout::spread(left, right));
    env.add_function("row", row);
    env
}

/// `{{ row(a, b, c) }}` in a text template: rows under each other become a table.
fn row(cells: minijinja::value::Rest<Value>) -> String {
    let cells: Vec<String> =
        cells.iter().map(|cell| if cell.is_none() { String::new() } else { cell.to_string() }).collect();
    cells.join(&layout::CELL_END.to_string())
}

/// A part being written, up to its limit.
struct Part(Vec<u8>);

impl io::Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > PART_BYTES_MAX {
            return Err(io::Error::other(format!("it writes more than {} kB", PART_BYTES_MAX / 1024)));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn unknown(name: String) -> TemplateFault {
    let ours: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
    let what = format!("there is no mail template of that name; there are {}", ours.join(", "));
    TemplateFault { name, line: 0, what }
}

/// The innermost error that knows its place: a fault in an included text is that text's.
fn fault(name: &str, error: &Error) -> TemplateFault {
    let mut innermost = error;
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        if let Some(inner) = source.downcast_ref::<Error>().filter(|inner| inner.name().is_some()) {
            innermost = inner;
        }
        cause = source.source();
    }
    TemplateFault {
        name: innermost.name().unwrap_or(name).to_owned(),
        line: innermost.line().unwrap_or(0),
        what: said(innermost),
    }
}

fn said(error: &Error) -> String {
    match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => format!("it takes more than {FUEL} steps: does a loop end?"),
        (ErrorKind::WriteFailure, _) => format!("it writes more than {} kB", PART_BYTES_MAX / 1024),
        (kind, Some(detail)) => format!("{kind}: {detail}"),
        (kind, None) => kind.to_string(),
    }
}
