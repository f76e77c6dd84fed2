//! The documents that the program brings along, so that an official can begin with one at ten in
//! the evening and without a file.

/// A document with its cases.
#[derive(Clone, Copy, Debug)]
pub struct Delivered {
    /// Its folder.
    pub folder: &'static str,
    /// `policy.toml`.
    pub policy: &'static str,
    /// `cases.toml`.
    pub cases: &'static str,
}

macro_rules! delivered {
    ($folder:literal) => {
        Delivered {
            folder: $folder,
            policy: include_str!(concat!("../../../../policies/", $folder, "/policy.toml")),
            cases: include_str!(concat!("../../../../policies/", $folder, "/cases.toml")),
        }
    };
}

/// Every one, by its folder.
pub const DELIVERED: [Delivered; 11] = [
    delivered!("henan-2020-02"),
    delivered!("hulunbuir-2020-02"),
    delivered!("p1-street-routine"),
    delivered!("p4-street-three-phase"),
    delivered!("p5-village-control"),
    delivered!("p6-influenza-community"),
    delivered!("p7-city-autumn-winter"),
    delivered!("p8-street-closed-loop"),
    delivered!("p9-street-contingency"),
    delivered!("zhongxiang-2020-02"),
    delivered!("zhuji-2020-02"),
];

/// The one of a folder.
pub fn delivered(folder: &str) -> Option<&'static Delivered> {
    DELIVERED.iter().find(|one| one.folder == folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_is_brought_along() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies");
        let mut there: Vec<String> = std::fs::read_dir(root)
            .expect("there are policies")
            .map(|entry| entry.expect("it is listed").path())
            .filter(|path| path.is_dir())
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
            .collect();
        there.sort();
        assert_eq!(DELIVERED.map(|one| one.folder.to_owned()).to_vec(), there);
    }
}
