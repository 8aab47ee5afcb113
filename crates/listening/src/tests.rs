//! Recorded mails in, what they say out.

use crate::status::Status;
use crate::*;
use proptest::prelude::*;

#[test]
fn recorded_postfix_reports_are_read() {
    check(
        include_bytes!("../../../fixtures/mail/postfix-failed.eml"),
        "failed hard 5.1.1 by report: ada@bounce.test <m17.5f2c9a@news.sender.test>",
        "550 5.1.1 <ada@bounce.test>: Recipient address rejected: No such mailbox here",
    );
    check(
        include_bytes!("../../../fixtures/mail/postfix-delayed.eml"),
        "delayed soft 4.2.2 by report: bob@full.test <m18.77e0d1@news.sender.test>",
        "452 4.2.2 <bob@full.test>: Recipient address rejected: Mailbox full, try again later",
    );
}

#[test]
fn giving_up_after_temporary_failures_does_not_end_an_address() {
    check(
        include_bytes!("../../../fixtures/mail/postfix-expired.eml"),
        "failed soft 4.2.2 by report: bob@full.test <m18.77e0d1@news.sender.test>",
        "452 4.2.2 <bob@full.test>: Recipient address rejected: Mailbox full, try again later",
    );
}

#[test]
fn a_report_with_a_general_status_is_decided_by_the_servers_words() {
    check(
        include_bytes!("../../../fixtures/mail/exim-report.eml"),
        "failed hard 5.0.0 by report: ada@shop.example <m21.0c11aa@news.sender.test>",
        "550 No such user here",
    );
}

#[test]
fn reports_of_exchange_are_read() {
    check(
        include_bytes!("../../../fixtures/mail/exchange.eml"),
        "failed hard 5.1.10 by report: dora@firm.example <m24.9a7c55@news.sender.test>",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient dora@firm.example not found by SMTP address lookup",
    );
}

#[test]
fn a_refusal_by_policy_does_not_end_an_address() {
    check(
        include_bytes!("../../../fixtures/mail/gmail-blocked.eml"),
        "failed blocked 5.7.26 by report: emil@firm.example <m25.1f00d2@news.sender.test>",
        "550-5.7.26 This mail has been blocked because the sender is unauthenticated. 550-5.7.26 Senders must authenticate with either SPF or DKIM. 550 5.7.26 To learn more, visit https://support.example/mail a1 - smtp",
    );
}

#[test]
fn letters_of_old_servers_are_read_and_marked_as_guesses() {
    check(
        include_bytes!("../../../fixtures/mail/qmail.eml"),
        "failed hard 5.1.1 by text: cleo@shop.example <m23.44ef01@news.sender.test>",
        "Sorry, no mailbox here by that name. (#5.1.1)",
    );
    check(
        include_bytes!("../../../fixtures/mail/exim-letter.eml"),
        "failed soft 5.2.2 by text: bob@shop.example <m22.b7d911@news.sender.test>",
        "SMTP error from remote mail server after RCPT TO:<bob@shop.example>: host mail.shop.example [192.0.2.25]: 552 5.2.2 Mailbox size limit exceeded",
    );
    check(
        b"From: Mail Delivery System <Mailer-Daemon@mx.example>\r\nTo: bounces@sender.test\r\n\
          Subject: Warning: message 1Kd delayed 24 hours\r\n\r\n\
          A message that you sent has not yet been delivered to one or more of its\r\n\
          recipients after more than 24 hours on the queue.\r\n\r\n\
          The address to which the message has not yet been delivered is:\r\n\r\n  ida@shop.example\r\n",
        "delayed soft - by text: ida@shop.example -",
        "",
    );
}

#[test]
fn complaints_are_read() {
    check(
        include_bytes!("../../../fixtures/mail/complaint.eml"),
        "complaint Abuse: fay@isp.example <m26.8e2b70@news.sender.test>",
        "",
    );
    let complaint = include_str!("../../../fixtures/mail/complaint.eml");
    for (kind, expected) in [
        ("opt-out", "complaint OptOut: fay@isp.example <m26.8e2b70@news.sender.test>"),
        ("fraud", "complaint Fraud: fay@isp.example <m26.8e2b70@news.sender.test>"),
        ("not-spam", "other"),
        ("auth-failure", "other"),
    ] {
        let mail = complaint.replace("Feedback-Type: abuse", &format!("Feedback-Type: {kind}"));
        check(mail.as_bytes(), expected, "");
    }
}

