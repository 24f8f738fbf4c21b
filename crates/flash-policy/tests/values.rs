//! Values that are parsed, converted and displayed: ports, hosts, domains, movies.

#![cfg(test)]

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::num::NonZeroU16;

use flash_policy::origin::{HostError, HostName};
use flash_policy::ports::{PortError, PortRangeError};
use flash_policy::{
    DomainPattern, Host, Movie, Origin, PlayerVersion, Port, PortRange, PortSet, Scheme,
    SiteControl,
};

#[test]
fn values_are_read_and_written() {
    for (text, port) in [
        ("843", Some(843)),
        ("65535", Some(65_535)),
        ("0", None),
        ("+1", None),
        (" 1", None),
        ("", None),
    ] {
        assert_eq!(text.parse::<Port>().ok().map(u16::from), port, "{text}");
    }
    assert_eq!(
        Port::try_from(0_u16),
        Err(PortError::OutOfRange { number: 0 })
    );
    let port = Port::try_from(843).unwrap();
    assert_eq!(Port::from(NonZeroU16::new(843).unwrap()), port);
    assert_eq!(NonZeroU16::from(port).get(), 843);
    assert_eq!(PortSet::from(port).to_string(), "843");
    assert_eq!(PortSet::from([port, Port::HTTP]).to_string(), "843,80");
    let none: PortSet = core::iter::empty::<Port>().collect();
    assert!(none.is_empty());
    let ranges: PortSet = [
        port.into(),
        PortRange::new(port, Port::new(900).unwrap()).unwrap(),
    ]
    .into_iter()
    .collect();
    assert_eq!(ranges.to_string(), "843,843-900");
    for value in [SiteControl::All, SiteControl::MasterOnly, SiteControl::None] {
        assert_eq!(value.to_string().parse(), Ok(value));
    }
    assert!("by-content-type".parse::<SiteControl>().is_err());
    assert_eq!("HTTPS".parse(), Ok(Scheme::Https));
    assert!("ftp".parse::<Scheme>().is_err());
}

#[test]
fn errors_of_ports_say_what_is_wrong_with_the_port() {
    for (text, error, message) in [
        (
            "",
            PortError::Empty,
            "expected a port from 1 to 65535, found nothing",
        ),
        (
            "80,81",
            PortError::NotANumber,
            "expected a port from 1 to 65535, in digits only",
        ),
        (
            "+80",
            PortError::NotANumber,
            "expected a port from 1 to 65535, in digits only",
        ),
        (
            "0",
            PortError::OutOfRange { number: 0 },
            "expected a port from 1 to 65535, found 0",
        ),
        (
            "99999999999",
            PortError::TooLarge,
            "expected a port from 1 to 65535, found a larger number",
        ),
    ] {
        assert_eq!(text.parse::<Port>(), Err(error), "{text}");
        assert_eq!(error.to_string(), message);
        assert_eq!(
            text.parse::<PortRange>(),
            Err(PortRangeError::Port(error)),
            "{text}"
        );
    }
    let range: PortRange = "9400-9410".parse().unwrap();
    assert_eq!(range.to_string().parse(), Ok(range));
    assert_eq!("843".parse(), Ok(PortRange::from(Port::MASTER)));
    for (text, error) in [
        ("9410-9400", PortRangeError::Reversed),
        ("9400-", PortRangeError::Port(PortError::Empty)),
        ("9400 - 9410", PortRangeError::Port(PortError::NotANumber)),
        ("1-2-3", PortRangeError::Port(PortError::NotANumber)),
    ] {
        assert_eq!(text.parse::<PortRange>(), Err(error), "{text}");
    }
}

/// A rule for a name matches movies from that name, whatever case the program uses.
#[test]
fn hosts_are_in_lower_case() {
    let name: HostName = "WWW.Example.com.".parse().unwrap();
    assert_eq!(name.as_str(), "www.example.com");
    assert!(name == *"www.example.com" && name.as_ref() == "www.example.com");
    let origin = Origin {
        scheme: Scheme::Http,
        host: name.clone().into(),
        port: None,
    };
    let pattern = DomainPattern::from(Host::from(name));
    assert!(pattern.matches(&origin));
    assert_eq!(pattern, "www.Example.com".parse().unwrap());
    for (text, error) in [
        ("", HostError::Empty),
        ("a..b", HostError::EmptyLabel),
        ("192.0.2.7", HostError::Address),
        ("a b", HostError::Character { at: 1, found: ' ' }),
    ] {
        assert_eq!(text.parse::<HostName>(), Err(error), "{text}");
    }
}

#[test]
fn addresses_are_hosts_and_domains() {
    let (v4, v6) = (Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST);
    assert_eq!("127.0.0.1".parse(), Ok(Host::from(v4)));
    assert_eq!("[::1]".parse(), Ok(Host::from(v6)));
    assert_eq!(Host::from(IpAddr::from(v6)), Host::from(v6));
    for address in [IpAddr::from(v4), v6.into()] {
        let pattern = DomainPattern::from(address);
        assert_eq!(pattern.to_string().parse(), Ok(pattern.clone()));
        let host = Host::from(address);
        let origin = Origin {
            scheme: Scheme::Https,
            host,
            port: None,
        };
        assert!(pattern.matches(&origin));
        assert_eq!(Movie::from(origin.clone()), Movie::Remote(origin));
    }
}

#[test]
fn movies_from_their_own_urls() {
    let origin: Origin = "http://www.example.com".parse().unwrap();
    assert_eq!(
        "HTTP://www.example.com/game.swf".parse(),
        Ok(Movie::Remote(origin))
    );
    assert_eq!("File:///home/a/game.swf".parse(), Ok(Movie::Hostless));
    assert!("ftp://www.example.com/game.swf".parse::<Movie>().is_err());
    assert!("game.swf".parse::<Movie>().is_err());
}

#[test]
fn versions_that_never_existed() {
    for (major, minor, build) in [
        (0, 0, 0),
        (33, 0, 0),
        (99, 0, 0),
        (10, 4, 0),
        (12, 1, 0),
        (32, 0, 1),
        (9, 0, 1000),
        (9, u16::MAX, u16::MAX),
    ] {
        let version = PlayerVersion::new(major, minor, build);
        assert!(version.is_err(), "{version:?}");
        let text = format!("{major}.{minor}.{build}");
        assert_eq!(text.parse::<PlayerVersion>(), version, "{text}");
    }
    for (major, minor, build) in [
        (5, 0, 42),
        (9, 0, 124),
        (10, 3, 183),
        (11, 9, 900),
        (32, 0, 0),
    ] {
        let version = PlayerVersion::new(major, minor, build).unwrap();
        assert_eq!(version.to_string().parse(), Ok(version));
    }
}
