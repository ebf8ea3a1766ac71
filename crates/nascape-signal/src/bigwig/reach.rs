//! Which machines may be asked for a file: looked at where a name has become the address that is connected to, so that neither a
//! spelling, nor a name that changes between two looks, nor a redirection leads past it.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use serde::{Deserialize, Serialize};
use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

/// Which machines an address may lead to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// The user named the address: wherever it leads. What it redirects to must be public.
    #[default]
    Named,
    /// A file named it (a session): machines on the public internet only, none of this network and not this one.
    Public,
}

/// The machine that an http address names, in lower case, with its port where the address says one. Nothing for what is no such
/// address, and for one that says itself that it is not on the public internet; a name may still turn out to lead elsewhere.
pub fn public_host(url: &str) -> Option<String> {
    let uri = url.parse::<Uri>().ok().filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")))?;
    let host = uri.host()?.to_lowercase();
    let number: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    let here = host.is_empty() || host == "localhost" || host.ends_with(".localhost");
    let public = !here && number.is_none_or(is_public);
    public.then(|| uri.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}")))
}

/// Looks names up and gives nothing that may not be reached.
#[derive(Debug)]
pub(super) struct Reachable {
    usual: DefaultResolver,
    /// The host that may be anywhere.
    named: Option<String>,
}

impl Reachable {
    pub fn new(url: &str, reach: Reach) -> Self {
        let host = url.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_lowercase));
        Self { usual: DefaultResolver::default(), named: host.filter(|_| reach == Reach::Named) }
    }
}

impl Resolver for Reachable {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.usual.resolve(uri, config, timeout)?;
        let host = uri.host().unwrap_or_default().to_lowercase();
        if self.named.as_ref() == Some(&host) {
            return Ok(found);
        }
        match found.iter().find(|address| !is_public(address.ip())) {
            None => Ok(found),
            Some(private) => Err(ureq::Error::Io(io::Error::new(
                io::ErrorKind::PermissionDenied,
                format!(
                    "{host} is {}, which is not on the public internet, and neither a session nor another server may lead there",
                    private.ip()
                ),
            ))),
        }
    }
}

/// True for an address on the public internet; what is set aside for anything else is not.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// After IANA's registry of addresses for special purposes.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., _, _)
            | (100, 64..128, _)
            | (169, 254, _)
            | (172, 16..32, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// Only what is given out (2000::/3), without documentation, benchmarks, and the ways by which IPv6 holds IPv4.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let special = (a == 0x2001 && (b < 0x200 || b == 0xdb8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    a & 0xe000 == 0x2000 && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_machine_that_is_asked() {
        for (url, host) in [
            ("https://data.example.org/a.bw", Some("data.example.org")),
            ("HTTP://Data.Example.org:8080/a.bw", Some("data.example.org:8080")),
            ("https://good.example@evil.example/a.bw", Some("evil.example")),
            ("http://8.8.8.8/a.bw", Some("8.8.8.8")),
            ("http://127.0.0.1/a.bw", None),
            ("http://[::1]:80/a.bw", None),
            ("http://10.0.0.7:8080/a.bw", None),
            ("http://localhost/a.bw", None),
            ("http://x.localhost/a.bw", None),
            ("http:///a.bw", None),
            ("ftp://example.org/a.bw", None),
            ("/data/a.bw", None),
        ] {
            assert_eq!(public_host(url).as_deref(), host, "{url}");
        }
    }

    #[test]
    fn addresses_of_this_machine_and_this_network_are_not_public() {
        for address in [
            "127.0.0.1",
            "127.255.0.9",
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["8.8.8.8", "100.128.0.1", "172.32.0.1", "192.1.0.1", "198.20.0.1", "2606:4700::1", "2a00::1"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
