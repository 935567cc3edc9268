use domain::api::places::{PlacesQuery, list};
use tests::TestApp;

#[tokio::test]
async fn counties_towns_and_villages_are_listed_with_their_codes() {
    let test = TestApp::new().await;
    let children = async |parent: Option<&str>| {
        let query = PlacesQuery { parent: parent.map(str::to_owned) };
        test.visitor().call(list(&query)).await.unwrap().items
    };
    assert_eq!(children(None).await.len(), 8);
    assert_eq!(children(Some("441424")).await.len(), 16);
    let villages = children(Some("441424103")).await;
    assert!(villages.iter().any(|village| village.name == "輋𣒍村委会"), "a name outside the BMP survives");
    test.done().await;
}

#[tokio::test]
async fn an_unknown_parent_is_not_found_and_a_malformed_one_is_named() {
    let test = TestApp::new().await;
    let status = async |parent: &str| {
        let query = PlacesQuery { parent: Some(parent.to_owned()) };
        test.visitor().call(list(&query)).await.unwrap_err().status
    };
    assert_eq!(status("441499").await, 404);
    assert_eq!(status("hello").await, 422);
    test.done().await;
}
