//! What the installations of these tests run.

use std::collections::BTreeMap;

/// Two journeys that write at once, one broadcast, one panel.
pub fn programme() -> BTreeMap<String, String> {
    let files = [
        (
            "brand.yaml",
            "name: Two Wheels\npostal_address: Canal Street 12\nbase_url: http://shop.test\nfrom_name: Two Wheels\nfrom_address: hello@shop.test\n",
        ),
        (
            "policy.yaml",
            "caps:\n  - {channels: any, at_most: 4, per: 7d}\n  - {channels: [push], at_most: 1, per: 1d}\nwindow: 10m\nconsent: [email, push]\npanel: {share: 50%, design: leverage, channels: [email, push], window: 28d}\n",
        ),
        ("topics.yaml", "- topic: rides\n  description: Rides and routes\n- topic: offers\n"),
        ("outcomes.yaml", "- outcome: orders\n  event: Order Completed\n"),
        ("audiences/buyers.yaml", "audience: buyers\nwhen: did(\"Order Completed\", last 365d)\n"),
        (
            "journeys/thanks.yaml",
            "journey: thanks\nowner: crm@shop.test\ntrigger: {event: \"Order Completed\"}\nreentry: always\nsteps:\n  - message: {content: receipt, channels: [email], expires: 1d, value: 1.0, class: service}\n",
        ),
        (
            "journeys/hello.yaml",
            "journey: hello\nowner: crm@shop.test\ntrigger: {event: \"Signed Up\"}\nsteps:\n  - message: {content: story, channels: [email], expires: 1d, value: 1.0, class: service}\n",
        ),
        (
            "broadcasts/spring.yaml",
            "broadcast: spring\nowner: crm@shop.test\naudience: buyers\ncontent: story\nchannels: [email]\nexpires: 2d\nvalue: 0.5\n",
        ),
        (
            "content/receipt.md",
            "---\ncontent: receipt\ntopic: rides\nsummary: Thank you\npurpose: transactional\nforms:\n  email: {subject: Your order}\n---\nThank you.\n",
        ),
        (
            "content/story.md",
            "---\ncontent: story\ntopic: offers\nsummary: A story\nforms:\n  email: {subject: A story}\n---\nOnce upon a ride.\n",
        ),
    ];
    files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}
