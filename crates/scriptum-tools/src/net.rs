//! Where network tools may connect to. By default that is every public address over https; the
//! operator allows and denies names and address ranges.
//!
//! A name is judged together with the addresses that it resolves to, at the moment of connecting, so
//! that a name cannot be public when it is checked and private when it is used.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use ipnet::IpNet;

/// Where network tools may connect to. Deny wins over allow, allow over the built-in list of addresses
/// that are not public.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetPolicy {
    /// Allowed although not public. What a rule allows may also be reached over plain http and on any
    /// port.
    pub allow: Vec<NetRule>,
    /// Never connected to.
    pub deny: Vec<NetRule>,
    /// True: public addresses may be reached over plain http.
    pub allow_http: bool,
}

/// A name or a range of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetRule {
    /// This name.
    Name(String),
    /// Every name below this one, for `*.example.com`.
    NamesBelow(String),
    /// These addresses.
    Addresses(IpNet),
}

/// The text is neither a name nor a range of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidNetRule(String);

impl fmt::Display for InvalidNetRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is neither a name (example.com, *.example.com) nor an address or range \
             (127.0.0.1, 10.0.0.0/8)",
            self.0
        )
    }
}

impl std::error::Error for InvalidNetRule {}

impl FromStr for NetRule {
    type Err = InvalidNetRule;

    /// Reads `10.0.0.0/8`, `::1`, `example.com` or `*.example.com`.
    fn from_str(text: &str) -> Result<NetRule, InvalidNetRule> {
        if let Ok(net) = text.parse::<IpNet>() {
            return Ok(NetRule::Addresses(net.trunc()));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(NetRule::Addresses(address.into()));
        }
        let (name, below) = match text.strip_prefix("*.") {
            Some(name) => (name, true),
            None => (text, false),
        };
        if !is_name(name) {
            return Err(InvalidNetRule(text.to_owned()));
        }
        let name = name.to_ascii_lowercase();
        Ok(if below {
            NetRule::NamesBelow(name)
        } else {
            NetRule::Name(name)
        })
    }
}

/// Labels of letters, digits and hyphens. A name whose last label is a number would be read as an
/// address.
fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    let last_is_number = name
        .rsplit('.')
        .next()
        .is_some_and(|label| label.chars().all(|c| c.is_ascii_digit()));
    name.split('.').all(is_label) && !last_is_number
}

impl NetRule {
    fn has_name(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        match self {
            NetRule::Name(allowed) => name == *allowed,
            NetRule::NamesBelow(above) => name
                .strip_suffix(above)
                .is_some_and(|rest| rest.ends_with('.')),
            NetRule::Addresses(_) => false,
        }
    }

    fn has_address(&self, address: IpAddr) -> bool {
        match self {
            NetRule::Addresses(net) => net.contains(&address),
            NetRule::Name(_) | NetRule::NamesBelow(_) => false,
        }
    }
}

/// What a policy says about a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A rule of the operator allows it.
    Allowed,
    /// Nothing speaks against it.
    Public,
    /// It must not be reached; the text says why.
    Refused(String),
}

impl NetPolicy {
    /// Judges a name before it is resolved. Its addresses are judged by
    /// [`resolved`](Self::resolved).
    pub(crate) fn name(&self, name: &str) -> Verdict {
        if self.deny.iter().any(|rule| rule.has_name(name)) {
            Verdict::Refused(format!("the operator denies {name}"))
        } else if self.allow.iter().any(|rule| rule.has_name(name)) {
            Verdict::Allowed
        } else {
            Verdict::Public
        }
    }

    /// Judges an address.
    pub(crate) fn address(&self, address: IpAddr) -> Verdict {
        let address = address.to_canonical();
        if self.deny.iter().any(|rule| rule.has_address(address)) {
            return Verdict::Refused(format!("the operator denies {address}"));
        }
        if self.allow.iter().any(|rule| rule.has_address(address)) {
            return Verdict::Allowed;
        }
        match why_not_public(address) {
            Some(why) => Verdict::Refused(format!("{address} is {why}")),
            None => Verdict::Public,
        }
    }

    /// Judges an address that a name resolved to.
    pub(crate) fn resolved(&self, name: &str, address: IpAddr) -> Verdict {
        match (self.name(name), self.address(address)) {
            (Verdict::Refused(why), _) => Verdict::Refused(why),
            // The operator who allows a name trusts what it resolves to, but for what is denied.
            (Verdict::Allowed, Verdict::Refused(_))
                if !self.deny.iter().any(|rule| rule.has_address(address)) =>
            {
                Verdict::Allowed
            }
            (Verdict::Allowed | Verdict::Public, verdict) => verdict,
        }
    }
}

