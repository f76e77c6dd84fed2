//! A file that is sent while it is made: the maker waits while the reader is slow, so that no more
//! than a few pieces lie in memory.

use axum::body::{Body, Bytes};
use futures_util::stream::unfold;
use std::io::{Error, Write};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Bytes of a piece.
const PIECE: usize = 64 * 1024;
/// Pieces that wait for the reader.
const WAITING: usize = 4;

type Piece = Result<Bytes, Error>;

/// The maker's end.
pub struct Out {
    piece: Vec<u8>,
    to: Sender<Piece>,
}

/// Where to write, and the body that is read from it. Writing blocks: not for a thread that
/// answers others.
pub fn out() -> (Out, Body) {
    let (to, from) = channel(WAITING);
    let body = Body::from_stream(unfold(from, |mut from: Receiver<Piece>| async {
        from.recv().await.map(|piece| (piece, from))
    }));
    let piece = Vec::with_capacity(PIECE);
    (Out { piece, to }, body)
}

impl Out {
    /// The last piece, or that there is none: the reader is told that the file is broken off.
    pub fn end(mut self, made: Result<(), Error>) {
        let last = match made {
            Ok(()) => self.flush(),
            Err(error) => self.to.blocking_send(Err(error)).map_err(gone),
        };
        // Whoever has gone away needs no end.
        let _ = last;
    }
}

fn gone<E>(_: E) -> Error {
    Error::from(std::io::ErrorKind::BrokenPipe)
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        self.to.blocking_send(Ok(piece.into())).map_err(gone)
    }
}
