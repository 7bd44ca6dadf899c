//! `explain FLAG --chart FILE`

use std::path::{Path, PathBuf};

use super::super::Fault;
use crate::alerts::draw_working;
use crate::charts::{Scene, png, svg};
use crate::flags::Flag;

/// Writes the charts of a flag's workings; `whose` is the name of the reporter. The files written.
pub(super) fn write(path: &Path, flag: &Flag, whose: &str) -> Result<Vec<PathBuf>, Fault> {
    let bytes = form(path)?;
    let workings = flag.last.evidence.iter().filter_map(|evidence| evidence.working.as_deref());
    let scenes: Vec<Scene> = workings.filter_map(|working| draw_working(working, whose)).collect();
    if scenes.is_empty() {
        let text = format!("error: flag {} rests on no series that could be drawn", flag.id);
        return Err(Fault::BadInput(text));
    }
    let mut files = Vec::new();
    for (scene, number) in scenes.iter().zip(1..) {
        let file = numbered(path, number);
        std::fs::write(&file, bytes(scene)?).map_err(|error| {
            Fault::BadInput(format!("error: cannot write the chart to {}: {error}", file.display()))
        })?;
        files.push(file);
    }
    Ok(files)
}

type Form = fn(&Scene) -> Result<Vec<u8>, Fault>;

fn form(path: &Path) -> Result<Form, Fault> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("svg") => Ok(|scene| Ok(svg(scene).into_bytes())),
        Some("png") => Ok(|scene| Ok(png(scene)?)),
        _ => Err(Fault::BadInput(format!(
            "error: {} does not end in .svg or .png: name the form of the chart by the file's ending",
            path.display()
        ))),
    }
}

/// "late.svg", "late-2.svg", "late-3.svg".
fn numbered(path: &Path, number: usize) -> PathBuf {
    if number == 1 {
        return path.to_owned();
    }
    let part = |part: Option<&std::ffi::OsStr>| part.map(std::ffi::OsStr::to_os_string).unwrap_or_default();
    let mut name = part(path.file_stem());
    name.push(format!("-{number}."));
    name.push(part(path.extension()));
    path.with_file_name(name)
}
