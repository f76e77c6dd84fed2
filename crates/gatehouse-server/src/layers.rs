//! What lies round every route: limits, time-outs, headers, a number and one line of log each,
//! and the form of errors that no handler gives. Never logged: query, body, address, names.

use crate::app::App;
use crate::auth::access::request_lang;
use crate::config::TlsMode;
use crate::console::import::UPLOAD_PATH;
use crate::error::{ApiError, OpError};
use crate::page::PageError;
use crate::sheet::FILE_BYTES_MOST;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate, SizeAbove};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::timeout::TimeoutLayer;

/// Our own pages, with our one script for comfort; nothing in the page itself runs.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; \
    style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";
/// Our own scripts, WebAssembly and camera pictures for the gate app.
const GATE_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self'; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
/// Shorter answers are not compressed.
const COMPRESSED_FROM_BYTES: u64 = 1_024;
const PAGE_FEATURES: &str = "camera=(), geolocation=(), microphone=(), payment=()";
const GATE_FEATURES: &str = "camera=(self), geolocation=(), microphone=(), payment=()";

/// Puts the layers round the routes.
pub fn around(router: Router<App>, app: &App) -> Router<App> {
    let seconds = Duration::from_secs(app.config.request_seconds_most);
    let outer = Outer {
        // Begins the numbers of this process: two processes' logs can be told apart.
        process: u32::from_le_bytes(app.world.bytes()),
        is_strict: matches!(app.config.tls, TlsMode::Files | TlsMode::Proxy),
    };
    router
        .fallback(|| async { Marked(OpError::NotFound) })
        .method_not_allowed_fallback(|| async { Marked(OpError::NotFound) })
        // One stack, the outermost first: each `layer` of a router of its own would put every
        // request and answer into a box once more.
        .layer(
            ServiceBuilder::new()
                .layer(CompressionLayer::new().compress_when(worth_compressing()))
                .layer(from_fn_with_state(outer, finish))
                .layer(CatchPanicLayer::custom(panicked))
                .layer(TimeoutLayer::with_status_code(
                    StatusCode::REQUEST_TIMEOUT,
                    seconds,
                ))
                .layer(CsrfLayer::new().with_rejection_response(cross_site))
                .layer(from_fn_with_state(app.config.body_bytes_most, limit_body))
                .layer(DefaultBodyLimit::disable()),
        )
}

/// What fits into one packet travels as fast uncompressed, and a gate's answers are short.
fn worth_compressing() -> impl Predicate {
    DefaultPredicate::new().and(SizeAbove::new(COMPRESSED_FROM_BYTES))
}

#[derive(Clone, Copy)]
struct Outer {
    process: u32,
    /// Whether browsers are told to use TLS only, for good: not with a local authority, whose
    /// plain page must stay in reach.
    is_strict: bool,
}

/// An error of a layer; `finish` gives it its form.
struct Marked(OpError);

impl IntoResponse for Marked {
    fn into_response(self) -> Response {
        let mut response = self.0.status().into_response();
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

/// What a form adds to the file in it.
const FORM_BYTES_MOST: usize = 64 << 10;

/// No body is larger than the settings say, but for the one route that takes sheets.
async fn limit_body(State(most): State<usize>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let takes_files = path.is_some_and(|path| path.as_str() == UPLOAD_PATH);
    let most = match takes_files {
        true => most.max(FILE_BYTES_MOST + FORM_BYTES_MOST),
        false => most,
    };
    let said = request.headers().get(header::CONTENT_LENGTH);
    let said = said.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|length| length > most) {
        return Marked(OpError::TooLarge).into_response();
    }
    let limited = request.map(|body| Body::new(http_body_util::Limited::new(body, most)));
    next.run(limited).await
}

fn cross_site(_: ProtectionError) -> Response {
    Marked(OpError::CrossSite).into_response()
}

/// A panic is our own mistake and fails its request alone. What it says may repeat what was sent,
/// so nobody is told.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Marked(OpError::Bug("a handler panicked".to_owned())).into_response()
}

async fn finish(State(outer): State<Outer>, request: Request, next: Next) -> Response {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let in_gate = request.uri().path().starts_with("/gate/");
    let path = request.uri().path();
    let is_api = path.starts_with("/gate/api/") || path.starts_with("/api/");
    let lang = request_lang(request.headers());
    let mut response = next.run(request).await;
    if let Some(error) = layer_error(&mut response) {
        response = if is_api {
            ApiError(error).into_response()
        } else {
            PageError::new(error, lang).into_response()
        };
    }
    put_headers(response.headers_mut(), outer, in_gate, number);
    log(
        &method,
        route.as_ref(),
        response.status(),
        outer.process,
        number,
    );
    response
}

/// The error of a response that no handler gave a form: of a layer, or of axum's own readers,
/// whose plain text may repeat what was sent.
fn layer_error(response: &mut Response) -> Option<OpError> {
    if let Some(error) = response.extensions_mut().remove::<Arc<OpError>>() {
        return Arc::into_inner(error);
    }
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_plain = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !status.is_client_error() || !is_plain {
        return None;
    }
    Some(match status {
        StatusCode::PAYLOAD_TOO_LARGE => OpError::TooLarge,
        StatusCode::REQUEST_TIMEOUT => OpError::Passing("H-SLOW"),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => OpError::NotFound,
        _ => OpError::Unreadable("a field is missing, unknown or of another kind".to_owned()),
    })
}

fn put_headers(headers: &mut HeaderMap, outer: Outer, in_gate: bool, number: u64) {
    let mut put = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    let (policy, features) = if in_gate {
        (GATE_POLICY, GATE_FEATURES)
    } else {
        (PAGE_POLICY, PAGE_FEATURES)
    };
    put(header::CONTENT_SECURITY_POLICY, policy);
    put(HeaderName::from_static("permissions-policy"), features);
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "no-referrer");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    if outer.is_strict {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    // What nobody said otherwise of is about people: it stays in no cache.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if let Ok(number) = HeaderValue::from_str(&format!("{:08x}-{number}", outer.process)) {
        headers.insert(HeaderName::from_static("x-request-id"), number);
    }
}

/// One line each: route, not address; the ordinary ones at `debug`, so that the gate pays nothing.
fn log(
    method: &Method,
    route: Option<&MatchedPath>,
    status: StatusCode,
    process: u32,
    number: u64,
) {
    let route = route.map_or("none", MatchedPath::as_str);
    let status = status.as_u16();
    let request = || format!("{process:08x}-{number}");
    match status {
        500.. => tracing::warn!(%method, route, status, request = request(), "request"),
        400.. => tracing::info!(%method, route, status, request = request(), "request"),
        _ => tracing::debug!(%method, route, status, request = request(), "request"),
    }
}