#[test]
fn a_complaint_without_recipient_names_the_one_of_the_returned_message() {
    let mail = include_str!("../../../fixtures/mail/complaint.eml")
        .replace("Original-Rcpt-To: <fay@isp.example>\n", "");
    check(mail.as_bytes(), "complaint Abuse: fay@isp.example <m26.8e2b70@news.sender.test>", "");
}

#[test]
fn automatic_answers_are_not_taken_for_bounces_or_people() {
    check(
        include_bytes!("../../../fixtures/mail/vacation.eml"),
        "auto reply: gus@shop.example <m27.c0ffee@news.sender.test>",
        "",
    );
    check(
        b"From: ann@shop.example\nSubject: Automatic reply: Your first ride\n\nI am away.\n",
        "auto reply: ann@shop.example -",
        "",
    );
    // A machine that writes by itself answers nobody.
    check(
        b"From: cron@shop.example\nAuto-Submitted: auto-generated\nSubject: done\n\nok\n",
        "other",
        "",
    );
}

#[test]
fn a_letter_about_a_bounce_is_a_reply_and_no_bounce() {
    check(
        include_bytes!("../../../fixtures/mail/reply.eml"),
        "reply: hana@shop.example <m28.5150aa@news.sender.test>",
        "",
    );
}

#[test]
fn of_an_answer_the_persons_own_words_are_kept() {
    let check = |body: &str, expected: &str| {
        let mail = format!("From: ann@shop.example\nSubject: Re: hello\n\n{body}");
        assert_eq!(words(&mail), expected, "of\n{body}");
    };
    check("Yes, please.\n", "Yes, please.");
    // Gmail and Apple Mail.
    check(
        "Does it come in blue?\r\n\r\nOn Mon, Nov 23, 2026 at 10:00 AM Shop <news@sender.test> wrote:\r\n\r\n> Your first ride\r\n> is on us\r\n",
        "Does it come in blue?",
    );
    check(
        "Graag!\n\nOp ma 23 nov. 2026 om 10:00 schreef Shop\n<news@sender.test>:\n> Je eerste rit\n",
        "Graag!",
    );
    // Thunderbird, with an answer between the lines.
    check(
        "Am 23.11.26 um 10:00 schrieb Shop:\n> Which colour?\nBlue.\n> And which size?\nMedium, as in 2:\n\nthe usual.\n-- \nAnn\n",
        "Blue.\nMedium, as in 2:\n\nthe usual.",
    );
    // Outlook, in English and Dutch.
    check(
        "Thanks!\n\n-----Original Message-----\nFrom: Shop <news@sender.test>\nSent: Monday\n\nYour first ride\n",
        "Thanks!",
    );
    check(
        "Dank!\n\n________________________________\nVan: Shop <news@sender.test>\nVerzonden: maandag\n",
        "Dank!",
    );
    check(
        "Dank!\n\nVan: Shop <news@sender.test>\nVerzonden: maandag\nAan: Ann\nOnderwerp: Je rit\n\nJe eerste rit\n",
        "Dank!",
    );
    // What a person writes may look a little like it.
    check(
        "Where: at home\nWhen: at 5\n\nOrder 20261123:\n\n2 x blue -- or red\n",
        "Where: at home\nWhen: at 5\n\nOrder 20261123:\n\n2 x blue -- or red",
    );
    // Nothing of their own.
    check("> Your first ride\n", "");
    check("One.\n\n\n\n\nTwo.\n", "One.\n\nTwo.");
    let long = "word ".repeat(2_000);
    let kept = words(&format!("From: a@b.example\nSubject: Re: x\n\n{long}"));
    assert!(kept.ends_with('…') && kept.chars().count() <= 4_001, "{}", kept.chars().count());
}

#[test]
fn the_words_of_an_answer_are_found_wherever_mail_programs_put_them() {
    let head = "From: ann@shop.example\nSubject: Re: hello\n";
    let check = |mail: &str, expected: &str| {
        assert_eq!(words(&format!("{head}{mail}")), expected, "of\n{mail}");
    };
    let both = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nCaf=C3=A9?\n\
        --i\nContent-Type: text/html\n\n<p>Other</p>\n--i--\n";
    check(&format!("Content-Type: multipart/alternative; boundary=i\n\n--i\n{both}"), "Café?");
    // With a file, which is text too and stands first.
    check(
        &format!(
            "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\
             Content-Disposition: attachment; filename=a.txt\n\nA list\n--o\n\
             Content-Type: multipart/alternative; boundary=i\n\n--i\n{both}\n--o--\n"
        ),
        "Café?",
    );
    check(
        "Content-Type: text/html\n\n<html><body><div>Is it <b>blue</b>?</div><br><div class=\"gmail_quote\">\
         <div>On Mon Shop wrote:</div><blockquote>Your first ride</blockquote></div></body></html>",
        "Is it blue?",
    );
    check(
        "Content-Type: text/html\n\n<div>Yes</div><div>On 23 Nov 2026 Shop wrote:</div><blockquote>x</blockquote>",
        "Yes",
    );
    // An attached mail is not theirs.
    check("Content-Type: message/rfc822\n\nSubject: other\n\nwords\n", "");
}

