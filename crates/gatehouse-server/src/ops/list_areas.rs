//! The areas directly in one.

use crate::app::App;
use crate::error::OpError;
use gatehouse_core::id::AreaId;

/// An area in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaLine {
    /// Its id.
    pub area: String,
    /// Its name.
    pub name: String,
    /// Key of the words for its level.
    pub level_key: String,
}

/// By name; buildings and what lies below them are left out.
pub async fn list_areas(app: &App, area: AreaId) -> Result<Vec<AreaLine>, OpError> {
    let rows = app.store.read(move |tx| tx.areas_in(area)).await?;
    let rows = rows.into_iter();
    Ok(rows
        .filter(|row| row.ended_on.is_none() && !matches!(&*row.level, "building" | "unit"))
        .map(|row| AreaLine {
            area: row.area.to_string(),
            name: row.name,
            level_key: format!("level-{}", row.level),
        })
        .collect())
}
