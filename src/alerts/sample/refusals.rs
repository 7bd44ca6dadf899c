//! Returns that were refused.

use super::super::{Alert, Extent, Kind, NamedFile, Refusal, RefusedFile, Sender};
use super::blank;
use crate::domain::{Severity, Subject};

pub(super) fn one() -> Alert {
    let sender = Sender { id: "1-5550000111".into(), name: Some("Brightside Home Care".into()) };
    let file = RefusedFile {
        document: 512,
        file: "february.csv".into(),
        extent: Extent::Part,
        words: [
            "february.csv was taken in part by Oldham Council on 4 March 2025.",
            "It was read as the form “Monthly return”. The other 14 entries were kept.",
            "What to do: put right what is listed here in your own copy, save it, and send the whole file again. \
             What you sent before stays on record; the new file counts from the day it comes.",
        ]
        .map(Into::into)
        .to_vec(),
        faults: [
            "1. Row 5, column “Missed visits”: it says “-4”; expected a number that is not below zero",
            "2. Row 9, column “Insurance until”: nothing stands there; expected a date like 31/03/2026",
        ]
        .map(Into::into)
        .to_vec(),
        folder: Some("taken/".into()),
        senders: vec![sender],
    };
    Alert {
        provider: Some(Subject::provider("1-5550000111")),
        provider_name: Some("Brightside Home Care".into()),
        refusal: Some(Refusal::File(file)),
        ..blank(Kind::Source, Severity::Watch)
    }
}

pub(super) fn several() -> Alert {
    let file = |file: &str, id: &str| NamedFile { file: file.into(), ids: vec![id.into()] };
    let files = vec![file("february.xlsx", "1-5550000111"), file("return (2).csv", "1-5550000222")];
    Alert { refusal: Some(Refusal::More { run: 40, files }), ..blank(Kind::Source, Severity::Watch) }
}
