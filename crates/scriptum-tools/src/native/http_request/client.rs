//! The one client of all requests, which connects only to what the policy lets through: literal
//! addresses are judged when they are named, resolved ones when the connection is made, and both at
//! every redirect.

use std::{
    error::Error,
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use reqwest::{
    Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use rustls::crypto::{CryptoProvider, ring};
use scriptum_engine::{ToolError, ToolErrorKind};

use crate::{
    limits::{HTTP_CONNECT_TIMEOUT, HTTP_REDIRECTS_MAX},
    native::tool::Context,
    net::{NetPolicy, Verdict},
    workspace::refused,
};

/// The client of these tools, made when it is first needed.
pub(super) fn shared(context: &Context) -> Result<&Client, ToolError> {
    if let Some(client) = context.http.get() {
        return Ok(client);
    }
    let made = new(context.net.clone())
        .map_err(|error| ToolError::permanent("INTERNAL_ERROR", chain(&error)))?;
    Ok(context.http.get_or_init(|| made))
}

fn new(policy: NetPolicy) -> reqwest::Result<Client> {
    if CryptoProvider::get_default().is_none() {
        // An error means that somebody else was faster, and any provider will do.
        let _: Result<(), Arc<CryptoProvider>> = ring::default_provider().install_default();
    }
    let policy = Arc::new(policy);
    let of_redirects = Arc::clone(&policy);
    Client::builder()
        .user_agent(concat!("scriptum/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .referer(false)
        .connect_timeout(HTTP_CONNECT_TIMEOUT)
        .dns_resolver(PolicyResolver(policy))
        .redirect(redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > HTTP_REDIRECTS_MAX {
                return attempt.error(TooManyRedirects);
            }
            match check_target(&of_redirects, attempt.url()) {
                Ok(()) => attempt.follow(),
                Err(refusal) => attempt.error(refusal),
            }
        }))
        .build()
}

/// Judges scheme, host and port of an address. The addresses of a name are judged later, by the
/// resolver.
pub(super) fn check_target(policy: &NetPolicy, url: &Url) -> Result<(), Refusal> {
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    let verdict = match literal.parse::<IpAddr>() {
        Ok(address) => policy.address(address),
        Err(_) => policy.name(host),
    };
    let refuse = |why: String| Err(Refusal::new(host, why));
    match verdict {
        Verdict::Allowed => Ok(()),
        Verdict::Refused(why) => refuse(why),
        Verdict::Public if url.scheme() != "https" && !policy.allow_http => {
            refuse("plain http is not allowed; use https".to_owned())
        }
        Verdict::Public => match url.port_or_known_default() {
            Some(80 | 443 | 1024..) => Ok(()),
            Some(port) => refuse(format!("port {port} is not allowed")),
            None => refuse("it has no port".to_owned()),
        },
    }
}

/// Resolves names and keeps only addresses that the policy lets through. The connection is made to
/// these very addresses; nobody resolves the name again.
#[derive(Debug)]
struct PolicyResolver(Arc<NetPolicy>);

impl Resolve for PolicyResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = Arc::clone(&self.0);
        Box::pin(async move {
            let name = name.as_str();
            let resolved: Vec<SocketAddr> = tokio::net::lookup_host((name, 0)).await?.collect();
            let kept = keep(&policy, name, &resolved)?;
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

fn keep(
    policy: &NetPolicy,
    name: &str,
    resolved: &[SocketAddr],
) -> Result<Vec<SocketAddr>, Refusal> {
    let mut kept = Vec::new();
    let mut refusal = None;
    for address in resolved {
        match policy.resolved(name, address.ip()) {
            Verdict::Allowed | Verdict::Public => kept.push(*address),
            Verdict::Refused(why) => refusal = refusal.or(Some(Refusal::new(name, why))),
        }
    }
    match refusal {
        Some(refusal) if kept.is_empty() => Err(refusal),
        Some(_) | None => Ok(kept),
    }
}

/// A target that the policy does not let through.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    host: String,
    why: String,
}

impl Refusal {
    fn new(host: &str, why: String) -> Refusal {
        Refusal {
            host: host.to_owned(),
            why,
        }
    }

    pub(super) fn to_error(&self) -> ToolError {
        refused(self.to_string())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal { host, why } = self;
        write!(
            f,
            "cannot connect to {host}: {why}; the operator can allow it with --allow-net {host}"
        )
    }
}

impl Error for Refusal {}

#[derive(Debug)]
struct TooManyRedirects;

impl fmt::Display for TooManyRedirects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {HTTP_REDIRECTS_MAX} redirects")
    }
}

impl Error for TooManyRedirects {}

/// What went wrong, in terms of what the script can do. `is_safe`: the request changes nothing, so that
/// repeating it is harmless.
pub(super) fn failed(error: &reqwest::Error, is_safe: bool) -> ToolError {
    if let Some(refusal) = cause::<Refusal>(error) {
        return refusal.to_error();
    }
    let host = error.url().and_then(Url::host_str).unwrap_or("the server");
    let told = |what: &str| format!("{what} {host}: {}", last_cause(error));
    if cause::<TooManyRedirects>(error).is_some() {
        return ToolError::permanent("TOO_MANY_REDIRECTS", told("cannot follow"));
    }
    if cause::<rustls::Error>(error).is_some() {
        return ToolError::permanent("TLS_FAILED", told("cannot trust"));
    }
    if error.is_dns() {
        return ToolError::retryable("NAME_NOT_RESOLVED", told("cannot find"));
    }
    if error.is_connect() {
        return ToolError::retryable("CONNECTION_FAILED", told("cannot connect to"));
    }
    let kind = if is_safe {
        ToolErrorKind::Retryable
    } else {
        ToolErrorKind::Permanent
    };
    ToolError::new(kind, "CONNECTION_BROKEN", told("no complete answer from"))
}

/// The first cause of a type.
fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    causes(error).find_map(|error| error.downcast_ref())
}

fn last_cause(error: &(dyn Error + 'static)) -> String {
    let last = causes(error).last();
    last.map(ToString::to_string).unwrap_or_default()
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let texts: Vec<String> = causes(error).map(ToString::to_string).collect();
    texts.join(": ")
}

/// The error and what is behind it. What an I/O error carries is not among its sources.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let carried = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match carried {
            Some(carried) => Some(carried as &(dyn Error + 'static)),
            None => Error::source(*error),
        }
    })
}
