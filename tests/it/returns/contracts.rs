//! The list of contracts, in a file as councils keep it.

use std::fs;

use carewarden::config::{Config, SourceKind, load_with};
use carewarden::domain::contract::dues_of;
use carewarden::domain::period::Rhythm;

use super::fixture;

fn config(contracts: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("contracts.csv"), contracts).expect("written");
    let base = fs::read_to_string("tests/it/config/good/loopback.toml").expect("is there");
    let path = folder.path().join("carewarden.toml");
    fs::write(&path, format!("contracts = \"contracts.csv\"\n{base}")).expect("written");
    let env = |_: &str| None;
    load_with(&path, &env)
        .map(|loaded| loaded.config)
        .map_err(|faults| faults.to_string().replace(&folder.path().display().to_string(), "FOLDER"))
}

#[test]
fn a_list_is_read_and_makes_the_watched_set_larger() {
    let text = fs::read_to_string(fixture("contracts.csv")).expect("is there");
    let config = config(&text).unwrap_or_else(|faults| panic!("{faults}"));
    let contracts = &config.returns.contracts;
    assert_eq!(contracts.len(), 3);
    assert_eq!((contracts[0].cap_hours, contracts[0].rate), (Some(1400.0), Some(22.5)));
    assert_eq!(contracts[0].contacts["registered manager"], "the manager on duty");
    assert!(
        contracts[0].is_live(jiff::civil::date(2029, 3, 31))
            && !contracts[0].is_live(jiff::civil::date(2029, 4, 1))
    );
    let dues = dues_of(contracts, config.returns.due_days);
    let said: Vec<(&str, Rhythm, i32)> =
        dues.iter().map(|dues| (dues.provider_id.as_str(), dues.rhythm, dues.due_days)).collect();
    assert_eq!(said, [("1-101000001", Rhythm::Month, 10), ("1-101000002", Rhythm::Month, 8)]);
    let watched = config.sources.iter().find_map(|source| match &source.kind {
        SourceKind::CqcApi(cqc) => Some(cqc.locations.clone()),
        SourceKind::Returns(_) => None,
    });
    let watched = watched.expect("a register");
    for id in ["1-201", "1-202", "1-203"] {
        assert!(watched.iter().any(|known| known == id), "{id} of {watched:?}");
    }
}

#[test]
fn every_bad_line_is_a_fault_with_its_line() {
    let text = "provider,start,end,returns,template,rate\n1-1,soon,,,,\n1-2,2026-04-01,,monthly,,\n\
                1-3,2026-04-01,,,none,\n,2026-04-01,,,,\n1-5,2026-04-01,,,,dear\n";
    insta::assert_snapshot!("contract_faults", config(text).expect_err("faults"));
    insta::assert_snapshot!("contract_headings", config("id,from\n1,2\n").expect_err("faults"));
}
