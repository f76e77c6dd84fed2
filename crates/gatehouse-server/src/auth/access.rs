//! The rule of a route, and the one place that holds every request against it.

use super::caller::Caller;
use super::kept_form;
use super::menu::{Menu, MenuTable};
use super::role::Permission;
use crate::app::App;
use crate::error::{ApiError, OpError};
use crate::figures::RouteFigures;
use crate::ops::record_view::Seen;
use crate::ops::resident::find_resident;
use crate::ops::{area_of_gate, device_session, find_caller, find_token, read_area, record_view};
use crate::page::{PageError, RequestLang};
use crate::systems::doc::Doc;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::MethodRouter;
use axum::{RequestExt, Router};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{AreaId, GateId};
use gatehouse_store::Shard;
use std::collections::HashMap;
use std::sync::Arc;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, with the reason why.
    Public(&'static str),
    /// Whoever is signed in.
    SignedIn,
    /// Whoever holds this in the route's scope.
    Needs(Permission),
    /// A resident with the code of their own page.
    Resident,
    /// A device of the gate in the path, or whoever may work that gate.
    AtGate(Devices),
}

/// Which devices a route of a gate takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Devices {
    /// Those in service.
    InService,
    /// Those out of service too: what they recorded is not lost.
    EndedToo,
}

/// Which area a route is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// None.
    None,
    /// The one of the gate named `{gate}` in the path.
    Gate,
    /// The area named `{area}` in the path, of any level.
    Area,
}

/// What of a call is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nothing: it changes nothing and shows nobody's data.
    Nothing,
    /// That somebody looked.
    View,
    /// That something was changed.
    Change,
    /// The crossing itself.
    Crossing,
}

/// Whom a route speaks to when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// A person: a page.
    Page,
    /// A program: problem+json.
    Api,
}

/// Everything that a route declares.
#[derive(Clone, Debug)]
pub struct RouteRule {
    /// GET or POST.
    pub method: Method,
    /// As axum writes it.
    pub path: &'static str,
    /// Whom it speaks to.
    pub face: Face,
    /// Who may call it.
    pub access: Access,
    /// About which area.
    pub scope: Scope,
    /// What is kept.
    pub kept: Kept,
    /// Where the menu of an area names it.
    pub menu: Option<Menu>,
    /// What other systems are told of it: only such routes take their tokens.
    pub doc: Option<Doc>,
}

impl RouteRule {
    /// A page to look at.
    pub fn page(path: &'static str, access: Access, scope: Scope, kept: Kept) -> RouteRule {
        RouteRule {
            method: Method::GET,
            path,
            face: Face::Page,
            access,
            scope,
            kept,
            menu: None,
            doc: None,
        }
    }

    /// A form that is sent.
    pub fn form(path: &'static str, access: Access, scope: Scope, kept: Kept) -> RouteRule {
        RouteRule {
            method: Method::POST,
            ..RouteRule::page(path, access, scope, kept)
        }
    }

    /// Something that a program reads.
    pub fn read(path: &'static str, access: Access, scope: Scope, kept: Kept) -> RouteRule {
        RouteRule {
            face: Face::Api,
            ..RouteRule::page(path, access, scope, kept)
        }
    }

    /// Something that a program sends.
    pub fn call(path: &'static str, access: Access, scope: Scope, kept: Kept) -> RouteRule {
        RouteRule {
            method: Method::POST,
            ..RouteRule::read(path, access, scope, kept)
        }
    }

    /// Opens a route to other systems.
    pub fn for_systems(mut self, doc: Doc) -> RouteRule {
        self.doc = Some(doc);
        self
    }

    /// Gives a page of an area its place in the menu.
    pub fn in_menu(mut self, menu: Menu) -> RouteRule {
        self.menu = Some(menu);
        self
    }
}

/// The gate that a request is about, put there by the rule of its route.
#[derive(Clone, Debug)]
pub struct GateInScope {
    /// County.
    pub shard: Shard,
    /// The gate.
    pub gate: GateId,
    /// Its name.
    pub name: String,
    /// From the root down to the compound that it closes.
    pub path: Arc<[AreaId]>,
    /// Minutes east of UTC of the clock there.
    pub offset_minutes: i16,
}

/// The area that a request is about, put there by the rule of its route.
#[derive(Clone, Debug)]
pub struct AreaInScope {
    /// The area.
    pub area: AreaId,
    /// County; `None` above one.
    pub shard: Option<Shard>,
    /// Core's word for its level.
    pub level: String,
    /// Its name.
    pub name: String,
    /// From the root down to the area.
    pub path: Arc<[AreaId]>,
    /// Minutes east of UTC of the clock there.
    pub offset_minutes: i16,
}

