//! A closed loop over HTTP: so many connections, each asks again as soon as it is answered; so
//! many requests in all, and never longer than a time.

use super::process::now;
use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HOST;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;

/// A request with its whole body.
pub type Asked = Request<Full<Bytes>>;
/// An answer with its whole body.
pub type Answered = Response<Bytes>;

/// How much is asked.
#[derive(Clone, Copy)]
pub struct Load {
    /// Of whom.
    pub address: SocketAddr,
    /// Connections at a time.
    pub connections: usize,
    /// Requests in all.
    pub requests: usize,
    /// No request begins after this.
    pub within: Duration,
}

/// How it went.
pub struct Ran {
    /// Requests that were answered.
    pub requests: usize,
    /// From the first question to the last answer.
    pub seconds: f64,
    /// Time of each request, ascending.
    pub millis: Vec<f64>,
}

impl Ran {
    /// The time that this share of the requests did not exceed.
    pub fn percentile(&self, share: f64) -> f64 {
        let at = (self.millis.len() as f64 * share) as usize;
        let at = at.min(self.millis.len().saturating_sub(1));
        self.millis.get(at).copied().unwrap_or(f64::NAN)
    }
}

/// Runs it on this thread. `ask` makes the request of a number; `hear` looks at each answer and
/// fails the run where it is not what was asked for.
pub fn run(
    load: Load,
    ask: impl Fn(usize) -> Asked,
    hear: impl Fn(usize, &Answered) -> Result<()>,
) -> Result<Ran> {
    let next = Cell::new(0);
    let millis = RefCell::new(Vec::with_capacity(load.requests));
    let began = now();
    let connection = async || -> Result<()> {
        let mut sender = connect(load.address).await?;
        loop {
            let number = next.get();
            if number >= load.requests || began.elapsed() > load.within {
                return Ok(());
            }
            next.set(number + 1);
            let asked_at = now();
            let answer = call(&mut sender, ask(number)).await?;
            let taken = asked_at.elapsed().as_secs_f64() * 1e3;
            millis.borrow_mut().push(taken);
            hear(number, &answer)?;
        }
    };
    let connections = (0..load.connections).map(|_| connection());
    runtime()?.block_on(try_join_all(connections))?;
    let seconds = began.elapsed().as_secs_f64();
    let mut millis = millis.into_inner();
    millis.sort_by(f64::total_cmp);
    Ok(Ran {
        requests: millis.len(),
        seconds,
        millis,
    })
}

/// A steady load beside other work: each connection asks once in every `pause`, as long as
/// `going` says so; the time of each request, ascending.
pub fn steady(
    load: Load,
    pause: Duration,
    going: &AtomicBool,
    ask: impl Fn(usize) -> Asked,
    hear: impl Fn(usize, &Answered) -> Result<()>,
) -> Result<Ran> {
    let next = Cell::new(0);
    let millis = RefCell::new(Vec::with_capacity(load.requests));
    let began = now();
    let connection = async || -> Result<()> {
        let mut sender = connect(load.address).await?;
        let mut beat = tokio::time::interval(pause);
        while going.load(Ordering::Relaxed) && began.elapsed() < load.within {
            beat.tick().await;
            let number = next.replace(next.get() + 1);
            let asked_at = now();
            let answer = call(&mut sender, ask(number)).await?;
            millis
                .borrow_mut()
                .push(asked_at.elapsed().as_secs_f64() * 1e3);
            hear(number, &answer)?;
        }
        Ok(())
    };
    let connections = (0..load.connections).map(|_| connection());
    runtime()?.block_on(try_join_all(connections))?;
    let seconds = began.elapsed().as_secs_f64();
    let mut millis = millis.into_inner();
    millis.sort_by(f64::total_cmp);
    Ok(Ran {
        requests: millis.len(),
        seconds,
        millis,
    })
}

/// One request on a connection of its own.
pub fn once(address: SocketAddr, asked: Asked) -> Result<Answered> {
    runtime()?.block_on(async {
        let mut sender = connect(address).await?;
        call(&mut sender, asked).await
    })
}

/// Begins a request; the address of the load is added when it is sent.
pub fn request(
    method: &str,
    path: &str,
    cookie: &str,
    kind: &str,
    body: impl Into<Bytes>,
) -> Asked {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("cookie", cookie)
        .header("content-type", kind)
        .body(Full::new(body.into()));
    request.expect("parts of our own making")
}

/// One thread.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}

/// A connection to ask on.
pub async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    // Ends when the sender is dropped.
    tokio::spawn(connection);
    Ok(sender)
}

/// One request on it, with its whole answer.
pub async fn call(sender: &mut SendRequest<Full<Bytes>>, mut asked: Asked) -> Result<Answered> {
    asked
        .headers_mut()
        .insert(HOST, hyper::header::HeaderValue::from_static("127.0.0.1"));
    sender.ready().await?;
    let answer = sender.send_request(asked).await.context("no answer")?;
    let (parts, body) = answer.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Response::from_parts(parts, body))
}
