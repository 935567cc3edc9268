//! A room's routes and what the API document says of them, made from one list.
//!
//! The description is read off the handler's own signature: its extractors say what is asked and by which right, its
//! result what is answered. So the document cannot name a route that is not there, nor leave one out, nor forget a
//! right. Deliberately absent: examples, and prose that could grow old.

use super::caller::{Caller, SignedIn};
use super::identify::SetTokens;
use super::{Body, Path, Query};
use crate::app::App;
use crate::error::Result;
use axum::extract::{Multipart, State};
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::routing::MethodRouter;
use axum::{Extension, Json, Router};
use domain::api::{ApiError, PREFIX};
use domain::organisation::Role;
use std::any::type_name;
use std::collections::BTreeMap;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, Paths};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ComponentsBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, ResponseBuilder, Schema,
};
use utoipa::{IntoParams, ToSchema};

/// The extension under which an operation names the roles that may call it.
pub const ROLES: &str = "x-roles";
/// The extension of an operation that asks for a fresh proof of who calls.
pub const SERIOUS: &str = "x-serious";
const SCHEME: &str = "session";

/// Some routes, with their description.
pub struct Endpoints {
    router: Router<App>,
    tag: &'static str,
    paths: Paths,
    schemas: BTreeMap<String, RefOr<Schema>>,
}

impl Endpoints {
    /// None yet; `tag` is the heading in the document.
    #[must_use]
    pub fn new(tag: &'static str) -> Self {
        Endpoints { router: Router::new(), tag, paths: Paths::new(), schemas: BTreeMap::new() }
    }

    #[must_use]
    pub fn get<T: 'static, H: Handler<T, App> + Described<T>>(self, path: &str, summary: &str, handler: H) -> Self {
        self.add::<T, H>(path, HttpMethod::Get, summary, axum::routing::get(handler))
    }

    #[must_use]
    pub fn post<T: 'static, H: Handler<T, App> + Described<T>>(self, path: &str, summary: &str, handler: H) -> Self {
        self.add::<T, H>(path, HttpMethod::Post, summary, axum::routing::post(handler))
    }

    #[must_use]
    pub fn delete<T: 'static, H: Handler<T, App> + Described<T>>(self, path: &str, summary: &str, handler: H) -> Self {
        self.add::<T, H>(path, HttpMethod::Delete, summary, axum::routing::delete(handler))
    }

    fn add<T, H: Described<T>>(
        mut self,
        path: &str,
        method: HttpMethod,
        summary: &str,
        route: MethodRouter<App>,
    ) -> Self {
        let mut description = Description::of(self.tag, path, summary);
        H::describe(&mut description);
        let (operation, schemas) = description.finish();
        for (name, schema) in schemas {
            self.keep(name, schema);
        }
        self.paths.add_path_operation(path, vec![method], operation);
        self.router = self.router.route(path, route);
        self
    }

    /// One name, one meaning: two types of one name would spoil the document, and the server does not start.
    fn keep(&mut self, name: String, schema: RefOr<Schema>) {
        if let Some(known) = self.schemas.get(&name) {
            assert!(*known == schema, "two types of the API are called {name}");
        } else {
            self.schemas.insert(name, schema);
        }
    }

    /// Does something to all routes so far.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(Router<App>) -> Router<App>) -> Self {
        self.router = change(self.router);
        self
    }

    #[must_use]
    pub fn merge(mut self, other: Endpoints) -> Self {
        self.router = self.router.merge(other.router);
        self.paths.merge(other.paths);
        for (name, schema) in other.schemas {
            self.keep(name, schema);
        }
        self
    }

    /// The routes, and the document of them all.
    pub fn split(self) -> (Router<App>, OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
        let bearer = bearer.description(Some("POST /session 的 access，放在 Authorization: Bearer 里")).build();
        let components = self
            .schemas
            .into_iter()
            .fold(ComponentsBuilder::new(), |components, (name, schema)| components.schema(name, schema))
            .security_scheme(SCHEME, SecurityScheme::Http(bearer));
        let info = InfoBuilder::new().title("千村 API").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT));
        let document = OpenApiBuilder::new()
            .info(info)
            .servers(Some([ServerBuilder::new().url(PREFIX).build()]))
            .paths(self.paths)
            .components(Some(components.build()))
            .build();
        (self.router, document)
    }
}

const ABOUT: &str = "梅州“千企兴千村”平台的接口，网页用的也是它。\n\n\
    金额都是整数，单位是分，字段名以 `_fen` 结尾。列表用 `next` 翻页：把它放进下一次请求的 `after`。\
    计数到 1,000 为止是准确的，`more` 表示还有更多。\n\n\
    认捐等涉及款项的写入由调用方给出编号（UUID）：同一编号、同一内容再发一次，得到同一个结果；内容不同则是 409。\n\n\
    出错时的回答见 `ApiError`：`code` 供程序判断，`message` 供人阅读，`fields` 指出哪一项要改。";