impl AreaInScope {
    /// The county, for pages that speak of one compound or community.
    ///
    /// # Errors
    /// Not found above a county: there is nothing of this kind.
    pub fn county(&self) -> Result<Shard, OpError> {
        self.shard.ok_or(OpError::NotFound)
    }
}

/// Routes, each added with its rule.
pub struct Routes {
    rules: Vec<RouteRule>,
    handlers: Vec<(usize, MethodRouter<App>)>,
}

impl Routes {
    /// None yet.
    pub fn new() -> Routes {
        Routes {
            rules: Vec::new(),
            handlers: Vec::new(),
        }
    }

    /// Adds a route. There is no other way to add one.
    pub fn add(mut self, rule: RouteRule, handler: MethodRouter<App>) -> Routes {
        self.handlers.push((self.rules.len(), handler));
        self.rules.push(rule);
        self
    }

    /// Every rule, for the test that tries them all.
    pub fn rules(&self) -> &[RouteRule] {
        &self.rules
    }

    /// The router in which each route is held against its rule.
    pub fn into_router(self, app: &App) -> Router<App> {
        let menu = MenuTable::of(&self.rules);
        let Routes { rules, handlers } = self;
        handlers
            .into_iter()
            .fold(Router::new(), |router, (at, handler)| {
                let rule = rules[at].clone();
                let path = rule.path;
                let figures = RouteFigures::new(&rule.method, path);
                let state = Arc::new((app.clone(), rule, menu.clone(), figures));
                let guarded = handler.route_layer(from_fn_with_state(state, guard));
                router.route(path, guarded)
            })
    }
}

impl Default for Routes {
    fn default() -> Routes {
        Routes::new()
    }
}

type Guard = Arc<(App, RouteRule, MenuTable, RouteFigures)>;

async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let (app, rule, menu, figures) = &*guard;
    let began = tokio::time::Instant::now();
    let lang = request_lang(request.headers());
    request.extensions_mut().insert(RequestLang(lang));
    let response = match admit(app, rule, menu, &mut request).await {
        Ok(seen) => {
            let response = next.run(request).await;
            keep_view(app, rule, seen, lang, response).await
        }
        Err(error) => refuse(rule, error, lang, request).await,
    };
    figures.count(response.status(), began.elapsed());
    response
}

