//! Urls and addresses; and calls to receivers on this machine.

mod calls;

use super::check_url;
use super::form::{escaped, form};
use super::guard::is_public;
use super::url::{bare_host, port};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

#[test]
fn urls_are_taken_apart_or_refused() {
    let check = |url: &str| match check_url(url) {
        Ok(it) => format!("{} {} {}", bare_host(&it), port(&it), it),
        Err(why) => why.to_owned(),
    };
    assert_eq!(check("https://crm.example"), "crm.example 443 https://crm.example/");
    assert_eq!(check("http://crm.example:81/a?b=c"), "crm.example 81 http://crm.example:81/a?b=c");
    assert_eq!(check("https://crm.example/a#d"), "crm.example 443 https://crm.example/a");
    assert_eq!(check("https://[::1]:8443/x"), "::1 8443 https://[::1]:8443/x");
    for url in [
        "ftp://crm.example/",
        "//crm.example/",
        "https://",
        "https:///x",
        "https://ada:secret@crm.example/",
        "https://crm.example@127.0.0.1/",
        "https://crm.example\\@127.0.0.1/",
        "https://crm.example/\\x",
        "https://crm.example/ x",
        "https://crm.example/\r\nHost: x",
        "https://crm.example:99999/",
        "https://crm.example:0/",
        "https://crm.example:x/",
        "https://münchen.example/",
        "https://[::1/",
        "https://[x]/",
        "https://[::1]x/",
        "https://a%2eb/",
    ] {
        assert!(check_url(url).is_err(), "{url}: {}", check(url));
    }
}

/// What Python calls globally reachable and the guard refuses all the same.
fn is_refused_beyond_python(address: IpAddr) -> bool {
    match address {
        // Relays and services of the registries themselves, and protocols with exceptions that no
        // receiver of calls has an address in.
        IpAddr::V4(it) => {
            let [a, b, c, _] = it.octets();
            matches!(
                (a, b, c),
                (192, 0, 0) | (192, 31, 196) | (192, 52, 193) | (192, 88, 99) | (192, 175, 48)
            )
        }
        // Beyond what was ever given out, and addresses that carry an inner one of IPv4.
        IpAddr::V6(it) => {
            let [a, b, ..] = it.segments();
            a >> 13 != 1 || a == 0x2002 || (a == 0x2001 && b < 0x200) || (a == 0x3fff && b < 0x1000)
        }
    }
}

#[test]
fn what_python_calls_inner_is_refused() {
    let table = include_str!("../../../../fixtures/webhooks/addresses.csv");
    let (mut refused, mut called) = (0, 0);
    for line in table.lines().skip(1) {
        let (address, is_global) = line.split_once(',').expect("two columns");
        let address: IpAddr = address.parse().expect("an address");
        match is_global {
            "no" => {
                assert!(!is_public(address), "{address} is not of the public internet");
                refused += 1;
            }
            _ if is_refused_beyond_python(address) => {}
            _ => {
                assert!(is_public(address), "{address} is of the public internet");
                called += 1;
            }
        }
    }
    assert!(100 < refused && 300 < called, "{refused} refused, {called} called");
}

#[test]
fn forms_are_encoded_as_oauth_wants_it() {
    // The examples of RFC 5849, 3.6, and its rule that a space is %20.
    assert_eq!(escaped("Ladies + Gentlemen"), "Ladies%20%2B%20Gentlemen");
    assert_eq!(escaped("An encoded string!"), "An%20encoded%20string%21");
    assert_eq!(escaped("☃-._~"), "%E2%98%83-._~");
    assert_eq!(escaped("a b/é"), "a%20b%2F%C3%A9");
    assert_eq!(form(&[("a", "1&2"), ("b c", "")]), "a=1%262&b%20c=");
}

proptest! {
    /// However an inner address of IPv4 is dressed, it stays one.
    #[test]
    fn an_inner_address_is_refused_in_every_form(bits in any::<u32>(), block in 0..7_usize) {
        let (first, length) = [
            (0x7f00_0000_u32, 8), (0x0a00_0000, 8), (0xac10_0000, 12), (0xc0a8_0000, 16),
            (0xa9fe_0000, 16), (0x6440_0000, 10), (0, 8),
        ][block];
        let inner = Ipv4Addr::from_bits(first | bits & (u32::MAX >> length));
        let [a, b, c, d] = inner.octets().map(u16::from);
        let (high, low) = (a << 8 | b, c << 8 | d);
        let forms = [
            IpAddr::V4(inner),
            IpAddr::V6(inner.to_ipv6_mapped()),
            IpAddr::V6(Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low)),
            IpAddr::V6(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low)),
            IpAddr::V6(Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low)),
            IpAddr::V6(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1)),
            IpAddr::V6(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, !high, !low)),
        ];
        for form in forms {
            prop_assert!(!is_public(form), "{form}");
        }
    }

    #[test]
    fn no_url_is_too_strange(url in "(https?://)?.{0,60}") {
        if let Ok(uri) = check_url(&url) {
            prop_assert!(!bare_host(&uri).is_empty() && uri.path().starts_with('/'));
            prop_assert!(0 < port(&uri));
        }
    }
}
