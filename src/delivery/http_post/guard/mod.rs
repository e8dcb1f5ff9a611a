//! Permitted destinations: public Internet addresses, and networks that the settings list.
//!
//! The check runs between name resolution and the connection, and the connection goes to the address that was checked. A later change of
//! the DNS record therefore has no effect.
//!
//! A URL in the settings may point inwards by mistake, or because its name is controlled by another party. Without this check a webhook
//! could post to services of this machine or its network, such as the metadata service of a cloud.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use atalaia_core::base::fault::Fault;

/// The system's resolver, or a test's.
type LookUp = fn(&str) -> Resolving;

/// Parses a network of the settings, or a single address.
pub(super) fn network(text: &str) -> Result<IpNet, Fault> {
    let fault = |_| Fault::new("", format!("{text:?} is not a network")).advise("write 10.0.0.0/8 or fd00::/8");
    match text.parse::<IpAddr>() {
        Ok(address) => Ok(IpNet::from(address)),
        Err(_) => text.parse::<IpNet>().map_err(fault),
    }
}

/// Decides which addresses one receiver's name may resolve to.
#[derive(Clone)]
pub(super) struct Guard {
    /// Whether only listed networks are allowed, because the connection is not encrypted.
    named_only: bool,
    /// Networks from `allow`, which may be reached whatever they are.
    allow: Arc<[IpNet]>,
    /// Replaced only in tests.
    look_up: LookUp,
}

impl Guard {
    /// A guard with the resolver of the system.
    pub(super) fn new(named_only: bool, allow: Vec<IpNet>) -> Guard {
        Guard { named_only, allow: allow.into(), look_up }
    }

    /// The same guard with another resolver.
    #[cfg(test)]
    pub(super) fn resolving(mut self, look_up: LookUp) -> Guard {
        self.look_up = look_up;
        self
    }

    /// Checks an address written in the URL. Names are checked later, when they are resolved.
    pub(super) fn host(&self, url: &Url) -> Result<(), Fault> {
        // The URL parser has normalised every notation of an IPv4 address.
        let host = url.host_str().unwrap_or_default();
        match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            Ok(address) => self.address(address),
            Err(_) => Ok(()),
        }
    }

    /// The error says why the address is not allowed.
    fn address(&self, address: IpAddr) -> Result<(), Fault> {
        let meant = meant(address);
        // Both notations, so a network may be listed as IPv4 or as the IPv6 addresses that embed it.
        let is_named = self.allow.iter().any(|network| network.contains(&meant) || network.contains(&address));
        match (is_named, kind(meant)) {
            (true, _) => Ok(()),
            (false, Some(kind)) => {
                let fault = Fault::new("", format!("{address} is {kind}"));
                Err(fault.advise("name its network in allow if that is meant"))
            }
            (false, None) if self.named_only => {
                let fault = Fault::new("", format!("{address} would receive it unencrypted"));
                Err(fault.advise("write https://, or name its network in allow"))
            }
            (false, None) => Ok(()),
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("named_only", &self.named_only).field("allow", &self.allow).finish()
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let mut why = format!("{}: no address", name.as_str());
            let mut allowed = Vec::new();
            for found in (guard.look_up)(name.as_str()).await? {
                match guard.address(found.ip()) {
                    Ok(()) => allowed.push(found),
                    Err(fault) => why = fault.to_string(),
                }
            }
            // One forbidden address among several is left out and does not fail the rest.
            match allowed.is_empty() {
                true => Err(why.into()),
                false => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

/// Addresses of a name, from the resolver of the system. The port is filled in by the client.
fn look_up(name: &str) -> Resolving {
    let name = name.to_owned();
    Box::pin(async move {
        let found: Vec<SocketAddr> = tokio::net::lookup_host((name, 0)).await?.collect();
        Ok(Box::new(found.into_iter()) as Addrs)
    })
}

/// The IPv4 address embedded in an IPv6 address, else the address itself.
/// Embedded addresses would otherwise bypass the check of IPv4.
fn meant(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    let segments = six.segments();
    let from = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // IPv4-mapped, translated (RFC 2765) and compatible addresses. `::1` and `::` stay unchanged.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => from(high, low),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => from(high, low),
        // NAT64 and 6to4.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => from(high, low),
        _ => address,
    }
}

/// Kind of an address outside the public Internet; `None` if it is public.
fn kind(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(four) => kind_of_four(four),
        IpAddr::V6(six) => kind_of_six(six),
    }
}

/// From the IANA special-purpose address registry (RFC 6890 and its updates).
fn kind_of_four(address: Ipv4Addr) -> Option<&'static str> {
    let within = |a, b, c, bits| Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), bits).contains(&address);
    match () {
        () if address.is_loopback() => Some("this machine"),
        () if within(0, 0, 0, 8) => Some("not an address"),
        () if address.is_private() => Some("a private address"),
        // 169.254.169.254 gives out the credentials of a virtual machine.
        () if address.is_link_local() => Some("a link-local address, where cloud metadata services are"),
        () if within(100, 64, 0, 10) => Some("a carrier's address (RFC 6598)"),
        () if address.is_multicast() => Some("a multicast address"),
        () if address.is_documentation() || within(192, 88, 99, 24) => Some("not in use"),
        () if within(192, 0, 0, 24) || within(198, 18, 0, 15) || within(240, 0, 0, 4) => Some("reserved"),
        () => None,
    }
}

/// From the IANA special-purpose address registry, and everything outside global unicast.
fn kind_of_six(address: Ipv6Addr) -> Option<&'static str> {
    let within = |first: [u16; 2], bits| {
        Ipv6Net::new_assert(Ipv6Addr::new(first[0], first[1], 0, 0, 0, 0, 0, 0), bits).contains(&address)
    };
    match () {
        () if address.is_loopback() => Some("this machine"),
        () if address.is_unspecified() => Some("not an address"),
        () if within([0xfc00, 0], 7) => Some("a private address"),
        () if within([0xfe80, 0], 10) => Some("a link-local address"),
        () if within([0xff00, 0], 8) => Some("a multicast address"),
        () if within([0x2001, 0xdb8], 32) || within([0x3fff, 0], 20) => Some("not in use"),
        // Public unicast is 2000::/3. Teredo embeds another address.
        () if !within([0x2000, 0], 3) || within([0x2001, 0], 32) => Some("reserved"),
        () => None,
    }
}

#[cfg(test)]
mod tests;
