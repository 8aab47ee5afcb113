//! Providers that the settings name carry what a program orders.

use crate::load::{Shop, ask, get};
use crate::process::{fulcrum, until};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

/// A provider on this machine: takes one call and answers with an id.
fn provider() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (sender, calls) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a call");
        let mut read = Vec::new();
        let mut bytes = [0; 2_048];
        while !String::from_utf8_lossy(&read).ends_with('}') {
            match stream.read(&mut bytes).expect("a call") {
                0 => break,
                count => read.extend_from_slice(&bytes[..count]),
            }
        }
        let answer = "HTTP/1.1 201 Created\r\nContent-Length: 16\r\n\r\n{\"id\": \"sms-17\"}";
        stream.write_all(answer.as_bytes()).expect("an answer");
        // The test may have ended.
        sender.send(String::from_utf8_lossy(&read).into_owned()).unwrap_or(());
    });
    (address, calls)
}

fn with_settings(more: &str) -> Shop {
    let shop = Shop::new();
    let settings = std::fs::read_to_string(shop.config()).expect("settings");
    std::fs::write(shop.config(), format!("{settings}{more}")).expect("a file");
    shop
}

#[test]
fn a_provider_of_the_settings_carries_an_ordered_message() {
    let (address, calls) = provider();
    let shop = with_settings(&format!(
        "[http.gateway]\nchannel = \"sms\"\nurl = \"http://{address}/send\"\nallow = [\"127.0.0.1\"]\n\
         body = '{{\"to\": \"{{{{to}}}}\", \"text\": \"{{{{text}}}}\", \"key\": \"{{{{key}}}}\"}}'\nid = \"id\"\n"
    ));
    let listed = shop.run(&["channels"]);
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines[0], "email     [smtp]");
    assert!(lines.contains(&"sms       [http.gateway]"), "{listed}");
    assert!(lines.contains(&"push      no provider: messages end as `no_provider`"), "{listed}");

    let server = shop.serve();
    let order = json!({
        // Both are known of her, and a text message goes to a phone.
        "to": {"user_id": "ada", "email": "ada@people.example", "phone": "+31612345678"},
        "channels": ["sms", "email"],
        "content": {"forms": {"sms": {"text": "Your code is {{ event.code }}"}}},
        "data": {"code": "\"4711\""}, "idempotency_key": "code-1",
    });
    let url = format!("http://{}/api/v1/messages", server.address);
    let first = until("the programme", || ask(&url, &shop.token, &order));
    assert_eq!(first["idempotency_key"], "code-1");
    let call = calls.recv().expect("a call");
    let body: Value =
        serde_json::from_str(call.split_once("\r\n\r\n").expect("a body").1).expect("JSON");
    assert_eq!(body["to"], "+31612345678");
    assert_eq!(body["text"], "Your code is \"4711\"");
    let path = format!("{url}/{}", first["id"].as_str().expect("an id"));
    let sent =
        until("the answer", || get(&path, &shop.token).filter(|it| it["state"] != "pending"));
    assert_eq!((&sent["state"], &sent["channel"]), (&json!("sent"), &json!("sms")));
    let trail = sent["trail"].to_string();
    assert!(trail.contains("provider id sms-17"), "{trail}");
}