#[test]
fn an_answer_says_where_it_wants_to_be_answered_if_that_is_elsewhere() {
    let check = |reply_to: &str, expected: Option<&str>| {
        let mail = format!(
            "From: Ann <ann@shop.example>\nReply-To: {reply_to}\nSubject: Re: =?utf-8?q?Caf=C3=A9?=\n\nYes\n"
        );
        let Incoming::Reply(answer) = read_mail(mail.as_bytes()) else { panic!("no reply") };
        assert_eq!(answer.reply_to.as_deref(), expected);
        assert_eq!(answer.subject, "Re: Café");
    };
    check("desk@shop.example", Some("desk@shop.example"));
    check("<ANN@shop.example>", None);
}

#[test]
fn of_a_programs_answer_nothing_is_kept_but_its_subject() {
    let mail = b"From: ann@shop.example\nSubject: Automatic reply: hello\n\nI am away.\n";
    let Incoming::AutoReply(answer) = read_mail(mail) else { panic!("no answer of a program") };
    assert_eq!((&*answer.subject, &*answer.text), ("Automatic reply: hello", ""));
    assert_eq!(read_mail(mail).event_name(), "Email Auto-Replied");
}

#[test]
fn ordinary_mail_is_something_else() {
    check(b"From: ann@shop.example\nSubject: hello\n\nHow are you?\n", "other", "");
    check(
        b"From: a@lists.example\nList-Id: <x.lists.example>\nSubject: Re: hello\n\nYes.\n",
        "other",
        "",
    );
    check(b"", "other", "");
    check(b"\n\n\n", "other", "");
}

#[test]
fn the_line_ends_of_the_network_make_no_difference() {
    for mail in [
        include_str!("../../../fixtures/mail/postfix-failed.eml"),
        include_str!("../../../fixtures/mail/exim-report.eml"),
        include_str!("../../../fixtures/mail/exim-letter.eml"),
        include_str!("../../../fixtures/mail/qmail.eml"),
        include_str!("../../../fixtures/mail/exchange.eml"),
        include_str!("../../../fixtures/mail/gmail-blocked.eml"),
        include_str!("../../../fixtures/mail/complaint.eml"),
        include_str!("../../../fixtures/mail/vacation.eml"),
        include_str!("../../../fixtures/mail/reply.eml"),
    ] {
        assert_eq!(read_mail(mail.replace('\n', "\r\n").as_bytes()), read_mail(mail.as_bytes()));
    }
}

#[test]
fn each_status_says_about_the_address_what_rfc_3463_means() {
    let check = |text: &str, expected: &str| {
        let class = Status::find(text).and_then(Status::bounce_class);
        assert_eq!(
            class.map_or("-".to_owned(), |it| format!("{it:?}").to_lowercase()),
            expected,
            "for `{text}`"
        );
    };
    for hard in ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"] {
        check(hard, "hard");
    }
    for soft in
        ["4.2.2", "4.1.1", "4.4.7", "4.7.1", "5.2.2", "5.2.3", "5.3.2", "5.4.1", "5.4.4", "5.5.1"]
    {
        check(soft, "soft");
    }
    for blocked in ["5.7.1", "5.7.26", "5.1.8", "5.6.0", "5.3.4"] {
        check(blocked, "blocked");
    }
    for unsaid in ["5.0.0", "5.1.0", "5.1.4", "5.2.0", "5.3.0", "5.9.9", "2.0.0", ""] {
        check(unsaid, "-");
    }
}

