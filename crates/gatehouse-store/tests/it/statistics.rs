//! What PostgreSQL knows of the size of tables after it was asked to look; nothing on SQLite.

use crate::support::{Place, lay_town, on_both_places, write};

#[test]
fn the_database_knows_how_many_live_there_once_it_was_asked_to_look() {
    on_both_places(|database| {
        lay_town(&database.store);
        write(&database.store, |tx| tx.look_at_sizes_of_people());
        let Place::Postgres { url, .. } = &database.place else {
            return;
        };
        let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
        for table in [
            "household",
            "person",
            "person_token",
            "residence",
            "import_row",
        ] {
            let known = "SELECT reltuples >= 0 FROM pg_class WHERE oid = $1::text::regclass";
            let row = client.query_one(known, &[&table]).unwrap();
            assert!(row.get::<_, bool>(0), "{table} was never looked at");
        }
    });
}
