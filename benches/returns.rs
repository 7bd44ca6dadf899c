//! A thousand workbooks of two hundred values each, from the watched folder into SQLite: how long it
//! takes and how much memory. `cargo bench --bench returns`; the goal is 1.2 s and 64 MiB.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use carewarden::clock::Clock;
use carewarden::config;
use carewarden::domain::Indicator;
use carewarden::domain::indicator::Unit;
use carewarden::jobs::{Collecting, collect};
use carewarden::store::Store;

const WORKBOOKS: usize = 1_000;
const VALUES: usize = 200;

const CONFIG: &str = r#"
[council]
name = "Oldham Council"
timezone = "Europe/London"
[store]
path = "carewarden.db"
[mail]
transport = "directory"
dir = "mail"
from = "a@example.gov.uk"
[[recipient]]
id = "lead"
address = "lead@example.gov.uk"
[[route]]
severity = "watch"
to = ["lead"]
[[source]]
id = "returns"
kind = "returns"
folder = "in"
"#;

fn main() {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir(root.path().join("in")).expect("made");
    for number in 0..WORKBOOKS {
        write_workbook(&root.path().join("in").join(format!("{number:04}.xlsx")), number);
    }
    let path = root.path().join("carewarden.toml");
    fs::write(&path, CONFIG).expect("written");
    let config = config::load(&path).unwrap_or_else(|faults| panic!("{faults}")).config;
    let mut store = Store::open_writer(&config.store.path, Duration::ZERO).expect("opens");
    let now = "2026-08-05T06:00:00Z".parse().expect("an instant");
    let clock = Clock::from(now);
    let how = Collecting {
        clock: &clock,
        due_only: false,
        only: None,
        scheduled_for: None,
        accepted: None,
        progress: &|_, _| {},
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("starts");
    let (before, processor) = (peak_kib(), processor_s());
    let real = Clock::real();
    let read = runtime.block_on(collect(&mut store, &config, how)).expect("collects").remove(0);
    let took = real.moment().duration_since(real.now());
    assert_eq!(read.facts, WORKBOOKS * VALUES, "{:?}", read.problem);
    println!(
        "{WORKBOOKS} workbooks, {} values: {:.2} s, processor {:.2} s, peak {:.1} MiB ({:.1} before)",
        read.facts,
        took.as_secs_f64(),
        processor_s() - processor,
        peak_kib() / 1024.0,
        before / 1024.0
    );
}

/// The most memory that the process has held.
fn peak_kib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0.0)
}

/// Seconds that processors have worked for this process, all its threads and the system's part; unlike
/// the time that passes it hardly depends on what else the machine does.
fn processor_s() -> f64 {
    // Linux counts these two in hundredths of a second.
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = behind_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// A workbook in the long form, its texts shared as Excel does it.
fn write_workbook(path: &Path, number: usize) {
    let mut texts: Vec<String> = Vec::new();
    let headings = ["provider_id", "zone", "period_start", "period_end", "metric", "value"];
    let mut rows = vec![headings.map(|heading| Field::Text(heading.into())).to_vec()];
    let counted = |indicator: &&Indicator| !matches!(indicator.meaning().unit, Unit::Date | Unit::YesNo);
    let indicators: Vec<&Indicator> = Indicator::ALL.iter().filter(counted).collect();
    for value in 0..VALUES {
        rows.push(vec![
            Field::Text(format!("1-{}", 101_000_000 + number)),
            Field::Text(format!("Zone {}", value / indicators.len())),
            Field::Date(46_204),
            Field::Date(46_234),
            Field::Text(indicators[value % indicators.len()].key().into()),
            Field::Number(value % 97),
        ]);
    }
    let mut sheet = String::from(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
    );
    for (index, row) in rows.iter().enumerate() {
        write!(sheet, "<row r=\"{}\">", index + 1).expect("a string takes all");
        for (column, field) in row.iter().enumerate() {
            let place = format!("{}{}", char::from(b'A' + u8::try_from(column).expect("few")), index + 1);
            match field {
                Field::Number(number) => write!(sheet, "<c r=\"{place}\"><v>{number}</v></c>"),
                Field::Date(serial) => write!(sheet, "<c r=\"{place}\" s=\"1\"><v>{serial}</v></c>"),
                Field::Text(text) => {
                    let shared = texts.iter().position(|known| known == text).unwrap_or_else(|| {
                        texts.push(text.clone());
                        texts.len() - 1
                    });
                    write!(sheet, "<c r=\"{place}\" t=\"s\"><v>{shared}</v></c>")
                }
            }
            .expect("a string takes all");
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData></worksheet>");
    let texts: String = texts.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let packages = "http://schemas.openxmlformats.org/package/2006";
    let parts = [
        ("[Content_Types].xml", format!("<Types xmlns=\"{packages}/content-types\"/>")),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{packages}/relationships\"><Relationship Id=\"r\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"Return\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{packages}/relationships\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"{office}/sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"r3\" Type=\"{office}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
            ),
        ),
        ("xl/sharedStrings.xml", format!("<sst xmlns=\"{main}\">{texts}</sst>")),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    fs::write(path, zip(&parts)).expect("written");
    let changed = SystemTime::from("2026-08-05T05:00:00Z".parse::<jiff::Timestamp>().expect("an instant"));
    let file = fs::File::options().write(true).open(path).expect("opens");
    file.set_modified(changed).expect("its time is set");
}

#[derive(Clone)]
enum Field {
    Text(String),
    Date(usize),
    Number(usize),
}

fn zip(parts: &[(&str, String)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    let le = |number: usize| u32::try_from(number).expect("small").to_le_bytes();
    let le16 = |number: usize| u16::try_from(number).expect("small").to_le_bytes();
    for (name, text) in parts {
        let mut crc = flate2::Crc::new();
        crc.update(text.as_bytes());
        let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(text.as_bytes()).expect("packs");
        let packed = packer.finish().expect("packs");
        let mut head = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0];
        head.extend(crc.sum().to_le_bytes());
        head.extend(le(packed.len()));
        head.extend(le(text.len()));
        head.extend(le16(name.len()));
        head.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(le(file.len()));
        directory.extend(name.as_bytes());
        file.extend(b"PK\x03\x04");
        file.extend(&head);
        file.extend(name.as_bytes());
        file.extend(packed);
    }
    let (start, length, count) = (le(file.len()), le(directory.len()), le16(parts.len()));
    file.extend(directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([count, count].concat());
    file.extend([length, start].concat());
    file.extend([0, 0]);
    file
}
