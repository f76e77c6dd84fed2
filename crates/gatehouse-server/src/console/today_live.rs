//! Server-sent events for the figures of the day: which topic changed, never what. The stream ends
//! with the session, with the program, and after half an hour, when the browser comes again.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::role::Permission;
use crate::changes::{Listener, Round};
use crate::error::{ApiError, OpError};
use crate::ops::find_caller::find_caller;
use crate::ops::list_topics::list_topics;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use gatehouse_core::id::AreaId;
use gatehouse_store::Shard;
use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;

/// Somebody who hears nothing else hears this, and the session is looked at again.
const STILL_THERE: Duration = Duration::from_secs(15);
/// Between two events of one page: a busy gate does not make it load without end.
const PAUSE: Duration = Duration::from_secs(2);
/// Longest life of a stream.
const LIFE: Duration = Duration::from_secs(1_800);
/// Seconds to wait where there are too many pages.
const WAIT_SECONDS: u64 = 30;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::read(
            "/areas/{area}/today/live",
            Access::Needs(Permission::SeeToday),
            Scope::Area,
            Kept::Nothing,
        ),
        get(live),
    )
}

/// GET /areas/{area}/today/live
pub async fn live(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    headers: HeaderMap,
) -> Response {
    match open(&app, &area, headers).await {
        Ok(stream) => {
            let events = stream::unfold(stream, |mut stream| async move {
                let event = stream.next().await?;
                Some((Ok::<Event, Infallible>(event), stream))
            });
            // Proxies in front pass each event on at once.
            ([("x-accel-buffering", "no")], Sse::new(events)).into_response()
        }
        Err(error) => ApiError(error).into_response(),
    }
}

struct Stream {
    app: App,
    headers: HeaderMap,
    path: Arc<[AreaId]>,
    listener: Listener,
    /// What each topic of the area is called on the page.
    topics: HashMap<(Shard, String), &'static str>,
    /// Told next, one by one.
    ready: BTreeSet<&'static str>,
    ends_at: Instant,
    has_begun: bool,
    pause_until: Instant,
}

async fn open(app: &App, area: &AreaInScope, headers: HeaderMap) -> Result<Stream, OpError> {
    let accepts = headers.get(header::ACCEPT);
    let accepts = accepts
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !accepts.contains("text/event-stream") {
        return Err(OpError::NotTaken {
            code: "H-STREAM",
            detail: "This is a stream of events; ask for text/event-stream.",
        });
    }
    let topics = list_topics(app, area).await?;
    let listener = app.changes.listen().ok_or(OpError::TooMany {
        wait_seconds: WAIT_SECONDS,
    })?;
    let now = Instant::now();
    Ok(Stream {
        app: app.clone(),
        headers,
        path: Arc::clone(&area.path),
        listener,
        topics,
        ready: BTreeSet::new(),
        ends_at: now + LIFE,
        has_begun: false,
        pause_until: now,
    })
}

impl Stream {
    /// The next event; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        if !self.has_begun {
            // The browser learns at once that the line stands, and when to come again.
            self.has_begun = true;
            return Some(
                Event::default()
                    .retry(Duration::from_secs(5))
                    .comment("here"),
            );
        }
        if let Some(topic) = self.ready.pop_first() {
            return Some(Event::default().event(topic).data(topic));
        }
        loop {
            let now = Instant::now();
            if now >= self.ends_at || !self.may_still().await {
                return None;
            }
            if now < self.pause_until {
                tokio::time::sleep_until(self.pause_until).await;
            }
            let round = tokio::select! {
                _ = self.listener.ending.wait_for(|ending| *ending) => return None,
                round = self.listener.rounds.recv() => Some(round),
                () = tokio::time::sleep(STILL_THERE) => None,
            };
            let Some(round) = round else {
                return Some(Event::default().comment("still here"));
            };
            self.note(round)?;
            while let Some(more) = self.more() {
                self.note(more)?;
            }
            // The session may have ended while nothing happened.
            if let Some(topic) = self.ready.pop_first() {
                if !self.may_still().await {
                    return None;
                }
                self.pause_until = Instant::now() + PAUSE;
                return Some(Event::default().event(topic).data(topic));
            }
        }
    }

    /// A round that is there already.
    fn more(&mut self) -> Option<Result<Round, RecvError>> {
        match self.listener.rounds.try_recv() {
            Ok(round) => Some(Ok(round)),
            Err(TryRecvError::Lagged(missed)) => Some(Err(RecvError::Lagged(missed))),
            Err(TryRecvError::Empty | TryRecvError::Closed) => None,
        }
    }

    /// Notes what of a round is of this area; `None` where there will be no more.
    fn note(&mut self, round: Result<Round, RecvError>) -> Option<()> {
        match round {
            Ok(round) => {
                let names = round.iter().filter_map(|topic| self.topics.get(topic));
                self.ready.extend(names);
            }
            // Some rounds were missed: anything may have changed.
            Err(RecvError::Lagged(_)) => self.ready.extend(self.topics.values()),
            Err(RecvError::Closed) => return None,
        }
        Some(())
    }

    /// Whether the session still holds, with the same right here.
    async fn may_still(&self) -> bool {
        match find_caller(&self.app, &self.headers).await {
            Ok(Some(caller)) => caller.may_in(Permission::SeeToday, &self.path),
            _ => false,
        }
    }
}
