//! The rule of a route, and the one place that holds every request against it.

use super::caller::Caller;
use super::role::Permission;
use crate::app::App;
use crate::error::{ApiError, OpError};
use crate::figures::RouteFigures;
use crate::ops::{area_of_gate, find_caller};
use crate::page::{PageError, RequestLang};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, header};
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
}

/// Which area a route is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// None.
    None,
    /// The one of the gate named `{gate}` in the path.
    Gate,
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
    /// The compound that it closes and all areas above it.
    pub path: Arc<[AreaId]>,
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
        let Routes { rules, handlers } = self;
        handlers
            .into_iter()
            .fold(Router::new(), |router, (at, handler)| {
                let rule = Arc::new(rules[at].clone());
                let path = rule.path;
                let figures = RouteFigures::new(&rule.method, path);
                let state = (app.clone(), rule, figures);
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

async fn guard(
    State((app, rule, figures)): State<(App, Arc<RouteRule>, RouteFigures)>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = tokio::time::Instant::now();
    let lang = request_lang(request.headers());
    request.extensions_mut().insert(RequestLang(lang));
    let response = match admit(&app, &rule, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(error) => refuse(&rule, error, lang),
    };
    figures.count(response.status(), began.elapsed());
    response
}

fn refuse(rule: &RouteRule, error: OpError, lang: Lang) -> Response {
    match (rule.face, &error) {
        (Face::Page, OpError::NotSignedIn) if rule.method == Method::GET => {
            Redirect::to("/login").into_response()
        }
        (Face::Page, OpError::MustChangePassword) if rule.method == Method::GET => {
            Redirect::to("/password").into_response()
        }
        (Face::Page, _) => PageError::new(error, lang).into_response(),
        (Face::Api, _) => ApiError(error).into_response(),
    }
}

async fn admit(app: &App, rule: &RouteRule, request: &mut Request) -> Result<(), OpError> {
    let caller = find_caller::find_caller(app, request.headers()).await?;
    if let Some(caller) = &caller {
        request.extensions_mut().insert(Arc::clone(caller));
        request.extensions_mut().insert(RequestLang(caller.lang));
    }
    let permission = match rule.access {
        Access::Public(_) => return Ok(()),
        Access::SignedIn => None,
        Access::Needs(permission) => Some(permission),
    };
    let caller = caller.ok_or(OpError::NotSignedIn)?;
    let on_the_way = ["/password", "/logout"].contains(&rule.path);
    if caller.must_change_password && !on_the_way {
        return Err(OpError::MustChangePassword);
    }
    match rule.scope {
        Scope::None => permission
            .is_none_or(|permission| caller.may_somewhere(permission))
            .then_some(())
            .ok_or(OpError::NotAllowed),
        Scope::Gate => {
            let gate = gate_of(app, request).await?;
            hold_against(&caller, permission, &gate.path)?;
            request.extensions_mut().insert(gate);
            Ok(())
        }
    }
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

async fn gate_of(app: &App, request: &mut Request) -> Result<GateInScope, OpError> {
    let Path(parts): Path<HashMap<String, String>> = request
        .extract_parts()
        .await
        .map_err(|_| OpError::NotFound)?;
    let gate = parts
        .get("gate")
        .and_then(|text| GateId::parse(text))
        .ok_or(OpError::NotFound)?;
    area_of_gate::area_of_gate(app, gate).await
}

/// The language chosen in a cookie, else the browser's, else Chinese.
pub fn request_lang(headers: &HeaderMap) -> Lang {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let cookie = header(header::COOKIE).unwrap_or_default();
    let mut chosen = cookie
        .split(';')
        .filter_map(|pair| pair.trim().strip_prefix("lang="));
    match chosen.next() {
        Some("en") => Lang::En,
        Some(_) => Lang::Zh,
        None => match header(header::ACCEPT_LANGUAGE) {
            Some(accepted) if accepted.starts_with("en") => Lang::En,
            _ => Lang::Zh,
        },
    }
}
