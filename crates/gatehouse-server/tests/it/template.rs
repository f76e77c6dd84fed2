//! What stories begin from, made once in a process and copied for each of them: to make a town
//! takes longer than most stories.

use crate::database::{DropDatabase, close_database, copy_database, create_database};
use crate::support::{START, TestWorld, postgres_server};
use gatehouse_core::moment::Moment;
use gatehouse_server::ops::demo::make::{Demo, DemoWish, plan_demo, write_demo};
use gatehouse_server::ops::demo::plan::{DemoSize, PEOPLE_LEAST};
use gatehouse_server::secrets::Secrets;
use gatehouse_store::{Limits, Store};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

/// A database of either kind, to be copied.
pub struct Template {
    sqlite: Vec<u8>,
    /// The server and the database's name; it stays there with the process's number in its name,
    /// since nothing runs when a test process ends.
    postgres: Option<(String, String)>,
}

impl Template {
    fn make(mut fill: impl FnMut(&Store)) -> Template {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("town.db");
        let store = Store::open_sqlite_with(&path, unhurried()).expect("opens");
        fill(&store);
        drop(store);
        let files = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(files, 1, "the database is closed and whole in one file");
        let postgres = postgres_server().map(|server| {
            let (url, guard) = create_database(&server);
            let store = Store::open_postgres(&url).expect("opens");
            fill(&store);
            drop(store);
            (server, close_database(guard))
        });
        Template {
            sqlite: std::fs::read(&path).expect("reads"),
            postgres,
        }
    }

    /// A copy as a file of SQLite.
    pub fn write(&self, path: &Path) {
        std::fs::write(path, &self.sqlite).expect("writes");
    }

    /// A copy on the PostgreSQL server, where one was given.
    pub fn on_postgres(&self) -> Option<(String, DropDatabase)> {
        let (server, name) = self.postgres.as_ref()?;
        Some(copy_database(server, name))
    }
}

/// The schema and nothing else.
pub fn bare() -> &'static Template {
    static BARE: OnceLock<Template> = OnceLock::new();
    BARE.get_or_init(|| Template::make(|_| {}))
}

/// The demo town with all keys.
pub struct DemoTown {
    pub demo: Demo,
    pub template: Template,
    chance: u64,
}

impl DemoTown {
    /// The clock and the chance as the making of the town left them.
    pub fn world(&self) -> TestWorld {
        TestWorld::new(START, self.chance)
    }

    /// They cannot be copied, but follow from the seed.
    pub fn secrets() -> Secrets {
        Secrets::make(&TestWorld::new(START, SEED))
    }
}

const SEED: u64 = 42;

/// The town of every story.
pub fn demo_town() -> &'static DemoTown {
    static TOWN: OnceLock<DemoTown> = OnceLock::new();
    TOWN.get_or_init(|| {
        let demo = plan_demo(&DemoWish {
            size: DemoSize::new(PEOPLE_LEAST, 7).expect("the least size"),
            made: Moment::new(START, 480),
            address: "http://127.0.0.1:8080".to_owned(),
            host: "127.0.0.1:8080".to_owned(),
        });
        let demo = demo.expect("a demo");
        let mut chances = Vec::new();
        let template = Template::make(|store| {
            let world = TestWorld::new(START, SEED);
            let secrets = Secrets::make(&world);
            write_demo(&demo, store, &secrets, &world).expect("written");
            chances.push(world.chance());
        });
        let chance = chances[0];
        assert!(
            chances.iter().all(|other| *other == chance),
            "either database makes the same town"
        );
        DemoTown {
            demo,
            template,
            chance,
        }
    })
}

/// For what a story does at a time that the program would do over days.
pub fn unhurried() -> Limits {
    Limits {
        processor_time: Duration::from_secs(10),
        ..Limits::default()
    }
}
