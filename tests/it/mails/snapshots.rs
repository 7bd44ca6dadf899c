//! Each sample as it is mailed: read the snapshots as a recipient would.

use carewarden::alerts::{Kind, Rendered, Sample, Templates, render};

fn rendered(sample: Sample) -> Rendered {
    render(&Templates::builtin(), &sample.alert()).expect("the shipped templates render")
}

#[test]
fn every_sample_reads_as_written_down() {
    for sample in Sample::ALL {
        let mail = rendered(sample);
        let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
        insta::assert_snapshot!(format!("{}.txt", sample.as_str()), text);
        insta::assert_snapshot!(format!("{}.html", sample.as_str()), mail.html);
    }
}

#[test]
fn the_same_alert_gives_the_same_bytes() {
    for sample in Sample::ALL {
        assert_eq!(rendered(sample), rendered(sample), "{}", sample.as_str());
    }
}

#[test]
fn both_parts_name_the_flags_and_the_subjects() {
    for sample in Sample::ALL {
        let (alert, mail) = (sample.alert(), rendered(sample));
        for item in &alert.items {
            for part in [&mail.text, &mail.html] {
                assert!(part.contains(&item.flag), "{}: {}", sample.as_str(), item.flag);
                assert!(part.contains(&item.subject.id), "{}: {}", sample.as_str(), item.subject.id);
            }
        }
        for id in alert.refusal.iter().flat_map(carewarden::alerts::Refusal::ids) {
            assert!(mail.text.contains(&id) && mail.html.contains(&id), "{}: {id}", sample.as_str());
        }
    }
}

#[test]
fn the_page_is_accessible_and_tells_nobody_that_it_was_read() {
    for sample in Sample::ALL {
        let mail = rendered(sample);
        assert_eq!(mail.html.matches("<img src=\"cid:").count(), mail.pictures.len(), "{}", sample.as_str());
        // A picture that came along asks nobody for anything.
        let html = mail.html.replace("<img src=\"cid:", "<");
        assert!(html.contains("lang=\"en-GB\""));
        let layout = html.matches("<table role=\"presentation\"").count();
        let data = html.matches("<table class=\"line\"").count();
        assert_eq!(html.matches("<table").count(), layout + data, "{}", sample.as_str());
        assert_eq!(html.matches("<th ").count(), html.matches("<th scope=").count());
        for remote in ["<img", "<script", "<link", "<iframe", "url(", "@import", "src="] {
            assert!(!html.contains(remote), "{}: {remote}", sample.as_str());
        }
    }
}

#[test]
fn the_severity_stands_in_words_in_both_parts_of_an_alert() {
    for sample in Sample::ALL {
        let (alert, mail) = (sample.alert(), rendered(sample));
        if alert.kind == Kind::Alert {
            for part in [mail.text, mail.html] {
                let part = part.to_lowercase();
                let word = if sample == Sample::Cleared { "cleared" } else { alert.severity.as_str() };
                assert!(part.contains(&format!("{word} alert")) || word == "cleared", "{}", sample.as_str());
                assert!(part.contains(word), "{}", sample.as_str());
            }
        }
    }
}

#[test]
fn a_name_stays_out_of_the_subject_unless_it_is_asked_for() {
    for sample in Sample::ALL {
        let mut alert = sample.alert();
        let line = |alert: &_| render(&Templates::builtin(), alert).expect("it renders").subject;
        assert!(!line(&alert).contains("Brightside"), "{}", sample.as_str());
        alert.name_in_subject = true;
        let named = alert.provider_name.is_some();
        assert_eq!(line(&alert).contains("Brightside"), named, "{}", sample.as_str());
    }
}

#[test]
fn a_flood_of_flags_is_cut_and_said() {
    for (sample, shown) in [(Sample::Summary, 100), (Sample::Digest, 100), (Sample::Contingency, 16)] {
        let mut alert = sample.alert();
        let pattern = alert.items[0].clone();
        alert.items = vec![pattern; 5_000];
        let mail = render(&Templates::builtin(), &alert).expect("it renders");
        let more = format!("And {} more", 5_000 - shown);
        assert!(mail.text.contains(&more) && mail.html.contains(&more), "{}", sample.as_str());
        // Large mail providers clip a page at 102 kB.
        assert!(mail.html.len() < 102_000, "{}: {} bytes", sample.as_str(), mail.html.len());
    }
}
