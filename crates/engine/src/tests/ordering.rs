//! Messages that programs order: once per key, under the rules of all others, and told of when they end.

use super::play::check;

const TOLD: &str = r#"
== policy.yaml
{zone: UTC, window: 10m, message_status: {url: "https://crm.example/status"}}
"#;

#[test]
fn an_order_is_sent_at_once_and_told_of() {
    check(
        TOLD,
        r#"
        1.09:00 identify ada email=ada@x.example
        1.10:00 order ada receipt k1
        1.11:00 show ledger
        1.11:00 show calls
        "#,
        r#"
        1.10:00 m1 email to ada@x.example "Receipt"
        m1 p1 receipt sent: created planned sent
        1.10:00 https://crm.example/status {"at":"2026-11-23T10:00:00Z","channel":"email","content":"receipt","idempotency_key":"k1","message":"m1","person":"p1","reason":{"code":"sent","text":"the provider took the message"},"type":"message.sent"}
        "#,
    );
}

#[test]
fn one_key_is_one_message_however_often_and_late_it_comes() {
    check(
        TOLD,
        r#"
        1.09:00 identify ada email=ada@x.example
        1.10:00 order ada receipt k1 ; order ada receipt k1
        1.11:00 order ada receipt k1
        1.12:00 crash ; start ; order ada receipt k1
        30.12:00 order ada receipt k1
        30.13:00 show ledger
        "#,
        r#"
        1.10:00 m1 email to ada@x.example "Receipt"
        m1 p1 receipt sent: created planned sent
        "#,
    );
}

#[test]
fn an_order_of_long_ago_is_not_sent_now() {
    check(
        TOLD,
        r#"
        1.09:00 identify ada email=ada@x.example
        1.10:00 order ada receipt k1 historical @1.08:00
        1.11:00 show ledger
        1.11:00 show calls
        "#,
        "",
    );
}

#[test]
fn what_nobody_knows_of_is_told_and_what_settles_it_too() {
    check(
        TOLD,
        r#"
        1.09:00 identify ada email=ada@x.example
        1.10:00 provider email lose ; order ada receipt k1
        1.11:00 settle ada m1 delivered
        1.12:00 show ledger
        1.12:00 show calls
        "#,
        r#"
        1.10:00 m1 email to ada@x.example "Receipt": lost
        m1 p1 receipt sent: created planned answer_lost confirmed
        1.10:00 https://crm.example/status {"at":"2026-11-23T10:00:00Z","channel":"email","content":"receipt","idempotency_key":"k1","message":"m1","person":"p1","reason":{"code":"answer_lost","text":"the connection ended after the message was handed over"},"type":"message.unknown"}
        1.11:00 https://crm.example/status {"at":"2026-11-23T11:00:00Z","channel":"email","content":"receipt","idempotency_key":"k1","message":"m1","person":"p1","reason":{"code":"confirmed","text":"the provider confirmed the message later"},"type":"message.sent"}
        "#,
    );
}

#[test]
fn an_order_that_nobody_can_carry_out_says_why() {
    check(
        TOLD,
        r#"
        1.09:00 identify ada name=Ada
        1.10:00 order ada receipt k1 ; order ada nothing k2
        2.11:00 show ledger
        2.11:00 show calls
        "#,
        r#"
        m1 p1 receipt suppressed: created unreachable
        m2 p1 nothing failed: created render_failed
        1.10:00 https://crm.example/status {"at":"2026-11-23T10:00:00Z","channel":null,"content":"receipt","idempotency_key":"k1","message":"m1","person":"p1","reason":{"code":"unreachable","text":"there is no address for any of its channels"},"type":"message.suppressed"}
        1.10:00 https://crm.example/status {"at":"2026-11-23T10:00:00Z","channel":null,"content":"nothing","idempotency_key":"k2","message":"m2","person":"p1","reason":{"code":"render_failed","text":"the content could not be rendered for this person"},"type":"message.failed"}
        "#,
    );
}