/// What somebody may see is shown only once it is written down that they looked.
async fn keep_view(
    app: &App,
    rule: &RouteRule,
    seen: Option<Seen>,
    lang: Lang,
    response: Response,
) -> Response {
    let Some(seen) = seen.filter(|_| rule.kept == Kept::View) else {
        return response;
    };
    if !response.status().is_success() {
        return response;
    }
    match record_view::record_view(app, rule.path, seen).await {
        Ok(()) => response,
        Err(error) if rule.face == Face::Api => ApiError(error).into_response(),
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

async fn refuse(rule: &RouteRule, error: OpError, lang: Lang, request: Request) -> Response {
    match (rule.face, &error) {
        (Face::Page, OpError::NotSignedIn) if rule.method == Method::GET => {
            Redirect::to(&sign_in_place(request.uri())).into_response()
        }
        (Face::Page, OpError::NoCode) if rule.method == Method::GET => {
            Redirect::to("/my/code").into_response()
        }
        (Face::Page, OpError::MustChangePassword) if rule.method == Method::GET => {
            Redirect::to("/password").into_response()
        }
        (Face::Page, OpError::NotSignedIn) => kept_form::show(request, "/login", lang).await,
        (Face::Page, OpError::NoCode) => kept_form::show(request, "/my/code", lang).await,
        (Face::Page, _) => PageError::new(error, lang).into_response(),
        (Face::Api, _) => ApiError(error).into_response(),
    }
}

/// Where to sign in so as to come back to a page.
fn sign_in_place(uri: &Uri) -> String {
    match uri.path() {
        "/" => "/login".to_owned(),
        path => format!("/login?next={path}"),
    }
}

async fn admit(
    app: &App,
    rule: &RouteRule,
    menu: &MenuTable,
    request: &mut Request,
) -> Result<Option<Seen>, OpError> {
    let caller = find_who(app, rule, request).await?;
    let permission = match rule.access {
        Access::Public(_) => return Ok(None),
        Access::AtGate(devices) => {
            if admit_device(app, devices, request).await? {
                return Ok(None);
            }
            Some(Permission::WorkGate)
        }
        Access::Resident => {
            let resident = find_resident::find_resident(app, request.headers()).await?;
            let resident = resident.ok_or(OpError::NoCode)?;
            request.extensions_mut().insert(resident);
            return Ok(None);
        }
        Access::SignedIn => None,
        Access::Needs(permission) => Some(permission),
    };
    let caller = caller.ok_or(OpError::NotSignedIn)?;
    let on_the_way = ["/password", "/logout"].contains(&rule.path);
    if caller.must_change_password && !on_the_way {
        return Err(OpError::MustChangePassword);
    }
    let area = match rule.scope {
        Scope::None => {
            return permission
                .is_none_or(|permission| caller.may_somewhere(permission))
                .then_some(None)
                .ok_or(OpError::NotAllowed);
        }
        Scope::Gate => {
            let gate = GateId::parse(&named(request, "gate").await?).ok_or(OpError::NotFound)?;
            let gate = area_of_gate::area_of_gate(app, gate).await?;
            hold_against(&caller, permission, &gate.path)?;
            let compound = gate.path.last().copied();
            request.extensions_mut().insert(gate);
            compound.ok_or(OpError::NotFound)?
        }
        Scope::Area => AreaId::parse(&named(request, "area").await?).ok_or(OpError::NotFound)?,
    };
    // The gate's own routes know enough; nothing more is read for them.
    if rule.scope == Scope::Gate && rule.face == Face::Api {
        return Ok(None);
    }
    let area = read_area::read_area(app, area).await?;
    hold_against(&caller, permission, &area.path)?;
    let seen = Seen {
        staff: caller.staff,
        area: area.area,
        shard: area.shard,
    };
    if rule.face == Face::Page {
        let shown = menu.for_caller(&caller, &area, rule.menu);
        request.extensions_mut().insert(shown);
    }
    request.extensions_mut().insert(area);
    Ok(Some(seen))
}

/// Who calls, kept beside the request with the language of their pages.
async fn find_who(
    app: &App,
    rule: &RouteRule,
    request: &mut Request,
) -> Result<Option<Arc<Caller>>, OpError> {
    let headers = request.headers();
    let caller = match find_token::bearer(headers) {
        // A token opens what is made for other systems, and nothing else.
        Some(token) if rule.doc.is_some() => find_token::find_token(app, token).await?,
        Some(_) => None,
        None => find_caller::find_caller(app, headers).await?,
    };
    if let Some(caller) = &caller {
        request.extensions_mut().insert(Arc::clone(caller));
        // What the browser has chosen goes before what the account says.
        let lang = chosen_lang(request.headers()).unwrap_or(caller.lang);
        request.extensions_mut().insert(RequestLang(lang));
    }
    Ok(caller)
}

/// Whether the request comes from a device of the gate in the path.
async fn admit_device(app: &App, devices: Devices, request: &mut Request) -> Result<bool, OpError> {
    let Some(device) = device_session::find_device(app, request.headers()).await? else {
        return Ok(false);
    };
    if GateId::parse(&named(request, "gate").await?) != Some(device.gate) {
        return Ok(false);
    }
    if devices == Devices::InService && !device.in_service {
        return Err(OpError::NotTaken {
            code: "D-ENDED",
            detail: "This phone was taken out of service. Enrol it again with a new code.",
        });
    }
    let gate = area_of_gate::area_of_gate(app, device.gate).await?;
    request.extensions_mut().insert(gate);
    request.extensions_mut().insert(device);
    Ok(true)
}

/// Who holds nothing in an area is not told that it exists.
fn hold_against(
    caller: &Caller,
    permission: Option<Permission>,
    path: &[AreaId],
) -> Result<(), OpError> {
    if !caller.belongs_to(path) {
        return Err(OpError::NotFound);
    }
    permission
        .is_none_or(|permission| caller.may_in(permission, path))
        .then_some(())
        .ok_or(OpError::NotAllowed)
}

/// A part of the path by its name in the route.
async fn named(request: &mut Request, name: &str) -> Result<String, OpError> {
    let Path(mut parts): Path<HashMap<String, String>> = request
        .extract_parts()
        .await
        .map_err(|_| OpError::NotFound)?;
    parts.remove(name).ok_or(OpError::NotFound)
}

/// The language chosen in a cookie, else the browser's, else Chinese.
pub fn request_lang(headers: &HeaderMap) -> Lang {
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    chosen_lang(headers).unwrap_or(match accepted {
        Some(accepted) if accepted.starts_with("en") => Lang::En,
        _ => Lang::Zh,
    })
}

/// The language that was chosen with the switch of every page.
fn chosen_lang(headers: &HeaderMap) -> Option<Lang> {
    let cookie = headers.get(header::COOKIE)?.to_str().ok()?;
    let mut chosen = cookie
        .split(';')
        .filter_map(|pair| pair.trim().strip_prefix("lang="));
    chosen.next().map(|chosen| match chosen {
        "en" => Lang::En,
        _ => Lang::Zh,
    })
}