/// Why an address is not one of the public internet; `None` when it is.
fn why_not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => why_not_public_v4(address),
        IpAddr::V6(address) => why_not_public_v6(address),
    }
}

fn why_not_public_v4(address: Ipv4Addr) -> Option<&'static str> {
    let why = match address.octets() {
        [0, ..] => "no address of a host",
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => "a private address",
        [100, 64..=127, ..] => "an address shared by a provider",
        [127, ..] => "a loopback address",
        [169, 254, ..] => "a link-local address",
        [192, 0, 0, _] | [192, 88, 99, _] | [198, 18 | 19, ..] | [240..=255, ..] => {
            "a reserved address"
        }
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => "an address for documentation",
        [224..=239, ..] => "a multicast address",
        _ => return None,
    };
    Some(why)
}

/// Only `2000::/3` is given out to hosts of the internet; in it, and in the prefix for translation, IPv4
/// addresses can hide.
fn why_not_public_v6(address: Ipv6Addr) -> Option<&'static str> {
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        why_not_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => embedded(high, low),
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("no address of a host"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("a loopback address"),
        [0xfc00..=0xfdff, ..] => Some("a private address"),
        [0xfe80..=0xfebf, ..] => Some("a link-local address"),
        [0xff00..=0xffff, ..] => Some("a multicast address"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some("an address for documentation"),
        [0x2001, 0..=0x1ff, ..] => Some("a reserved address"),
        [0x2000..=0x3fff, ..] => None,
        _ => Some("a reserved address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_pass_without_a_rule() {
        let policy = NetPolicy::default();
        for public in [
            "1.1.1.1",
            "100.63.255.255",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.0.1",
            "2606:4700::1",
            "64:ff9b::101:101",
            "2002:101:101::1",
            "::ffff:1.1.1.1",
        ] {
            assert_eq!(
                policy.address(public.parse().unwrap()),
                Verdict::Public,
                "{public}"
            );
        }
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            let verdict = policy.address(private.parse().unwrap());
            assert!(matches!(verdict, Verdict::Refused(_)), "{private}");
        }
    }

    #[test]
    fn deny_wins_over_allow_and_allow_over_the_list() {
        let rules = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let policy = NetPolicy {
            allow: rules(&["10.0.0.0/8", "localhost", "*.intern.example", "::1"]),
            deny: rules(&["10.9.0.0/16", "1.1.1.1", "bad.intern.example"]),
            allow_http: false,
        };
        let private: IpAddr = "192.168.0.1".parse().unwrap();
        let denied: IpAddr = "10.9.0.1".parse().unwrap();
        for (verdict, expected) in [
            (policy.address("10.1.0.1".parse().unwrap()), "allowed"),
            (
                policy.address("::ffff:10.1.0.1".parse().unwrap()),
                "allowed",
            ),
            (policy.address("::1".parse().unwrap()), "allowed"),
            (policy.address(denied), "refused"),
            (policy.address("1.1.1.1".parse().unwrap()), "refused"),
            (policy.name("LOCALHOST."), "allowed"),
            (policy.name("a.intern.example"), "allowed"),
            (policy.name("intern.example"), "public"),
            (policy.name("xintern.example"), "public"),
            (policy.name("bad.intern.example"), "refused"),
            (policy.resolved("localhost", private), "allowed"),
            (policy.resolved("localhost", denied), "refused"),
            (policy.resolved("example.com", private), "refused"),
            (
                policy.resolved("bad.intern.example", "8.8.8.8".parse().unwrap()),
                "refused",
            ),
        ] {
            let word = match &verdict {
                Verdict::Allowed => "allowed",
                Verdict::Public => "public",
                Verdict::Refused(_) => "refused",
            };
            assert_eq!(word, expected, "{verdict:?}");
        }
    }

    #[test]
    fn rules_that_mean_nothing_are_errors() {
        for text in [
            "",
            "*",
            "a..b",
            "10.0.0.0/99",
            "1.2.3",
            "a b",
            "http://x",
            "x:80",
            "*.*.x",
        ] {
            assert!(text.parse::<NetRule>().is_err(), "{text}");
        }
    }
}
