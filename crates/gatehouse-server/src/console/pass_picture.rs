//! A picture for a card, handed in at a desk: the only form of passes that carries a file.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::console::pass_detail::Shown;
use crate::console::passes::{Asked, page};
use crate::error::OpError;
use crate::ops::answer_landlord::Answered;
use crate::ops::apply_for_pass::{PHOTO_BYTES_MOST, Photo};
use crate::ops::mend_application::{Mending, mend_application};
use crate::page::{Frame, PageError};
use axum::Extension;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use gatehouse_core::id::ApplicationId;
use std::sync::Arc;

/// Most bytes of the version's number.
const VERSION_BYTES_MOST: usize = 20;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::form(
            "/areas/{area}/passes/applications/{application}/picture",
            Access::Needs(Permission::ApplyForPass),
            Scope::Area,
            Kept::Change,
        ),
        post(submit),
    )
}

/// The fields of the form.
#[derive(Default)]
struct PictureForm {
    version: i64,
    agreed: bool,
    picture: Vec<u8>,
}

/// POST /areas/{area}/passes/applications/{application}/picture
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Path((_, application)): Path<(String, String)>,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Response {
    let lang = frame.lang;
    let mended = async {
        let id = ApplicationId::parse(&application).ok_or(OpError::NotFound)?;
        let shard = area.county()?;
        let form = match form {
            Ok(form) => read(form).await?,
            Err(_) => PictureForm::default(),
        };
        let photo = Photo::read(&form.picture).filter(|_| form.agreed);
        let Some(photo) = photo else {
            return Ok((id, None));
        };
        let (wanted, staff) = ((id, form.version), Some(caller.staff));
        let mending = Mending::Photo(photo);
        let mended = mend_application(&app, shard, area.area, wanted, staff, mending).await?;
        Ok::<_, OpError>((id, Some(mended)))
    };
    let mut shown = Shown::default();
    let id = match mended.await {
        Err(error) => return PageError::new(error, lang).into_response(),
        Ok((id, Some(Answered::Done(_)))) => {
            let to = format!("/areas/{}/passes?open={id}", area.area);
            return Redirect::to(&to).into_response();
        }
        Ok((id, Some(Answered::Stale(_)))) => {
            shown.status = StatusCode::CONFLICT;
            shown.wanted = Some(frame.t("passes-wanted-photo"));
            id
        }
        Ok((id, None)) => {
            shown.status = StatusCode::UNPROCESSABLE_ENTITY;
            shown.problem = Some("passes-problem-picture");
            id
        }
    };
    page(&app, &area, &caller, frame, Asked::beside(id), shown).await
}

/// Reads no more than a picture may have.
async fn read(mut form: Multipart) -> Result<PictureForm, OpError> {
    let unreadable = |_| OpError::Unreadable("the form of a picture".to_owned());
    let mut read = PictureForm::default();
    while let Some(mut field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        let most = match name.as_str() {
            "picture" => PHOTO_BYTES_MOST,
            _ => VERSION_BYTES_MOST,
        };
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
            if bytes.len() + chunk.len() > most {
                return Err(OpError::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        match name.as_str() {
            "picture" => read.picture = bytes,
            "agreed" => read.agreed = bytes == b"yes",
            "version" => {
                let text = String::from_utf8(bytes).unwrap_or_default();
                read.version = text.parse().unwrap_or(0);
            }
            _ => {}
        }
    }
    Ok(read)
}
