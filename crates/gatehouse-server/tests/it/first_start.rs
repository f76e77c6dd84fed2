//! From nothing to the first sign-in: keys, places and an account from one file.

use crate::support::{cookie_of, on_both_empty};
use axum::http::StatusCode;
use gatehouse_core::key::SigningKey;
use gatehouse_server::ops::key_home::KeyHome;
use gatehouse_server::ops::lay_town::{EXAMPLE, Town, TownRequest, plan_town};
use gatehouse_server::ops::make_keys::{KeyRequest, make_keys};
use gatehouse_server::secrets::Secrets;
use gatehouse_server::world::Computer;
use gatehouse_store::{Store, StoreError};

const HOME: &str = "192.0.2.1";

fn asked(text: &str) -> TownRequest {
    serde_json::from_str(text).expect("the form of a town")
}

fn lay(store: &Store, town: Town) -> anyhow::Result<()> {
    let root = SigningKey::from_bytes(&[7; 32]);
    let home = KeyHome::Database(store.clone());
    let earlier = home.tree()?;
    let request = KeyRequest {
        communities: town.communities_after(earlier.as_ref()),
        ..KeyRequest::default()
    };
    let secrets = Secrets::make(&Computer);
    let made = make_keys(
        &root,
        earlier.as_ref(),
        false,
        &request,
        &[],
        &secrets,
        &Computer,
    );
    let (mut new, summary) = made?;
    assert_eq!(summary.issuers.len(), 1, "the community issues passes");
    new.town = Some(town);
    home.keep(new)
}

#[test]
fn one_file_makes_places_and_an_account_that_signs_in() {
    on_both_empty(|app| {
        let town = plan_town(&asked(EXAMPLE), &*app.app.world).expect("the example");
        let (login, password) = (town.login().to_owned(), town.password.to_string());
        lay(&app.app.store, town).expect("laid");
        let answer = app.sign_in(&login, &password, HOME);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let cookie = cookie_of(&answer);
        assert_eq!(app.get("/", &cookie).header("location"), "/password");
        let body = format!("old={password}&new=river+stone+42&again=river+stone+42");
        assert_eq!(
            app.form("/password", &cookie, &body).header("location"),
            "/"
        );
        let page = app.get("/", &cookie);
        assert!(page.body.contains("某某县"), "{}", page.body);

        // A second town changes nothing.
        let again = plan_town(&asked(EXAMPLE), &Computer).expect("the example");
        let refused = lay(&app.app.store, again).expect_err("there is one");
        assert!(refused.to_string().starts_with("K-TOWN"), "{refused}");
        let kept = app.app.store.read_blocking::<_, StoreError, _>(|tx| {
            Ok((
                tx.count_staff()?,
                tx.area_roots()?.len(),
                tx.last_key_list()?.map(|l| l.number),
            ))
        });
        assert_eq!(kept, Ok((1, 1, Some(1))));
    });
}

#[test]
fn a_file_with_a_fault_is_refused_with_the_place_and_the_reason() {
    let replaced = [
        ("\"某某小区\"", "\" \"", "complaint-missing"),
        (
            "\"level\": \"community\"",
            "\"level\": \"compound\"",
            "complaint",
        ),
        (
            "\"990101001001\"",
            "\"880101001001\"",
            "complaint-area-code-outside-parent",
        ),
        (
            "\"level\": \"county\"",
            "\"level\": \"compound\"",
            "outermost place",
        ),
        (
            "\"login\": \"admin\"",
            "\"login\": \"ad min\"",
            "administrator.login",
        ),
    ];
    for (from, to, reason) in replaced {
        let text = EXAMPLE.replacen(from, to, 1);
        let refused = plan_town(&asked(&text), &Computer).err().expect(from);
        assert!(refused.to_string().contains(reason), "{from}: {refused}");
    }
    assert!(serde_json::from_str::<TownRequest>("{\"places\": []}").is_err());
}
