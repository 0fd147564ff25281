//! Which addresses requests may go to: decided from values alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far requests may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The public internet.
    Public,
    /// The machine itself as well: for tests and demonstrations.
    AlsoLoopback,
}

impl Reach {
    /// Whether this address may be dialled.
    pub fn allows(self, address: IpAddr) -> bool {
        is_public(address) || (self == Self::AlsoLoopback && address.to_canonical().is_loopback())
    }
}

/// Whether an address is one of the public internet: not loopback, private, link-local (cloud metadata is there),
/// shared, reserved, documentation, multicast or unspecified, nor an IPv6 form of one of these.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_unspecified()
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        // Shared between a provider and its customers (RFC 6598).
        || (a == 100 && (64..128).contains(&b))
        // Protocol assignments (RFC 6890) and benchmarks (RFC 2544).
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        // Reserved (RFC 1112).
        || 240 <= a;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, third, fourth, fifth, sixth, ..] = address.segments();
    let inner_v4 = |bits: u128| is_public_v4(Ipv4Addr::from_bits(u32::try_from(bits & 0xffff_ffff).unwrap_or(0)));
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    match (first, second) {
        // Translated (64:ff9b::/96, RFC 6052) and 6to4 (RFC 3056) addresses carry an IPv4 address. Translators of one's own
        // (64:ff9b:1::/48, RFC 8215) lead into one's own network.
        (0x64, 0xff9b) => [third, fourth, fifth, sixth] == [0; 4] && inner_v4(address.to_bits()),
        (0x2002, _) => inner_v4(address.to_bits() >> 80),
        // Teredo, ORCHID, documentation.
        (0x2001, 0..=0x1ff | 0xdb8) => false,
        // What is left of global unicast (2000::/3).
        _ => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_tests_the_machine_itself_is_in_reach_and_nothing_else_of_the_network() {
        for (address, allowed) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("20.190.128.1", true),
            ("169.254.169.254", false),
            ("::ffff:169.254.169.254", false),
            ("10.0.0.1", false),
            ("0.0.0.0", false),
        ] {
            assert_eq!(
                Reach::AlsoLoopback.allows(address.parse().unwrap()),
                allowed,
                "{address}"
            );
        }
    }

    #[test]
    fn addresses_inside_the_network_are_told_from_public_ones() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b:1::d6b:698",
            "64:ff9b:1:a00:1::d6b:698",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "::127.0.0.1",
            "100::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for public in [
            "20.190.128.1",
            "13.107.6.152",
            "2603:1026::1",
            "64:ff9b::d6b:698",
            "2002:d6b:698::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
