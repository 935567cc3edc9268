use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use domain::api::PREFIX;
use serde_json::Value;
use std::collections::BTreeSet;
use tests::{Client, TestApp};

/// One operation of the document.
pub struct Operation {
    pub method: Method,
    pub path: String,
    /// Somebody has to be signed in.
    private: bool,
    /// Empty: everybody who is.
    roles: Vec<String>,
}

async fn document(test: &TestApp) -> Value {
    let answer = test.visitor().page("/api/openapi.json").await;
    assert_eq!(answer.status, StatusCode::OK);
    serde_json::from_slice(&answer.body).unwrap()
}

pub async fn operations(test: &TestApp) -> Vec<Operation> {
    let document = document(test).await;
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let roles = operation["x-roles"].as_array().into_iter().flatten();
            operations.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                private: operation.get("security").is_some(),
                roles: roles.map(|role| role.as_str().unwrap().to_owned()).collect(),
            });
        }
    }
    operations
}

/// Sends the operation with ids that name nothing and a body that says nothing.
async fn tried(client: &Client<'_>, operation: &Operation) -> StatusCode {
    let nothing = uuid::Uuid::from_u128(0xdead).to_string();
    let parts = operation.path.split('/').map(|part| if part.starts_with('{') { nothing.as_str() } else { part });
    let path = format!("{PREFIX}{}", parts.collect::<Vec<_>>().join("/"));
    let body = if operation.method == Method::GET { Body::empty() } else { Body::from("{}") };
    let request =
        Request::builder().method(&operation.method).uri(path).header(header::CONTENT_TYPE, "application/json");
    client.send(request.body(body).unwrap()).await.status
}

