//! Pages for residents and visitors, without an account (SELF-1, SELF-2): large keys, plain forms.

mod apply;
mod code;
mod data;
mod home;
mod requests;
mod visit;
mod visits;

use crate::auth::access::Routes;

/// The routes of all pages.
pub fn routes(table: Routes) -> Routes {
    [
        code::routes,
        home::routes,
        apply::routes,
        data::routes,
        requests::routes,
        visits::routes,
        visit::routes,
    ]
    .into_iter()
    .fold(table, |table, add| add(table))
}