/// What is known of one operation while its handler is read.
pub struct Description {
    operation: OperationBuilder,
    about: String,
    roles: Option<Vec<&'static str>>,
    serious: bool,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Description {
    fn of(tag: &str, path: &str, summary: &str) -> Self {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let operation = names.fold(OperationBuilder::new().tag(tag).summary(Some(summary)), |operation, name| {
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
            operation.parameter(parameter.schema(Some(text.clone())))
        });
        let mut description =
            Description { operation, about: String::new(), roles: None, serious: false, schemas: Vec::new() };
        let refused = description.schema::<ApiError>();
        let refused =
            ResponseBuilder::new().description("没有做成：原因见内容").content(JSON, content(refused)).build();
        description.operation = description.operation.response("default", refused);
        description
    }

    /// The schema of a type: by name, but for generic ones, whose name is not theirs alone.
    fn schema<T: ToSchema>(&mut self) -> RefOr<Schema> {
        T::schemas(&mut self.schemas);
        if type_name::<T>().contains('<') {
            return T::schema();
        }
        self.schemas.push((T::name().into_owned(), T::schema()));
        RefOr::Ref(Ref::from_schema_name(T::name()))
    }

    fn with(&mut self, change: impl FnOnce(OperationBuilder) -> OperationBuilder) {
        self.operation = change(std::mem::take(&mut self.operation));
    }

    fn answer<T: ToSchema>(&mut self, status: StatusCode) {
        let schema = self.schema::<T>();
        let response = ResponseBuilder::new().description("做成了").content(JSON, content(schema)).build();
        self.with(|operation| operation.response(status.as_str(), response));
    }

    /// A picture instead of JSON.
    pub fn answer_picture(&mut self) {
        let bytes = ObjectBuilder::new().schema_type(Type::String).build();
        let response = ResponseBuilder::new().description("图片").content("image/jpeg", content(bytes.into())).build();
        self.with(|operation| operation.response("200", response));
    }

    /// Text of a kind of its own instead of JSON.
    pub fn answer_text(&mut self, mime: &str, about: &str) {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let response = ResponseBuilder::new().description(about).content(mime, content(text.into())).build();
        self.with(|operation| operation.response("200", response));
    }

    /// Only for people with one of these roles; for everybody signed in, if none is named.
    pub fn right(&mut self, roles: &[Role]) {
        let names: Vec<&str> = roles.iter().map(|role| role.label()).collect();
        self.about =
            if roles.is_empty() { "登录后可用".to_owned() } else { format!("可用者：{}", names.join("、")) };
        self.roles = Some(roles.iter().map(|role| role.as_str()).collect());
    }

    /// Only after a proof of who calls that is not older than half an hour.
    pub fn serious(&mut self) {
        self.serious = true;
        self.about.push_str("。须在三十分钟内证明过是本人（POST /session/proof）");
    }

    fn finish(mut self) -> (Operation, Vec<(String, RefOr<Schema>)>) {
        if let Some(roles) = self.roles.take() {
            let extensions = Extensions::builder().add(ROLES, roles).add(SERIOUS, self.serious).build();
            let none: [&str; 0] = [];
            self.with(|operation| {
                operation.security(SecurityRequirement::new(SCHEME, none)).extensions(Some(extensions))
            });
        }
        let about = if self.about.is_empty() { "人人可用".to_owned() } else { self.about };
        (self.operation.description(Some(about)).build(), self.schemas)
    }
}

const JSON: &str = "application/json";

fn content(schema: RefOr<Schema>) -> utoipa::openapi::Content {
    ContentBuilder::new().schema(Some(schema)).build()
}

/// A handler whose signature can be read; `T` is what axum calls it by.
pub trait Described<T> {
    fn describe(description: &mut Description);
}

/// An argument of a handler.
pub trait Asked {
    fn describe(_: &mut Description) {}
}

/// A result of a handler.
pub trait Answered {
    fn describe(description: &mut Description);
}

macro_rules! described {
    ($($argument:ident)*) => {
        impl<F, Fut, R, M, $($argument),*> Described<(M, $($argument,)*)> for F
        where
            F: Fn($($argument),*) -> Fut,
            Fut: Future<Output = R>,
            R: Answered,
            $($argument: Asked,)*
        {
            fn describe(description: &mut Description) {
                $($argument::describe(description);)*
                R::describe(description);
            }
        }
    };
}

described!(A1);
described!(A1 A2);
described!(A1 A2 A3);
described!(A1 A2 A3 A4);
described!(A1 A2 A3 A4 A5);

impl Asked for State<App> {}
impl Asked for Caller {}
impl<T> Asked for Path<T> {}

impl Asked for SignedIn {
    fn describe(description: &mut Description) {
        description.right(&[]);
    }
}

impl<T: IntoParams> Asked for Query<T> {
    fn describe(description: &mut Description) {
        for parameter in T::into_params(|| Some(ParameterIn::Query)) {
            description.with(|operation| operation.parameter(parameter));
        }
    }
}

impl<T: ToSchema> Asked for Body<T> {
    fn describe(description: &mut Description) {
        let schema = description.schema::<T>();
        let body = RequestBodyBuilder::new().content(JSON, content(schema)).required(Some(Required::True)).build();
        description.with(|operation| operation.request_body(Some(body)));
    }
}

impl Asked for Multipart {
    fn describe(description: &mut Description) {
        let file = ObjectBuilder::new().schema_type(Type::String).content_media_type("application/octet-stream");
        let form = ObjectBuilder::new().property("file", file).required("file").build();
        let body = RequestBodyBuilder::new().content("multipart/form-data", content(form.into())).build();
        description.with(|operation| operation.request_body(Some(body)));
    }
}

impl<T: ToSchema> Answered for Json<T> {
    fn describe(description: &mut Description) {
        description.answer::<T>(StatusCode::OK);
    }
}

impl<T: ToSchema> Answered for (StatusCode, Json<T>) {
    fn describe(description: &mut Description) {
        description.answer::<T>(StatusCode::CREATED);
    }
}

impl<T: ToSchema> Answered for (Extension<SetTokens>, Json<T>) {
    fn describe(description: &mut Description) {
        description.answer::<T>(StatusCode::OK);
    }
}

impl<T: Answered> Answered for Result<T> {
    fn describe(description: &mut Description) {
        T::describe(description);
    }
}