#[tokio::test]
async fn every_endpoint_refuses_whoever_has_not_its_right() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let people: Vec<(&str, Client<'_>)> = vec![
        ("village_reporter", test.village(crate::needs::VILLAGE).await),
        ("federation_county", test.federation("441424").await),
        ("enterprise_owner", test.enterprise("firm").await),
        ("charity_maker", charity.maker),
        ("charity_checker", charity.checker),
        ("charity_payer", charity.payer),
        ("auditor", test.auditor().await),
        ("donor", test.donor().await),
        ("platform_admin", test.admin().await),
    ];
    let operations = operations(&test).await;
    let mut wrong = Vec::new();
    for operation in &operations {
        let name = format!("{} {}", operation.method, operation.path);
        let stranger = tried(&test.visitor(), operation).await;
        if operation.private != (stranger == StatusCode::UNAUTHORIZED) || stranger.is_server_error() {
            wrong.push(format!("{name}: a stranger gets {stranger}"));
        }
        for (role, person) in &people {
            // Whoever signs out or gives up his second factor is refused afterwards.
            if ["DELETE /session", "DELETE /me/second-factor"].contains(&name.as_str()) {
                continue;
            }
            let status = tried(person, operation).await;
            let listed = operation.roles.iter().any(|own| own == role);
            let fine = match (operation.roles.is_empty(), listed) {
                (false, true) => status != StatusCode::FORBIDDEN && status != StatusCode::UNAUTHORIZED,
                (false, false) => status == StatusCode::FORBIDDEN,
                (true, _) => status != StatusCode::UNAUTHORIZED,
            };
            if !fine || status.is_server_error() {
                wrong.push(format!("{name}: {role} gets {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(operations.len() > 45, "{} operations", operations.len());
    test.done().await;
}

/// Whoever adds a public endpoint says so here.
#[tokio::test]
async fn what_a_stranger_may_call_is_known_by_name() {
    let test = TestApp::new().await;
    let open: BTreeSet<String> = operations(&test)
        .await
        .into_iter()
        .filter(|operation| !operation.private)
        .map(|operation| format!("{} {}", operation.method, operation.path))
        .collect();
    let expected = [
        "GET /campaigns",
        "GET /campaigns/{code}",
        "GET /campaigns/{code}/giving",
        "GET /campaigns/{code}/goods-gifts",
        "GET /campaigns/{code}/money/{number}/rows",
        "GET /campaigns/{code}/needs",
        "GET /campaigns/{code}/pledges",
        "GET /coverage",
        "GET /coverage/{code}",
        "GET /coverage/{code}/table",
        "GET /enquiries/{id}",
        "GET /enterprises/{id}/goods-gifts",
        "GET /enterprises/{id}/money/{number}/rows",
        "GET /fields/{field}/money/{number}/rows",
        "GET /files/{id}",
        "GET /health",
        "GET /ledger/accounts/{id}/entries",
        "GET /ledger/accounts/{id}/entries/table",
        "GET /needs",
        "GET /needs/suggestions",
        "GET /needs/{id}",
        "GET /needs/{id}/commitments",
        "GET /needs/{id}/goods-gifts",
        "GET /needs/{id}/disbursements",
        "GET /needs/{id}/money",
        "GET /needs/{id}/money/{number}/rows",
        "GET /needs/{id}/reports",
        "GET /needs/{id}/surplus",
        "GET /needs/{id}/versions",
        "GET /places",
        "GET /public-giving/{id}",
        "GET /places/{code}",
        "GET /places/{code}/earlier-pairings",
        "GET /places/{code}/money/{number}/rows",
        "GET /places/{code}/pairings",
        "GET /spending/{id}/sources",
        "POST /email-confirmations",
        "POST /links/renewals",
        "POST /links/state",
        "POST /password-resets",
        "POST /password-resets/completion",
        "POST /registrations/donor",
        "POST /registrations/donor/completion",
        "POST /registrations/enterprise",
        "POST /invitations/look",
        "POST /invitations/{code}/accept",
        "POST /town-resets/use",
        "POST /enquiries",
        "POST /saved-searches/stop",
        "POST /enquiries/{id}/messages",
        "POST /session",
    ];
    assert_eq!(open, expected.map(str::to_owned).into());
    test.done().await;
}

/// All references of a document.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let (true, Some(text)) = (name == "$ref", value.as_str()) {
                    found.insert(text);
                }
                references(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_document_names_what_is_asked_and_answered() {
    let test = TestApp::new().await;
    let document = document(&test).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    let missing: Vec<_> =
        found.iter().filter(|name| document.pointer(name.trim_start_matches('#')).is_none()).collect();
    assert!(missing.is_empty(), "references that lead nowhere: {missing:?}");
    assert!(found.len() > 40, "{} references", found.len());
    let create = &document["paths"]["/pledges"]["post"];
    let asked = &create["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(asked, "#/components/schemas/NewPledge");
    assert!(create["responses"]["201"].is_object() && create["responses"]["default"].is_object());
    let query: Vec<_> = document["paths"]["/needs"]["get"]["parameters"].as_array().unwrap().iter().collect();
    assert!(query.iter().any(|parameter| parameter["name"] == "county" && parameter["in"] == "query"));
    test.done().await;
}

#[tokio::test]
async fn the_reader_of_the_document_is_served_from_here() {
    let test = TestApp::new().await;
    let page = test.visitor().page("/api/docs/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("swagger-ui"));
    assert!(!page.text().contains("http"), "nothing from elsewhere");
    let start = test.visitor().page("/api/docs/swagger-initializer.js").await;
    assert!(start.text().contains("/api/openapi.json"));
    for file in ["swagger-ui-bundle.js", "swagger-ui.css"] {
        assert_eq!(test.visitor().page(&format!("/api/docs/{file}")).await.status, StatusCode::OK, "{file}");
    }
    assert_eq!(test.visitor().page("/api/docs").await.location(), "/api/docs/");
    assert_eq!(test.visitor().page("/api/docs/nothing").await.status, StatusCode::NOT_FOUND);
    test.done().await;
}
