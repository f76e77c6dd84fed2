//! What lies round every route: limits, time-outs, headers, one line of log each.

use crate::app::App;
use crate::error::OpError;
use crate::page::PageError;
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use gatehouse_core::gate::wording::Lang;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

/// Our own pages and scripts only; WebAssembly for the gate app; camera for ourselves.
const CONTENT_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self'; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Puts the layers round the routes.
pub fn around(router: Router<App>, app: &App) -> Router<App> {
    router
        .fallback(|| async { PageError::new(OpError::NotFound, Lang::Zh) })
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(app.config.body_bytes_most))
        .layer(
            CsrfLayer::new().with_rejection_response(|_: ProtectionError| {
                PageError::new(OpError::CrossSite, Lang::Zh).into_response()
            }),
        )
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            Duration::from_secs(app.config.request_seconds_most),
        ))
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| {
                let error = OpError::Bug("a handler panicked".to_owned());
                PageError::new(error, Lang::Zh).into_response()
            },
        ))
        .layer(from_fn(finish))
}

/// Security headers, the figure, and one line of log: route, status, never the address asked for.
async fn finish(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unknown".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    metrics::counter!(
        "gatehouse_requests_total",
        "route" => route.clone(),
        "status" => status.to_string()
    )
    .increment(1);
    tracing::info!(%method, route, status);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    let permissions = HeaderValue::from_static("camera=(self), geolocation=(), microphone=()");
    headers.insert("permissions-policy", permissions);
    response
}
