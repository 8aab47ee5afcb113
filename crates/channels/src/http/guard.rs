//! Which addresses may be called: those of the public internet and no others.
//!
//! Whoever may write a programme may name any url, and this machine often stands where inner systems
//! listen without a password: databases, consoles, the cloud's metadata. So nothing is called that the
//! registries of IANA (RFC 6890 and its successors) do not list as globally reachable, in whatever
//! form the address is written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Blocks of IPv4 that are not of the public internet: address and length of the prefix.
const INNER_V4: [([u8; 4], u32); 17] = [
    ([0, 0, 0, 0], 8),       // this network
    ([10, 0, 0, 0], 8),      // private
    ([100, 64, 0, 0], 10),   // shared by carriers
    ([127, 0, 0, 0], 8),     // loopback
    ([169, 254, 0, 0], 16),  // link-local, with the metadata of clouds
    ([172, 16, 0, 0], 12),   // private
    ([192, 0, 0, 0], 24),    // protocols
    ([192, 0, 2, 0], 24),    // documentation
    ([192, 31, 196, 0], 24), // AS112
    ([192, 52, 193, 0], 24), // AMT
    ([192, 88, 99, 0], 24),  // relays of 6to4, withdrawn
    ([192, 168, 0, 0], 16),  // private
    ([192, 175, 48, 0], 24), // AS112
    ([198, 18, 0, 0], 15),   // benchmarks
    ([198, 51, 100, 0], 24), // documentation
    ([203, 0, 113, 0], 24),  // documentation
    ([224, 0, 0, 0], 3),     // multicast, reserved, broadcast
];

/// Blocks within 2000::/3, the only one that is given to the public internet, that are not.
const INNER_V6: [([u16; 3], u32); 4] = [
    ([0x2001, 0, 0], 23),         // protocols, Teredo, benchmarks, ORCHID
    ([0x2001, 0xdb8, 0], 32),     // documentation
    ([0x2620, 0x4f, 0x8000], 48), // AS112
    ([0x3fff, 0, 0], 20),         // documentation
];

/// Whether this address is one of the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => is_public_v4(it),
        IpAddr::V6(it) => is_public_v6(it),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let within = |(block, bits): &([u8; 4], u32)| {
        let shift = 32 - bits;
        address.to_bits() >> shift == Ipv4Addr::from(*block).to_bits() >> shift
    };
    !INNER_V4.iter().any(within)
}

/// Addresses that carry one of IPv4 lead to that one, and are judged by it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match [a, b, c, d, e, f] {
        // Translated by NAT64 (RFC 6052).
        [0x64, 0xff9b, 0, 0, 0, 0] => return is_public_v4(v4(g, h)),
        // 6to4 (RFC 3056).
        [0x2002, ..] => return is_public_v4(v4(b, c)),
        _ => {}
    }
    let within = |(block, bits): &([u16; 3], u32)| {
        let [x, y, z] = *block;
        let block = Ipv6Addr::new(x, y, z, 0, 0, 0, 0, 0).to_bits();
        let shift = 128 - bits;
        address.to_bits() >> shift == block >> shift
    };
    a >> 13 == 0x2000 >> 13 && !INNER_V6.iter().any(within)
}
