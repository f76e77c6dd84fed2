//! Servers on this machine that note what is sent to them: HTTP (webhooks, SMS gateways) and SMTP.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// How the next request is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    Status(u16),
    /// A redirect to this place.
    Redirect(String),
    /// The connection is closed without a word.
    HangUp,
    /// The connection is held and nothing is said.
    Hang,
}

/// An HTTP server that answers as told, 204 when it was told nothing.
#[derive(Clone)]
pub struct Receiver {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
}

impl Receiver {
    pub fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let receiver = Receiver {
            address: listener.local_addr().expect("bound"),
            received: Arc::default(),
            replies: Arc::default(),
        };
        let server = receiver.clone();
        thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming().flatten() {
                if let Some(stream) = server.answer(stream) {
                    held.push(stream);
                }
            }
        });
        receiver
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn reply(&self, reply: Reply) {
        self.replies.lock().expect("no panic").push_back(reply);
    }

    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut *self.received.lock().expect("no panic"))
    }

    // Answers one request; a connection that is held is given back.
    fn answer(&self, mut stream: TcpStream) -> Option<TcpStream> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let path = line.split(' ').nth(1)?.to_owned();
        let mut headers = Vec::new();
        loop {
            line.clear();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        let mut received = Received {
            path,
            headers,
            body: String::new(),
        };
        let length = received.header("content-length").parse().unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        received.body = String::from_utf8(body).ok()?;
        self.received.lock().expect("no panic").push(received);
        let reply = self.replies.lock().expect("no panic").pop_front();
        let (status, more) = match reply.unwrap_or(Reply::Status(204)) {
            Reply::Status(status) => (status, String::new()),
            Reply::Redirect(to) => (307, format!("location: {to}\r\n")),
            Reply::HangUp => return None,
            Reply::Hang => return Some(stream),
        };
        let text = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n{more}\r\n");
        stream.write_all(text.as_bytes()).ok()?;
        None
    }
}

/// An SMTP server that takes mail, or answers RCPT with what it was told.
#[derive(Clone)]
pub struct Mailbox {
    pub address: SocketAddr,
    mails: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl Mailbox {
    pub fn start() -> Mailbox {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let mailbox = Mailbox {
            address: listener.local_addr().expect("bound"),
            mails: Arc::default(),
            answers: Arc::default(),
        };
        let server = mailbox.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = server.talk(stream);
            }
        });
        mailbox
    }

    pub fn answer(&self, answer: &'static str) {
        self.answers.lock().expect("no panic").push_back(answer);
    }

    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.mails.lock().expect("no panic"))
    }

    fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut writer = stream.try_clone()?;
        let mut reader = BufReader::new(stream);
        writer.write_all(b"220 mail.test ready\r\n")?;
        let mut line = String::new();
        let mut mail = String::new();
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let word = line.get(..4).unwrap_or_default().to_uppercase();
            let said = match &*word {
                "EHLO" => "250 mail.test",
                "RCPT" => {
                    mail.push_str(&line);
                    let answer = self.answers.lock().expect("no panic").pop_front();
                    answer.unwrap_or("250 fine")
                }
                "DATA" => {
                    writer.write_all(b"354 go on\r\n")?;
                    loop {
                        line.clear();
                        reader.read_line(&mut line)?;
                        if line.trim_end() == "." {
                            break;
                        }
                        mail.push_str(&line);
                    }
                    let mails = &mut *self.mails.lock().expect("no panic");
                    mails.push(std::mem::take(&mut mail));
                    "250 taken"
                }
                "QUIT" => {
                    writer.write_all(b"221 bye\r\n")?;
                    return Ok(());
                }
                _ => "250 fine",
            };
            writer.write_all(said.as_bytes())?;
            writer.write_all(b"\r\n")?;
        }
    }
}
