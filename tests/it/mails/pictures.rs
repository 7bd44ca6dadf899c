//! What a mail shows of reported numbers, and what it keeps to itself.

use std::collections::BTreeMap;

use carewarden::alerts::{Alert, Item, Rendered, Sample, Templates, render};
use carewarden::rules::{Method, Working};

fn mail(alert: &Alert) -> Rendered {
    render(&Templates::builtin(), alert).expect("the shipped templates render")
}

fn working(item: &mut Item) -> &mut Working {
    item.evidence[0].working.as_deref_mut().expect("a working")
}

/// The text part without its line ends.
fn flat(mail: &Rendered) -> String {
    mail.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One item about what people said, with so many of eighty in the newest month.
fn said(indicator: &str, newest: f64) -> Alert {
    let mut alert = Sample::Reported.alert();
    alert.items.truncate(1);
    let item = &mut alert.items[0];
    item.reason = "What people said is red.".into();
    item.changes.clear();
    let working = working(item);
    working.indicator = indicator.into();
    working.unit = "% of answers".into();
    for point in &mut working.points {
        (point.numerator, point.denominator, point.value) = (Some(60.0), Some(80.0), 75.0);
    }
    let point = working.points.last_mut().expect("points");
    (point.numerator, point.value) = (Some(newest), 1.25 * newest);
    alert
}

#[test]
fn few_people_are_not_counted_in_a_mail() {
    let shown = mail(&said("satisfaction_pct", 5.0));
    assert_eq!(shown.pictures.len(), 1);
    assert!(shown.text.contains("February 2025   6.25   5 of 80"), "{}", shown.text);
    for few in [1.0, 2.0, 3.0] {
        let hidden = mail(&said("satisfaction_pct", few));
        assert!(hidden.pictures.is_empty() && !hidden.html.contains("<img"));
        let [value, count] = [1.25 * few, few].map(|number| number.to_string());
        for part in [&hidden.text, &hidden.html] {
            assert!(part.contains("No picture is sent: it would show counts under 5."), "{part}");
            assert!(!part.contains(&value) && !part.contains(&format!("{count} of 80")), "{part}");
        }
        assert!(hidden.text.contains("February 2025   not shown  <5 of 80"), "{}", hidden.text);
        assert!(hidden.html.contains("&lt;5 of 80"), "{}", hidden.html);
    }
    assert_eq!(mail(&said("satisfaction_pct", 0.0)).pictures.len(), 1, "none is not few");
    assert_eq!(mail(&said("missed_visit_pct", 2.0)).pictures.len(), 1, "visits are no people");
}

#[test]
fn a_small_count_of_another_provider_is_not_drawn_either() {
    let mut alert = said("satisfaction_pct", 60.0);
    let peers =
        Sample::Reported.alert().items.remove(1).evidence.remove(0).working.expect("a working").method;
    let Method::Funnel { mut peers, index } = peers else { panic!("it is a funnel") };
    peers.retain(|peer| peer.numerator >= 5.0 || peer.numerator == 0.0);
    working(&mut alert.items[0]).method = Method::Funnel { peers: peers.clone(), index };
    assert_eq!(mail(&alert).pictures.len(), 1);
    peers[3].numerator = 4.0;
    working(&mut alert.items[0]).method = Method::Funnel { peers, index };
    assert!(mail(&alert).pictures.is_empty());
}

#[test]
fn a_mail_holds_six_figures_and_names_the_rest() {
    let mut alert = said("satisfaction_pct", 60.0);
    let item = alert.items[0].clone();
    alert.items = (0..9_u8)
        .map(|number| {
            let mut item = item.clone();
            item.flag = format!("CW-02{number:02}");
            working(&mut item).points[0].value = f64::from(number);
            item
        })
        .collect();
    let mail = mail(&alert);
    assert_eq!(mail.pictures.len(), 6);
    assert!(mail.text.contains("Further series and pictures: carewarden explain CW-0206"), "{}", mail.text);
    assert!(mail.html.contains("carewarden explain CW-0208"));
    assert!(mail.html.len() < 102_000, "{} bytes are clipped", mail.html.len());
    let mut cids: Vec<&String> = mail.pictures.iter().map(|picture| &picture.cid).collect();
    cids.sort();
    cids.dedup();
    assert_eq!(cids.len(), 6, "no two pictures have one name");
    assert!(mail.pictures.iter().all(|picture| picture.png.len() < 100_000));
}

#[test]
fn few_points_have_a_table_and_the_fewest_no_picture() {
    let with = |points: usize| {
        let mut alert = said("satisfaction_pct", 60.0);
        let working = working(&mut alert.items[0]);
        working.points.drain(..20 - points);
        mail(&alert)
    };
    assert!(with(2).pictures.is_empty() && with(2).text.contains("January 2025"));
    assert!(!with(2).text.contains("No picture"));
    assert!(
        flat(&with(3)).contains("3 values from Dec 24 to Feb 25. Red begins at 2. The newest value is 75.")
    );
    assert!(flat(&with(8)).contains("8 values from") && !with(8).text.contains("Mean"));
    assert!(flat(&with(9)).contains("Mean 75, limits 75 and 75."));
}

#[test]
fn digests_and_summaries_have_no_pictures() {
    for sample in [Sample::Digest, Sample::Summary] {
        let mut alert = sample.alert();
        alert.items = Sample::Reported.alert().items;
        let mail = mail(&alert);
        assert!(mail.pictures.is_empty() && !mail.html.contains("<img"), "{}", sample.as_str());
    }
}

#[test]
fn a_page_of_ones_own_without_pictures_brings_none() {
    let own = [("alert.html".to_owned(), "<p>{{ flag }} {{ items[0].reason }}</p>".to_owned())];
    let templates = Templates::with(BTreeMap::from(own)).expect("it is sound");
    let mail = render(&templates, &said("satisfaction_pct", 60.0)).expect("it renders");
    assert!(mail.pictures.is_empty() && mail.text.contains("In the picture:"));
}
