//! Figures of routes for Prometheus: how many requests, how long. Made once per route; no label
//! ever holds anything about a person.

use axum::http::{Method, StatusCode};
use metrics::{Counter, Histogram};
use std::time::Duration;

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Bounds of the histogram of times, in seconds.
pub const SECONDS: &[f64] = &[0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// The figures of one route.
#[derive(Clone)]
pub struct RouteFigures {
    by_class: [Counter; 5],
    seconds: Histogram,
}

impl RouteFigures {
    /// The figures of a route, in the recorder of this process.
    pub fn new(method: &Method, path: &'static str) -> RouteFigures {
        let method = method.to_string();
        let by_class = CLASSES.map(|class| {
            let method = method.clone();
            metrics::counter!(
                "gatehouse_requests_total", "method" => method, "route" => path, "status" => class
            )
        });
        let seconds =
            metrics::histogram!("gatehouse_request_seconds", "method" => method, "route" => path);
        RouteFigures { by_class, seconds }
    }

    /// Counts a request.
    pub fn count(&self, status: StatusCode, elapsed: Duration) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.by_class[class].increment(1);
        self.seconds.record(elapsed.as_secs_f64());
    }
}
