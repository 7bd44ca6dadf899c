//! A council's own templates: taken by name, every fault told at once, none can run away.

use std::collections::BTreeMap;

use carewarden::alerts::{Sample, TemplateFault, Templates, render};

fn with(own: &[(&str, &str)]) -> Result<Templates, Vec<TemplateFault>> {
    Templates::with(own.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}

fn faults(own: &[(&str, &str)]) -> Vec<String> {
    with(own).expect_err("it has faults").iter().map(ToString::to_string).collect()
}

#[test]
fn no_templates_of_ones_own_are_the_shipped_ones() {
    let alert = Sample::Contingency.alert();
    let own = Templates::with(BTreeMap::new()).expect("the shipped templates are sound");
    assert_eq!(render(&own, &alert), render(&Templates::builtin(), &alert));
}

#[test]
fn a_councils_own_actions_stand_in_both_parts() {
    let shipped = include_str!("../../../config/templates/actions.txt");
    let own = shipped.replace("Name one lead for this provider", "Ring the duty desk");
    let templates = with(&[("actions.txt", &own)]).expect("it is sound");
    let mail = render(&templates, &Sample::Contingency.alert()).expect("it renders");
    assert!(mail.text.contains("Ring the duty desk") && mail.html.contains("Ring the duty desk"));
}

#[test]
fn every_fault_is_told_with_name_and_line() {
    insta::assert_snapshot!(
        faults(&[
            ("alert.txt", "{{ flag }}\n{{ flga }}\n"),
            ("digest.html", "line one\n{% for x in items %}\n"),
            ("letter.txt", "Dear all"),
            ("source.txt", "{{ flag }}\n\n{{ items[0].reason|shout }}"),
            ("summary.txt", "{% include \"actions.txt\" %}\n{{ 1 / 0 }}"),
        ])
        .join("\n")
    );
}

#[test]
fn a_fault_in_an_included_text_is_that_texts() {
    let told = faults(&[("frame.txt", "{{ flag }}\n{% block body %}{% endblock %}\n{{ nothing }}\n")]);
    assert_eq!(told, ["template frame.txt, line 3: undefined value: `nothing` is undefined"]);
}

#[test]
fn an_alert_without_its_flag_is_refused() {
    let told = faults(&[("alert.txt", "Something happened.")]);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("template alert.txt, line 0: the flag's id is missing"), "{told:?}");
}

#[test]
fn a_loop_without_end_runs_dry() {
    let text = "{{ flag }}{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
    let told = faults(&[("alert.html", text)]);
    assert_eq!(told, ["template alert.html, line 1: it takes more than 200000 steps: does a loop end?"]);
}

#[test]
fn a_flood_of_text_is_stopped() {
    let text = "{{ flag }}{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}";
    let told = faults(&[("alert.html", text)]);
    assert_eq!(told, ["template alert.html, line 0: it writes more than 4096 kB"]);
}

#[test]
fn html_of_ones_own_is_escaped_too() {
    let templates = with(&[("alert.html", "<p>{{ flag }} {{ items[0].name }}</p>")]).expect("it is sound");
    let mut alert = Sample::Contingency.alert();
    alert.items[0].subject_name = "<b>bold</b>".into();
    let html = render(&templates, &alert).expect("it renders").html;
    assert_eq!(html, "<p>CW-0142 &lt;b&gt;bold&lt;&#x2f;b&gt;</p>");
}
