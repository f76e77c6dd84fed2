//! Accepts connections, plain or over TLS, and ends them in order.

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::Service;

/// Connections at a time; a phone holds a few, a flood waits in the kernel.
const CONNECTIONS_MOST: usize = 4_096;
/// A handshake, or the head of a request, that takes longer is given up.
const HEAD_MOST: Duration = Duration::from_secs(15);
/// How long running requests may take to end when the program is stopped.
const ENDING_MOST: Duration = Duration::from_secs(10);
/// First byte of a TLS connection: a handshake record.
const HANDSHAKE: u8 = 0x16;

/// What a listener needs.
#[derive(Clone)]
pub struct Door {
    /// The service behind it.
    pub router: Router,
    /// TLS, where it is ours.
    pub tls: Option<Arc<ServerConfig>>,
    /// `https://host:port` for whoever speaks plainly to the TLS port.
    pub origin: Arc<str>,
}

impl Door {
    /// A service without TLS.
    pub fn plain(router: Router) -> Door {
        Door {
            router,
            tls: None,
            origin: "".into(),
        }
    }
}

/// Serves until `ended` is ready, then lets running requests end.
pub async fn serve(listener: TcpListener, door: Door, ended: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MOST));
    let mut ended = std::pin::pin!(ended);
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            break;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut ended => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (door, watcher) = (door.clone(), graceful.watcher());
                tokio::spawn(async move {
                    connection(stream, peer, door, watcher).await;
                    drop(place);
                });
            }
            // Out of file handles or the like: a moment later there may be some again.
            Err(error) => {
                tracing::warn!(kind = ?error.kind(), "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(ENDING_MOST, graceful.shutdown()).await;
}

async fn connection(stream: TcpStream, peer: SocketAddr, door: Door, watcher: Watcher) {
    let _ = stream.set_nodelay(true);
    let Some(tls) = door.tls.clone() else {
        return http(stream, peer, door.router, watcher).await;
    };
    let mut first = [0; 1];
    let peeked = tokio::time::timeout(HEAD_MOST, stream.peek(&mut first)).await;
    match peeked {
        Ok(Ok(1)) if first[0] == HANDSHAKE => {
            let handshake = TlsAcceptor::from(tls).accept(stream);
            if let Ok(Ok(stream)) = tokio::time::timeout(HEAD_MOST, handshake).await {
                http(stream, peer, door.router, watcher).await;
            }
        }
        Ok(Ok(1)) => http(stream, peer, elsewhere(door.origin), watcher).await,
        _ => {}
    }
}

/// Somebody typed `http://`: the same path over TLS.
fn elsewhere(origin: Arc<str>) -> Router {
    Router::new().fallback(move |request: Request| async move {
        let path = request.uri().path();
        let target = format!("{origin}{path}");
        let mut response = Response::new(Body::empty());
        match target.parse() {
            Ok(target) => {
                *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
                response.headers_mut().insert(header::LOCATION, target);
            }
            Err(_) => *response.status_mut() = StatusCode::BAD_REQUEST,
        }
        response
    })
}

async fn http<S>(stream: S, peer: SocketAddr, router: Router, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let mut router = router.clone();
        async move { Service::call(&mut router, request).await as Result<_, Infallible> }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MOST)
        .serve_connection(TokioIo::new(stream), service);
    // A caller who goes away half-way is no error of ours.
    let _ = watcher.watch(connection).await;
}