#[test]
fn two_providers_for_one_channel_are_refused() {
    let generic = "channel = \"sms\"\nurl = \"https://sms.example/send\"\nbody = '{\"to\": \"{{to}}\", \"t\": \"{{text}}\"}'\n";
    let shop = with_settings(&format!("[http.a]\n{generic}[http.b]\n{generic}"));
    let config = shop.config().display().to_string();
    let ran = fulcrum(&["--config", &config, "channels"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("[http.a] and [http.b] are both for sms"), "{}", ran.err);
}

#[test]
fn what_to_publish_is_printed_as_lines_of_a_zone() {
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/dkim/rsa.pem");
    let shop = with_settings(&format!(
        "[smtp.dkim]\ndomain = \"shop.example\"\nrsa = {{selector = \"s2027\", key = \"file:{key}\"}}\n"
    ));
    let zone = shop.run(&["channels", "dns"]);
    let record = zone.lines().find(|it| it.starts_with("s2027._domainkey.shop.example. IN TXT"));
    assert!(record.is_some_and(|it| it.contains("\"v=DKIM1; k=rsa; p=")), "{zone}");
    assert!(zone.contains("_dmarc.shop.example. IN TXT"), "{zone}");
}

#[test]
fn what_stands_in_the_dns_is_held_against_what_has_to() {
    let zone = "shop.example TXT v=spf1 mx -all\n_dmarc.shop.example TXT v=DMARC1; p=none\n\
                _dmarc.shop.example TXT v=DMARC1; p=reject";
    let resolver = channels::dns::sink::start(zone).expect("a resolver");
    let shop = with_settings(&format!("[dns]\nresolver = \"{resolver}\"\n"));
    let config = shop.config().display().to_string();
    let program = shop.dir.path().join("program").display().to_string();
    let asked = ["--config", &config, "channels", "dns", "--check", "--program", &program];
    let ran = fulcrum(&asked);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(
        lines,
        [
            "spf         found    shop.example TXT",
            "dmarc       differs  _dmarc.shop.example TXT",
            "  stands there: v=DMARC1; p=none",
            "  stands there: v=DMARC1; p=reject",
            "  needed: v=DMARC1; p=none; rua=mailto:postmaster@shop.example",
            "  there are several, and then none of them counts: keep one",
            "return_path missing  shop.example MX",
            "  needed: (the host that takes your mail)",
            "  mail that comes back is lost: give shop.example an MX record",
        ]
    );
}

/// `printf %s ada | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef`.
const OF_ADA: &str = "7f06173e229c19dd526caed61c2cfefab7bb446c0f3474a2ad5da4309f9ec318";

#[test]
fn what_waits_on_the_site_waits_on_disk_and_is_gone_with_its_person() {
    let shop =
        with_settings("[onsite]\nsecret = \"file:SECRET\"\norigins = [\"https://shop.example\"]\n");
    let config = shop.config().display().to_string();
    let missing = fulcrum(&["--config", &config, "channels"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("onsite: secret: the secret cannot be read"), "{}", missing.err);
    let secret = shop.dir.path().join("secret");
    std::fs::write(&secret, "0123456789abcdef0123456789abcdef\n").expect("a file");
    let settings = std::fs::read_to_string(shop.config()).expect("settings");
    let settings = settings.replace("file:SECRET", &format!("file:{}", secret.display()));
    std::fs::write(shop.config(), settings).expect("a file");
    assert!(shop.run(&["channels"]).contains("onsite    [onsite]\n"));

    let server = shop.serve();
    let order = json!({
        "to": {"user_id": "ada"}, "channels": ["onsite"], "expires": "2d",
        "content": {"forms": {"onsite": {"title": "Hello", "body": "It is ready."}}},
    });
    let url = format!("http://{}/api/v1/messages", server.address);
    let first = until("the programme", || ask(&url, &shop.token, &order));
    let path = format!("{url}/{}", first["id"].as_str().expect("an id"));
    let sent =
        until("the answer", || get(&path, &shop.token).filter(|it| it["state"] != "pending"));
    assert_eq!(sent["state"], "sent", "{sent}");
    server.kill();

    let server = shop.serve();
    let visitor = json!({"writeKey": shop.write_key, "userId": "ada", "signature": OF_ADA});
    let waiting = || {
        let url = format!("http://{}/onsite/messages", server.address);
        ask(&url, "", &visitor).map(|it| it["messages"].clone())
    };
    let found = until("what waits", waiting);
    assert_eq!((&found[0]["title"], &found[0]["body"]), (&json!("Hello"), &json!("It is ready.")));
    let person = sent["person"].as_str().expect("a person");
    let erase = format!("http://{}/api/v1/people/{person}/erase", server.address);
    ask(&erase, &shop.token, &json!({})).expect("erased");
    assert_eq!(until("what waits", waiting), json!([]));
    assert!(server.stop().success());
    // A start takes what was written beside the file into it.
    assert!(shop.serve().stop().success());
    let words = b"It is ready.";
    for name in ["fulcrum.db", "fulcrum.db-wal"] {
        let bytes = std::fs::read(shop.data().join("store").join(name)).unwrap_or_default();
        assert!(!bytes.windows(words.len()).any(|it| it == words), "it is in {name}");
    }
    assert!(shop.data().join("store/fulcrum.db").exists());
}
