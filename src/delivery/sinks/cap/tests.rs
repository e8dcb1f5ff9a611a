//! Both outputs of the sink: the folder and the URL.

use super::*;
use crate::delivery::http_post::testing::Receiver;
use crate::delivery::testing::sample;
use atalaia_core::base::fault;

fn sink(more: &str) -> Cap {
    let text =
        format!("sender = \"ops@centre.example\"\nallow = [\"127.0.0.1\"]\n{more}\ntls.ca = \"tests/payloads/ca.pem\"");
    let settings: Settings = toml::from_str(&text).expect("settings");
    assert_eq!(fault::lines("sinks[0].cap", settings.problems()), [""; 0]);
    Cap::new(&settings, &SenderIdentity { site: "lisbon-1".to_owned() }).expect("a sink")
}

#[tokio::test]
async fn a_message_is_put_into_the_folder_or_posted() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let delivery = sample("rendezvous-opened", |_| {});
    let outcome = sink(&format!("spool = \"{}\"", folder.path().display())).send(std::slice::from_ref(&delivery)).await;
    assert_eq!(outcome, Ok(()));
    let text = std::fs::read_to_string(folder.path().join(format!("{}.xml", delivery.key))).expect("a message");
    let receiver = Receiver::answering(&["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]).await;
    assert_eq!(sink(&format!("url = \"{}\"", receiver.url("/cap"))).send(&[delivery]).await, Ok(()));
    let request = &receiver.came()[0];
    assert_eq!(request.header("content-type"), Some("application/cap+xml"));
    assert_eq!(String::from_utf8_lossy(&request.body), text);
}

#[test]
fn its_settings_need_one_output_and_a_valid_sender() {
    let problems =
        |text: &str| fault::lines("sinks[0].cap", toml::from_str::<Settings>(text).expect("settings").problems());
    assert_eq!(problems("sender = \"ops@centre.example\"").len(), 1);
    for sender in ["", "the centre", "a,b", "<a>", "a&b"] {
        assert_eq!(problems(&format!("sender = \"{sender}\"\nspool = \"out\"")).len(), 1, "{sender}");
    }
}
