//! E-mail by SMTP: server, account and sender are in the settings.

use super::channel::{Carried, Carrying, Channel, Letter, NotCarried};
use crate::config::{Config, SmtpTls};
use gatehouse_store::person::PersonField;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::path::PathBuf;
use std::time::Duration;
use zeroize::Zeroizing;

/// A server that takes longer for one step is given up for now.
const STEP_MOST: Duration = Duration::from_secs(15);

/// A mail server.
pub struct Email {
    host: String,
    port: u16,
    tls: SmtpTls,
    from: Address,
    account: Option<(String, PathBuf)>,
}

impl Email {
    /// The server of the settings.
    pub fn of(config: &Config) -> Option<Email> {
        let (host, port) = config.smtp_server.as_deref()?.rsplit_once(':')?;
        let account = config.smtp_account.clone();
        Some(Email {
            host: host.to_owned(),
            port: port.parse().ok()?,
            tls: config.smtp_tls,
            from: config.smtp_from.as_deref()?.parse().ok()?,
            account: account.zip(config.smtp_password_file.clone()),
        })
    }

    async fn transport(&self) -> Option<AsyncSmtpTransport<Tokio1Executor>> {
        let tls = match self.tls {
            SmtpTls::None => Tls::None,
            SmtpTls::Tls => Tls::Wrapper(TlsParameters::new(self.host.clone()).ok()?),
            SmtpTls::Starttls => Tls::Required(TlsParameters::new(self.host.clone()).ok()?),
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host);
        let mut builder = builder.port(self.port).tls(tls).timeout(Some(STEP_MOST));
        if let Some((account, file)) = &self.account {
            let password = tokio::fs::read_to_string(file).await.ok()?;
            let password = Zeroizing::new(password);
            let password = password.trim().to_owned();
            builder = builder.credentials(Credentials::new(account.clone(), password));
        }
        Some(builder.build())
    }

    async fn send(&self, address: &str, letter: &Letter) -> Result<Carried, NotCarried> {
        let lasting = |word| NotCarried {
            word,
            is_final: true,
        };
        let to: Address = address.parse().map_err(|_| lasting("no_such_address"))?;
        let mail = Message::builder()
            .from(Mailbox::new(None, self.from.clone()))
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|_| lasting("unsendable"))?;
        let transport = self.transport().await.ok_or(NotCarried {
            word: "no_secret",
            is_final: false,
        })?;
        match transport.send(mail).await {
            Ok(_) => Ok(Carried::Sent),
            // What the server says may repeat the address: only its kind is kept.
            Err(error) if error.is_permanent() => Err(lasting("not_taken")),
            Err(error) => Err(NotCarried {
                word: if error.is_timeout() {
                    "slow"
                } else {
                    "no_answer"
                },
                is_final: false,
            }),
        }
    }
}

impl Channel for Email {
    fn word(&self) -> &'static str {
        "email"
    }

    fn address_field(&self) -> Option<PersonField> {
        Some(PersonField::Email)
    }

    fn carry<'a>(&'a self, address: &'a str, letter: &'a Letter) -> Carrying<'a> {
        Box::pin(self.send(address, letter))
    }
}