#[test]
fn a_status_is_found_in_a_servers_words() {
    let check = |text: &str, expected: &str| {
        let found = Status::find(text).map_or("-".to_owned(), |it| it.to_string());
        assert_eq!(found, expected, "for `{text}`");
    };
    check("550-5.1.1 The email account", "5.1.1");
    check("550 5.7.26  To learn more", "5.7.26");
    check("no mailbox (#5.1.1)", "5.1.1");
    check("5.2.2 (mailbox full).", "5.2.2");
    check("host 5.1.1.1 said: no", "-");
    check("host 192.0.2.5 said 4.4.7.", "4.4.7");
    check("version 3.7.11", "-");
    check("5.1.99999", "-");
}

#[test]
fn doubt_falls_on_the_milder_side() {
    let report = |blocks: &str| {
        format!(
            "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; boundary=x\n\n--x\n\
             Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{blocks}\n--x--\n"
        )
    };
    let check = |blocks: &str, expected: &str| {
        assert_eq!(show(&read_mail(report(blocks).as_bytes())), expected, "for `{blocks}`");
    };
    let ada = "Final-Recipient: rfc822; ada@shop.example\nAction: failed\n";
    // The status of the report and the one in the words contradict each other.
    check(
        &format!("{ada}Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.7.1 go away"),
        "failed blocked 5.1.1 by report: ada@shop.example -",
    );
    check(
        &format!(
            "{ada}Status: 5.1.1\nDiagnostic-Code: smtp; 554 5.1.1 blocked using zen.spamhaus.example"
        ),
        "failed blocked 5.1.1 by report: ada@shop.example -",
    );
    check(
        &format!("{ada}Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.2.1 closed"),
        "failed hard 5.2.1 by report: ada@shop.example -",
    );
    // No status, no words: it failed, and no more is known.
    check(ada, "failed soft - by report: ada@shop.example -");
    check(
        &format!("{ada}Status: 5.0.0\nDiagnostic-Code: smtp; 550 sender address does not exist"),
        "failed blocked 5.0.0 by report: ada@shop.example -",
    );
    // The address stands for several people, one of whom got it.
    check(
        &format!(
            "{ada}Status: 5.1.1\n\nFinal-Recipient: rfc822; b@shop.example\nAction: delivered\nStatus: 2.0.0"
        ),
        "failed soft 5.1.1 by report: ada@shop.example -",
    );
    check(
        &format!(
            "{ada}Status: 5.1.1\n\nFinal-Recipient: rfc822; b@shop.example\nAction: delayed\nStatus: 4.4.1"
        ),
        "delayed soft 4.4.1 by report: b@shop.example -",
    );
    // The address that we wrote to counts, not the one that it was forwarded to.
    check(
        "Original-Recipient: rfc822; ada@shop.example\nFinal-Recipient: rfc822; x9@host.example\nAction: failed\nStatus: 5.1.1",
        "failed hard 5.1.1 by report: ada@shop.example -",
    );
    check("Final-Recipient: rfc822; ada@shop.example\nAction: delivered\nStatus: 2.1.5", "other");
    check(
        "Final-Recipient: rfc822; ada@shop.example\nStatus: 4.4.1",
        "delayed soft 4.4.1 by report: ada@shop.example -",
    );
    check("", "other");
}

#[test]
fn a_report_may_be_encoded_or_cut_off() {
    let text = "Final-Recipient: rfc822; ada@shop.example\nAction: failed\nStatus: 5.1.1\n";
    let encoded = "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGFkYUBzaG9wLmV4YW1wbGUKQWN0aW9uOiBmYWlsZWQK\nU3RhdHVzOiA1LjEuMQo=\n";
    let mail = |head: &str, body: &str, end: &str| {
        format!(
            "Content-Type: multipart/report; boundary=\"a b\"\nIn-Reply-To: <m1.x@s.test>\n\n--a b\n\
             Content-Type: message/delivery-status\n{head}\n{body}{end}"
        )
    };
    let expected = "failed hard 5.1.1 by report: ada@shop.example <m1.x@s.test>";
    check_shown(mail("", text, "--a b--\n").as_bytes(), expected);
    check_shown(mail("", text, "").as_bytes(), expected);
    let base64 = "Content-Transfer-Encoding: base64\n";
    check_shown(mail(base64, encoded, "--a b--\n").as_bytes(), expected);
}

