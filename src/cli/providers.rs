//! `carewarden providers`

use jiff::civil::Date;
use serde::Serialize;

use super::args::ListArgs;
use super::{Context, Fault, as_of};
use crate::alerts::date_words;
use crate::domain::{Rating, Registration, Subject, SubjectKind};
use crate::exit::Exit;
use crate::facts::{Attribute, History};
use crate::flags::Flag;
use crate::store;

/// Arguments of `providers`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Also locations that have left the register
    #[arg(long)]
    all: bool,
    /// Only locations rated Requires improvement or Inadequate
    #[arg(long)]
    poor: bool,
    #[command(flatten)]
    list: ListArgs,
}

/// A provider in `providers --json`.
#[derive(Debug, Serialize)]
struct ProviderRow {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_number: Option<String>,
    locations: Vec<LocationRow>,
}

/// A location in `providers --json`.
#[derive(Debug, Serialize)]
struct LocationRow {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    local_authority: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration: Option<Registration>,
    dormant: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<Rating>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating_published: Option<Date>,
    flags: Vec<String>,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let (_, store) = context.reader()?;
    let at = as_of(args.list.as_of);
    let history = store::facts::history(store.sql(), at)?;
    let flags = store::flags::flags(store.sql(), at)?;
    let providers = provider_rows(args, &history, &flags);
    if args.list.json {
        context.out.json(&providers)?;
    } else if providers.is_empty() {
        context.out.line("No providers.")?;
    } else {
        context.out.table(
            &["provider", "location", "id", "register", "rating", "published", "flags"],
            table(&providers),
        )?;
    }
    Ok(Exit::Fine)
}

fn provider_rows(args: &Args, history: &History, flags: &[Flag]) -> Vec<ProviderRow> {
    let mut rows: Vec<ProviderRow> = Vec::new();
    for subject in history.subjects(SubjectKind::Location) {
        let location = location_row(subject, history, flags);
        let listed = args.all || location.registration != Some(Registration::Deregistered);
        let poor = location.rating.is_some_and(Rating::is_poor);
        if !listed || (args.poor && !poor) {
            continue;
        }
        let provider = history.provider_of(subject).unwrap_or_else(|| Subject::provider("unknown"));
        match rows.iter_mut().find(|row| row.id == provider.id) {
            Some(row) => row.locations.push(location),
            None => rows.push(ProviderRow {
                name: history.name(&provider).to_owned(),
                company_number: history.value(&provider, Attribute::CompanyNumber).map(str::to_owned),
                id: provider.id,
                locations: vec![location],
            }),
        }
    }
    rows
}

fn location_row(subject: &Subject, history: &History, flags: &[Flag]) -> LocationRow {
    let rating = history.overall(subject);
    LocationRow {
        id: subject.id.clone(),
        name: history.name(subject).to_owned(),
        local_authority: history.value(subject, Attribute::LocalAuthority).map(str::to_owned),
        registration: history.registration(subject),
        dormant: history.value(subject, Attribute::Dormancy) == Some("Y"),
        rating: rating.map(|now| now.rating),
        rating_published: rating.map(|now| now.published()),
        flags: flags
            .iter()
            .filter(|flag| flag.last.state.stands() && flag.last.subject == *subject)
            .map(|flag| flag.id.to_string())
            .collect(),
    }
}

fn table(providers: &[ProviderRow]) -> Vec<Vec<String>> {
    let line = |provider: &ProviderRow, location: &LocationRow| {
        let register = match (location.registration, location.dormant) {
            (Some(Registration::Registered), true) => "dormant",
            (Some(registration), _) => registration.as_str(),
            (None, _) => "not stated",
        };
        vec![
            provider.name.clone(),
            location.name.clone(),
            location.id.clone(),
            register.to_owned(),
            location.rating.map_or("not rated", Rating::as_str).to_owned(),
            location.rating_published.map(date_words).unwrap_or_default(),
            location.flags.join(" "),
        ]
    };
    providers
        .iter()
        .flat_map(|provider| provider.locations.iter().map(move |location| line(provider, location)))
        .collect()
}
