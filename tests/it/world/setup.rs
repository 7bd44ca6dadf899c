//! A configuration, written as a test needs it.

use std::path::Path;

use super::smtp::Server;

/// What a configuration file is made of; the default is a small council with four recipients.
#[derive(Clone, Debug)]
pub struct Setup {
    source: String,
    schedule: String,
    mail: String,
    routes: String,
    digest: String,
    policy: String,
}

const ROUTES: &str = r#"
[[route]]
severity = "contingency"
to = ["lead"]

[[route]]
severity = "watch"
to = ["quality"]

[[route]]
severity = "operator"
to = ["operator"]
"#;

/// The recipients' ids, which are also the local parts of their addresses.
pub const RECIPIENTS: [&str; 4] = ["lead", "quality", "operator", "director"];

impl Default for Setup {
    fn default() -> Self {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/policy/*.toml");
        Self {
            source: String::new(),
            schedule: "0 6 * * *".into(),
            mail: "transport = \"directory\"\ndir = \"mail\"\n".into(),
            routes: ROUTES.into(),
            digest: String::new(),
            policy: format!("{:?}", shipped.display().to_string()),
        }
    }
}

impl Setup {
    /// Further lines of the source.
    pub fn source(mut self, lines: &str) -> Self {
        self.source.push_str(lines);
        self.source.push('\n');
        self
    }

    /// Further lines of `[mail]`.
    pub fn mail(mut self, lines: &str) -> Self {
        self.mail.push_str(lines);
        self.mail.push('\n');
        self
    }

    /// Mail goes to a server.
    pub fn smtp(mut self, server: &Server) -> Self {
        self.mail = format!(
            "transport = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\ntimeout_s = 1\nconnect_timeout_s = 1\n",
            server.addr.port()
        );
        self
    }

    /// Other routes.
    pub fn routes(mut self, routes: &str) -> Self {
        self.routes = routes.into();
        self
    }

    /// A digest with this schedule, to these recipients.
    pub fn digest(mut self, schedule: &str, to: &[&str]) -> Self {
        self.digest = format!("[digest]\nschedule = {schedule:?}\nto = {to:?}\n");
        self
    }

    /// The text of the file.
    pub fn text(&self, base_url: &str) -> String {
        let Self { source, schedule, mail, routes, digest, policy } = self;
        let recipients: String = RECIPIENTS
            .iter()
            .map(|id| format!("[[recipient]]\nid = {id:?}\naddress = \"{id}@example.gov.uk\"\n\n"))
            .collect();
        let has_retries = source.contains("retries");
        let retries = if has_retries { "" } else { "retries = 0\n" };
        format!(
            "[council]\nname = \"Oldham Council\"\ntimezone = \"Europe/London\"\n\n[store]\npath = \"data/carewarden.db\"\n\n\
             [[source]]\nid = \"cqc\"\nkind = \"cqc-api\"\nbase_url = {base_url:?}\nlocal_authorities = [\"Oldham\"]\n\
             service_types = [\"Domiciliary care service\"]\nschedule = {schedule:?}\nrequests_per_second = 1000\n\
             timeout_s = 2\n{retries}{source}\n[policy]\nfiles = [{policy}]\n\n\
             [mail]\nfrom = \"Carewarden <carewarden@example.gov.uk>\"\nallowed_domains = [\"example.gov.uk\"]\n{mail}\n\
             {recipients}{routes}\n{digest}"
        )
    }
}