#[test]
fn nested_and_endless_mails_cost_no_more_than_others() {
    // Each level is a mail within a mail; a reader that follows them would run out of stack.
    let nested = "Content-Type: message/rfc822\n\n".repeat(50_000);
    check_shown(nested.as_bytes(), "other");
    let within = format!("Content-Type: multipart/report; boundary=x\n\n--x\n{nested}");
    check_shown(within.as_bytes(), "other");
    let parts =
        format!("Content-Type: multipart/mixed; boundary=x\n\n{}", "--x\n\n".repeat(50_000));
    check_shown(parts.as_bytes(), "other");
    let digest = "Content-Type: multipart/digest; boundary=x\n\n--x\n\n".repeat(20_000);
    check_shown(digest.as_bytes(), "other");
    let recipients =
        "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n".repeat(50_000);
    let report = format!(
        "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n{recipients}"
    );
    check_shown(report.as_bytes(), "failed hard 5.1.1 by report: a@b.example -");
}

#[test]
fn what_was_read_is_plain_data() {
    let read = read_mail(include_bytes!("../../../fixtures/mail/postfix-failed.eml"));
    let text = serde_json::to_string(&read).expect("plain data");
    assert_eq!(serde_json::from_str::<Incoming>(&text).expect("its own text"), read);
}

const FIXTURES: [&[u8]; 5] = [
    include_bytes!("../../../fixtures/mail/postfix-failed.eml"),
    include_bytes!("../../../fixtures/mail/exim-letter.eml"),
    include_bytes!("../../../fixtures/mail/qmail.eml"),
    include_bytes!("../../../fixtures/mail/complaint.eml"),
    include_bytes!("../../../fixtures/mail/vacation.eml"),
];

proptest! {
    #[test]
    fn no_bytes_whatever_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        read_mail(&bytes);
    }

    /// Damage to real mails comes further than noise does.
    #[test]
    fn no_damage_makes_it_panic(
        which in 0usize..5,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        end in any::<prop::sample::Index>(),
    ) {
        let mut mail = FIXTURES[which].to_vec();
        for (at, byte) in edits {
            let at = at.index(mail.len());
            mail[at] = byte;
        }
        mail.truncate(end.index(mail.len() + 1));
        read_mail(&mail);
    }

    #[test]
    fn no_words_in_a_report_make_it_panic(lines in prop::collection::vec(
        "(Final-Recipient|Action|Status|Diagnostic-Code|Message-ID|\\PC{0,5}): ?(rfc822;)?[5.1<>@;\\PC]{0,30}", 0..12
    )) {
        let text = lines.join("\n");
        read_mail(format!(
            "From: MAILER-DAEMON\nSubject: undeliverable\nContent-Type: multipart/report; boundary=x\n\n\
             --x\nContent-Type: message/delivery-status\n\n{text}\n--x--"
        ).as_bytes());
        read_mail(format!("From: MAILER-DAEMON\nSubject: undeliverable\n\n{text}").as_bytes());
    }
}

fn check(raw: &[u8], expected: &str, detail: &str) {
    check_shown(raw, expected);
    let said = match read_mail(raw) {
        Incoming::Bounce(bounce) => bounce.detail,
        Incoming::Complaint(_) | Incoming::AutoReply(_) | Incoming::Reply(_) | Incoming::Other => {
            String::new()
        }
    };
    assert_eq!(said, detail);
}

fn words(mail: &str) -> String {
    match read_mail(mail.as_bytes()) {
        Incoming::Reply(answer) => answer.text,
        other => panic!("no reply: {other:?}"),
    }
}

fn check_shown(raw: &[u8], expected: &str) {
    let start: String = String::from_utf8_lossy(&raw[..raw.len().min(300)]).into_owned();
    assert_eq!(show(&read_mail(raw)), expected, "for a mail that begins\n{start}");
}

fn show(incoming: &Incoming) -> String {
    let text = |it: &Option<String>| it.clone().unwrap_or_else(|| "-".to_owned());
    let answer = |it: &Answer| format!("{} {}", text(&it.from), text(&it.in_reply_to));
    match incoming {
        Incoming::Bounce(it) => {
            assert_eq!(it.hard(), it.class == BounceClass::Hard);
            format!("{:?} {:?} {} by {:?}:", it.action, it.class, text(&it.status), it.evidence)
                .to_lowercase()
                + &format!(" {} {}", text(&it.recipient), text(&it.original_message_id))
        }
        Incoming::Complaint(it) => format!(
            "complaint {:?}: {} {}",
            it.feedback,
            text(&it.recipient),
            text(&it.original_message_id)
        ),
        Incoming::AutoReply(it) => format!("auto reply: {}", answer(it)),
        Incoming::Reply(it) => format!("reply: {}", answer(it)),
        Incoming::Other => "other".to_owned(),
    }
}
