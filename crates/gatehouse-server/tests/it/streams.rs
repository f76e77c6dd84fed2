//! Answers that take their time: streams of events, two requests at once.

use crate::support::{Answer, TestApp};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use futures_util::StreamExt;
use gatehouse_server::changes;
use std::time::Duration;
use tower::ServiceExt;

/// What a page says itself, without the menu round it.
pub fn main_of(page: &str) -> &str {
    let start = page.find("<main").expect("a page");
    page[start..].split("</main>").next().expect("its end")
}

impl TestApp {
    /// The head of an answer whose body may never end.
    pub fn head_of(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        let answer = self.router.clone().oneshot(request);
        let (parts, _) = self
            .runtime
            .block_on(answer)
            .expect("infallible")
            .into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::new(),
            bytes: Vec::new(),
        }
    }

    /// What a stream of events says within `seconds` after something happened, with the task that
    /// tells of changes at work.
    pub fn listen(
        &self,
        path: &str,
        cookie: &str,
        seconds: u64,
        mut happens: impl FnMut(),
    ) -> String {
        let request = Request::builder()
            .uri(path)
            .header("cookie", cookie)
            .header("accept", "text/event-stream")
            .body(Body::empty())
            .expect("a request");
        let answer = self.runtime.block_on(self.router.clone().oneshot(request));
        let answer = answer.expect("infallible");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let mut stream = answer.into_body().into_data_stream();
        let watching = self
            .runtime
            .spawn(changes::watch(self.app.clone(), std::future::pending()));
        happens();
        let mut said = String::new();
        self.runtime.block_on(async {
            let deadline = tokio::time::Instant::now() + Duration::from_secs(seconds);
            while let Ok(Some(Ok(bytes))) = tokio::time::timeout_at(deadline, stream.next()).await {
                said.push_str(&String::from_utf8_lossy(&bytes));
            }
        });
        watching.abort();
        said
    }

    /// Sends two forms at the same time; their statuses.
    pub fn both_at_once(&self, path: &str, cookie: &str, bodies: &[String; 2]) -> Vec<StatusCode> {
        let requests = bodies.each_ref().map(|body| {
            let request = Request::builder()
                .method(Method::POST)
                .uri(path)
                .header("cookie", cookie)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Body::from(body.clone()))
                .expect("a request");
            self.router.clone().oneshot(request)
        });
        let [first, second] = requests;
        let (first, second) = self
            .runtime
            .block_on(async { futures_util::future::join(first, second).await });
        [first, second]
            .map(|answer| answer.expect("infallible").status())
            .to_vec()
    }
}
