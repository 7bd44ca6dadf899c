//! Nothing goes in clear where it should not, and nobody else's certificate will do.

use carewarden::config::{Tls, Transport};
use carewarden::mail::check;
use carewarden::store::outbox::{MailState, Mode};
use secrecy::SecretString;

use super::{Bench, wait_for};
use crate::world::smtp::{Act, Manners, Server, Verb};

const LOGIN: Option<(&str, &str)> = Some(("carewarden", "pass-word-9"));

fn bench(tls: Tls, manners: Manners) -> Bench {
    let mut bench = Bench::with(manners);
    bench.smtp().tls = tls;
    bench.smtp().login = Some(("carewarden".to_owned(), SecretString::from("pass-word-9")));
    bench.trust();
    bench
}

#[test]
fn starttls_then_login_then_mail() {
    for login_only in [false, true] {
        let manners = Manners { login: LOGIN, login_only, starttls: true, ..Manners::default() };
        let mut bench = bench(Tls::StartTls, manners);
        let ids = bench.queue(&["a", "b"]);
        assert_eq!(bench.deliver(0, Mode::Due).accepted, 2, "{:?}", bench.rows());
        assert_eq!((bench.copies(ids[0]), bench.copies(ids[1])), (1, 1));
    }
}

#[test]
fn tls_from_the_first_byte() {
    let mut bench = bench(Tls::Wrapper, Manners { login: LOGIN, wrapper: true, ..Manners::default() });
    let ids = bench.queue(&["a"]);
    assert_eq!(bench.deliver(0, Mode::Due).accepted, 1, "{:?}", bench.rows());
    assert_eq!(bench.copies(ids[0]), 1);
}

/// The mail stays, and the server has not heard more than these verbs.
fn keeps_to_itself(bench: &mut Bench, heard: &[&str]) -> String {
    let ids = bench.queue(&["a"]);
    assert_eq!(bench.deliver(0, Mode::Due).deferred, 1);
    assert_eq!(bench.state(ids[0]), MailState::Deferred);
    let verbs: Vec<String> = bench
        .server
        .dialogue()
        .iter()
        .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(verbs, heard);
    assert!(bench.server.taken().is_empty());
    bench.row(ids[0]).last_reply.expect("said")
}

#[test]
fn a_stripped_starttls_sends_nothing() {
    let mut bench = bench(Tls::StartTls, Manners { login: LOGIN, ..Manners::default() });
    let reply = keeps_to_itself(&mut bench, &["(connected)", "EHLO"]);
    assert_eq!(reply, "STARTTLS: the server does not offer STARTTLS; nothing was sent");
}

#[test]
fn replies_put_before_the_handshake_are_refused() {
    let mut bench = bench(Tls::StartTls, Manners { login: LOGIN, starttls: true, ..Manners::default() });
    let forged = "220 go\r\n250-x\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken";
    bench.server.fault(Verb::Starttls, None, Act::Reply(forged), 1);
    let reply = keeps_to_itself(&mut bench, &["(connected)", "EHLO", "STARTTLS"]);
    assert!(reply.contains("answered more than it was asked"), "{reply}");
}

#[test]
fn a_strangers_certificate_is_refused() {
    for (tls, wrapper) in [(Tls::StartTls, false), (Tls::Wrapper, true)] {
        let mut bench =
            bench(tls, Manners { login: LOGIN, starttls: !wrapper, wrapper, ..Manners::default() });
        let stranger = Server::start(Manners::default());
        let path = bench.trust();
        std::fs::write(path, &stranger.pem).expect("written");
        let heard: &[&str] = if wrapper { &["(connected)"] } else { &["(connected)", "EHLO", "STARTTLS"] };
        let reply = keeps_to_itself(&mut bench, heard);
        assert!(reply.contains("certificate"), "{reply}");
    }
}

#[test]
fn an_absent_ca_file_is_said() {
    let mut bench = bench(Tls::StartTls, Manners { login: LOGIN, starttls: true, ..Manners::default() });
    bench.smtp().ca_file = Some("/nonexistent/ca.pem".into());
    let reply = keeps_to_itself(&mut bench, &["(connected)", "EHLO"]);
    assert!(reply.contains("cannot read ca_file /nonexistent/ca.pem"), "{reply}");
}

#[test]
fn a_wrong_password_defers_and_is_never_written_down() {
    let mut bench = bench(Tls::StartTls, Manners { login: LOGIN, starttls: true, ..Manners::default() });
    bench.smtp().login = Some(("carewarden".to_owned(), SecretString::from("wrong-9")));
    let reply = keeps_to_itself(&mut bench, &["(connected)", "EHLO", "STARTTLS", "EHLO", "AUTH"]);
    assert_eq!(reply, "535 5.7.8 no");
    let kept = format!("{:?}{:?}", bench.rows(), bench.mail);
    assert!(!kept.contains("wrong-9"), "{kept}");
}

#[test]
fn check_says_what_it_saw_and_sends_nothing() {
    let bench = bench(Tls::StartTls, Manners { login: LOGIN, starttls: true, ..Manners::default() });
    let lines = wait_for(check(&bench.mail)).expect("all is well");
    let text = lines.join("\n").replace(&bench.server.addr.port().to_string(), "PORT");
    insta::assert_snapshot!(text);
    assert!(!bench.server.dialogue().iter().any(|line| line.starts_with("MAIL")));
}

#[test]
fn check_names_the_step_the_place_and_what_to_do() {
    let mut bench = bench(Tls::StartTls, Manners { login: LOGIN, starttls: true, ..Manners::default() });
    bench.smtp().login = Some(("carewarden".to_owned(), SecretString::from("wrong-9")));
    let fault = wait_for(check(&bench.mail)).expect_err("refused").to_string();
    let port = bench.server.addr.port();
    assert_eq!(fault, format!("AUTH at 127.0.0.1:{port}: 535 5.7.8 no; check [mail] username and password"));
}

#[test]
fn check_tries_the_folder() {
    let dir = tempfile::TempDir::new().expect("a folder");
    let good = super::mail_to(Transport::Directory { dir: dir.path().join("new") });
    assert_eq!(wait_for(check(&good)).expect("fine").len(), 1);
    assert_eq!(std::fs::read_dir(dir.path().join("new")).expect("made").count(), 0);
    std::fs::write(dir.path().join("file"), "").expect("written");
    let bad = super::mail_to(Transport::Directory { dir: dir.path().join("file") });
    assert!(wait_for(check(&bad)).expect_err("no folder").to_string().contains("check [mail] dir"));
}
