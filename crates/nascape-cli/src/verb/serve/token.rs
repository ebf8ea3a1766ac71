//! Who may ask: only pages of this very server, only with the token.

use std::fmt;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use subtle::ConstantTimeEq;

/// 128 random bits, made anew at every start.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    pub fn random() -> Self {
        Self(format!("{:032x}", rand::random::<u128>()))
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Asks for `Authorization: Bearer TOKEN`.
pub async fn bearer(State(token): State<Token>, request: Request, next: Next) -> Response {
    let given =
        request.headers().get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    match given.is_some_and(|given| given.ct_eq(token.0.as_bytes()).into()) {
        true => next.run(request).await,
        false => (StatusCode::UNAUTHORIZED, "Open the address that nascape serve printed: it holds the token.")
            .into_response(),
    }
}

/// Refuses other names for this machine, which a foreign page may have given it (DNS rebinding), and requests of other pages. Any port
/// will do, since a tunnel has its own.
pub async fn loopback(request: Request, next: Next) -> Response {
    match is_own(request.headers()) {
        true => next.run(request).await,
        false => (StatusCode::FORBIDDEN, "Only pages of this server may ask it.").into_response(),
    }
}

/// What every answer tells the browser: it belongs to our own page alone, is of the kind that it says, and is kept nowhere.
pub async fn sealed(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

fn is_own(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(header::HOST).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let origin = text(header::ORIGIN);
    ["127.0.0.1", "localhost"].contains(&name) && origin.is_none_or(|origin| origin == format!("http://{host}"))
}
