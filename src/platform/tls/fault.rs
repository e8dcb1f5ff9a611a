//! Certificate errors of a failed handshake in plain words, with the date. They are the errors that an operator can put right, and the text
//! of the library does not say how.

use std::error::Error;
use std::io;

use rustls::AlertDescription::{
    self, AccessDenied, BadCertificate, CertificateExpired, CertificateRequired, CertificateRevoked,
    CertificateUnknown, UnknownCA, UnsupportedCertificate,
};
use rustls::CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
use rustls::pki_types::UnixTime;

use atalaia_core::base::time::Time;

/// Describes the fault of the server's certificate or of ours, at any depth of the error's causes: client libraries wrap the error of TLS
/// in several of their own. `None` if no certificate is at fault.
pub fn certificate_fault(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return in_words(error);
        }
        // `source` skips the error that an I/O error wraps.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = match held {
            Some(held) => Some(held),
            None => error.source(),
        };
    }
    None
}

/// Describes the certificate fault, or else returns the error's own text.
pub fn describe(error: &(dyn Error + 'static)) -> String {
    certificate_fault(error).unwrap_or_else(|| error.to_string())
}

/// Words for the faults of certificates and for the server's objections; `None` for any other error.
fn in_words(error: &rustls::Error) -> Option<String> {
    match error {
        rustls::Error::InvalidCertificate(ExpiredContext { not_after, .. }) => {
            Some(format!("the server's certificate expired at {}", time(*not_after)))
        }
        rustls::Error::InvalidCertificate(Expired) => Some("the server's certificate has expired".to_owned()),
        rustls::Error::InvalidCertificate(NotValidYetContext { not_before, .. }) => {
            Some(format!("the server's certificate is not valid before {}", time(*not_before)))
        }
        rustls::Error::InvalidCertificate(NotValidYet) => Some("the server's certificate is not valid yet".to_owned()),
        rustls::Error::AlertReceived(alert) => refusal(*alert).map(str::to_owned),
        _ => None,
    }
}

/// Describes the server's objection to our certificate, or to its absence.
fn refusal(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        CertificateExpired => "the server refuses our certificate as expired",
        CertificateRevoked => "the server refuses our certificate as revoked",
        // The remedy differs from that of the others: our authority has to be installed at the server.
        UnknownCA => "the server refuses our certificate: it does not trust the authority that issued it",
        CertificateRequired => "the server asks for a certificate of ours; write tls.certificate and tls.key",
        BadCertificate | UnsupportedCertificate | CertificateUnknown | AccessDenied => {
            "the server refuses our certificate"
        }
        _ => return None,
    })
}

/// As our own time, which prints in UTC.
fn time(at: UnixTime) -> Time {
    Time::from_seconds(i64::try_from(at.as_secs()).unwrap_or(i64::MAX / 1000))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(seconds))
    }

    #[test]
    fn the_date_is_reported_at_any_depth_of_causes() {
        let expired =
            || rustls::Error::InvalidCertificate(ExpiredContext { time: at(1), not_after: at(1_800_000_000) });
        let told = Some("the server's certificate expired at 2027-01-15T08:00:00Z".to_owned());
        assert_eq!(certificate_fault(&expired()), told);
        assert_eq!(certificate_fault(&io::Error::other(io::Error::other(expired()))), told);
        let early =
            rustls::Error::InvalidCertificate(NotValidYetContext { time: at(1), not_before: at(1_800_000_000) });
        let told = "the server's certificate is not valid before 2027-01-15T08:00:00Z";
        assert_eq!(certificate_fault(&early).as_deref(), Some(told));
    }

    #[test]
    fn what_is_not_about_a_certificate_is_left_as_it_is() {
        assert_eq!(certificate_fault(&io::Error::from(io::ErrorKind::ConnectionReset)), None);
        assert_eq!(certificate_fault(&rustls::Error::AlertReceived(AlertDescription::InternalError)), None);
        assert_eq!(describe(&io::Error::other("broken")), "broken");
        let refused = rustls::Error::AlertReceived(AlertDescription::CertificateExpired);
        assert_eq!(describe(&refused), "the server refuses our certificate as expired");
    }
}
