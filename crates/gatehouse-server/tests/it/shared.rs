//! Where the shared data lies: real inputs that are no part of the repository.

/// A file of the shared data, or `None` after saying that the test is skipped.
#[expect(
    clippy::disallowed_methods,
    reason = "where the data lies is for the machine to say"
)]
pub fn shared_data(path: &str) -> Option<Vec<u8>> {
    let workspace = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = [
        std::env::var_os("GATEHOUSE_SHARED_DATA").map(std::path::PathBuf::from),
        Some(workspace.join("../shared/data")),
        Some(workspace.join("../../shared/data")),
    ];
    let mut files = folders
        .into_iter()
        .flatten()
        .map(|folder| folder.join(path));
    let found = files.find_map(|file| std::fs::read(file).ok());
    if found.is_none() {
        eprintln!("SKIPPED: {path} is not here; set GATEHOUSE_SHARED_DATA to its folder");
    }
    found
}
