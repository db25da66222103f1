//! What the errors of the library below mean for a request.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use ureq::{Error, Timeout};

use super::super::request::Method;
use super::super::response::Loss;

/// How the answer to a request was lost.
///
/// [`Loss::Unreachable`] and [`Loss::Untrusted`] say that nothing was sent. For a request that writes that has to be certain, and so
/// there a network that is gone, which may go in the middle as well, counts as a broken connection.
pub(super) fn loss(error: &Error, method: Method) -> Loss {
    match error {
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => Loss::Unreachable,
        Error::Timeout(_) => Loss::TimedOut,
        Error::HostNotFound | Error::ConnectionFailed | Error::ConnectProxyFailed(_) | Error::InvalidProxyUrl => {
            Loss::Unreachable
        }
        Error::BodyExceedsLimit(_) | Error::LargeResponseHeader(..) => Loss::TooLarge,
        Error::Rustls(error) => of_tls(error),
        Error::Tls(_) | Error::Pem(_) => Loss::Untrusted,
        Error::Io(error) => of_system(error, method),
        _ => Loss::Broken,
    }
}

fn of_system(error: &io::Error, method: Method) -> Loss {
    // What goes wrong in a handshake is wrapped.
    if let Some(error) = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>()) {
        return of_tls(error);
    }
    match error.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::AddrNotAvailable => Loss::Unreachable,
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable if !method.writes() => Loss::Unreachable,
        ErrorKind::TimedOut => Loss::TimedOut,
        _ if is_of_names(error) => Loss::Unreachable,
        _ => Loss::Broken,
    }
}

fn of_tls(error: &rustls::Error) -> Loss {
    match error {
        // The last one is what a machine without any authority gives.
        rustls::Error::InvalidCertificate(_)
        | rustls::Error::NoCertificatesPresented
        | rustls::Error::UnsupportedNameType
        | rustls::Error::General(_) => Loss::Untrusted,
        _ => Loss::Broken,
    }
}

/// Whether it is the look-up of a name that failed: the standard library has no stable kind for it, only words, and on Windows a
/// number.
fn is_of_names(error: &io::Error) -> bool {
    match error.raw_os_error() {
        Some(code) => cfg!(windows) && (11001..=11004).contains(&code),
        None => {
            error.source().map_or_else(|| error.to_string(), ToString::to_string).starts_with(LOOKUP)
                || error.to_string().starts_with(LOOKUP)
        }
    }
}

const LOOKUP: &str = "failed to lookup address";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_say_whether_anything_was_sent() {
        let system = |kind: ErrorKind| Error::Io(io::Error::from(kind));
        let wrapped = |error: rustls::Error| Error::Io(io::Error::new(ErrorKind::InvalidData, error));
        let expired = || rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        for (error, get, post) in [
            (system(ErrorKind::ConnectionRefused), Loss::Unreachable, Loss::Unreachable),
            (system(ErrorKind::HostUnreachable), Loss::Unreachable, Loss::Broken),
            (system(ErrorKind::ConnectionReset), Loss::Broken, Loss::Broken),
            (system(ErrorKind::UnexpectedEof), Loss::Broken, Loss::Broken),
            (Error::HostNotFound, Loss::Unreachable, Loss::Unreachable),
            (Error::Timeout(Timeout::Connect), Loss::Unreachable, Loss::Unreachable),
            (Error::Timeout(Timeout::RecvResponse), Loss::TimedOut, Loss::TimedOut),
            (Error::Timeout(Timeout::Global), Loss::TimedOut, Loss::TimedOut),
            (Error::BodyExceedsLimit(9), Loss::TooLarge, Loss::TooLarge),
            (wrapped(expired()), Loss::Untrusted, Loss::Untrusted),
            (Error::Rustls(expired()), Loss::Untrusted, Loss::Untrusted),
            (wrapped(rustls::Error::DecryptError), Loss::Broken, Loss::Broken),
        ] {
            assert_eq!((loss(&error, Method::Get), loss(&error, Method::Post)), (get, post), "{error:?}");
        }
    }
}
