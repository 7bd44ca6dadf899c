//! The views for auditors: their names and columns are a contract, and described in docs/audit.md.

use std::path::Path;

use super::full;

#[test]
fn names_and_columns_are_as_promised() {
    let world = full();
    let views = world.ask(
        "SELECT name || '(' || (SELECT group_concat(name, ', ') FROM pragma_table_info(v.name)) || ')'
         FROM sqlite_schema v WHERE type = 'view' ORDER BY name",
    );
    insta::assert_snapshot!(views.join("\n"));
}

#[test]
fn every_view_answers_with_rows() {
    let world = full();
    for view in world.ask("SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE 'audit_%'") {
        assert!(world.count(&format!("SELECT count(*) FROM {view}")) > 0, "{view} is empty");
        assert!(!world.ask(&format!("SELECT * FROM {view}")).is_empty(), "{view}");
    }
}

#[test]
fn the_page_for_auditors_describes_every_column_and_no_other() {
    let world = full();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/audit.md");
    let page = std::fs::read_to_string(path).expect("docs/audit.md");
    for view in world.ask("SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE 'audit_%'") {
        let section = page.split(&format!("\n### {view}\n")).nth(1).expect(&view);
        let section = section.split("\n##").next().unwrap_or_default();
        let described: Vec<&str> =
            section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
        let columns = world.ask(&format!("SELECT name FROM pragma_table_info('{view}')"));
        assert_eq!(described, columns, "{view}");
    }
}

/// Each question of the page, asked as the page says.
#[test]
fn the_questions_of_the_page_have_answers() {
    let world = full();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/audit.md");
    let page = std::fs::read_to_string(path).expect("docs/audit.md");
    let questions: Vec<&str> = page
        .split("sqlite3 -readonly -box carewarden.db \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(questions.len() >= 10, "only {} questions", questions.len());
    for question in questions {
        assert!(!world.ask(question).is_empty(), "no answer to: {question}");
    }
}
