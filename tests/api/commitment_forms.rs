use crate::commitments::{Given, given};
use axum::http::StatusCode;
use domain::commitment::COMMITMENT_TERMS_VERSION;
use domain::need::ContributionKind;
use domain::organisation::{OrganisationKind, Role};
use tests::{TestApp, jpeg};

fn typed<'a>(need: &'a str, quantity: &'a str, action: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("id", "00000000-0000-0000-0000-000000000051"),
        ("need", need),
        ("line", "0"),
        ("quantity", quantity),
        ("due_on", "2026-09-30"),
        ("note", "分两批送"),
        ("public_display", "partial"),
        ("notice_acknowledged", "1"),
        ("voluntary", "1"),
        ("terms_version", COMMITMENT_TERMS_VERSION),
        ("action", action),
    ]
}

#[tokio::test]
async fn the_forms_work_without_script_and_keep_what_was_typed() {
    let test = TestApp::new().await;
    let Given { village, enterprise, need, .. } = given(&test, ContributionKind::Goods).await;
    let code = need.code.clone().unwrap();
    let page = test.visitor().page(&format!("/needs/{code}")).await.text();
    assert!(page.contains(&format!("/commitments/new?need={code}")) && page.contains("我们来承担"), "{page}");
    let empty = enterprise.page(&format!("/commitments/new?need={code}")).await.text();
    assert!(
        empty.contains("还差 20 盏") && empty.contains("value=\"2026-12-01\"") && empty.contains("承诺须知"),
        "{empty}"
    );
    let id = need.id.to_string();
    for (quantity, says) in [("八", "数量应是大于 0 的整数"), ("21", "还差 20 盏")] {
        let refused = enterprise.form("/commitments/new", &typed(&id, quantity, "review")).await;
        let page = refused.text();
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
        assert!(page.contains(says) && page.contains(&format!("value=\"{quantity}\"")), "{page}");
    }
    let review = enterprise.form("/commitments/new", &typed(&id, "8", "review")).await;
    assert!(review.status == StatusCode::OK && review.text().contains("请核对承诺"), "{}", review.text());
    let made = enterprise.form("/commitments/new", &typed(&id, "8", "confirm")).await;
    assert_eq!(made.location(), "/commitments/00000000-0000-0000-0000-000000000051?done=promised", "{}", made.text());
    let path = "/commitments/00000000-0000-0000-0000-000000000051";
    let fields = |action| {
        [
            ("id", "00000000-0000-0000-0000-000000000061"),
            ("quantity", "３"),
            ("happened_on", "2026-06-30"),
            ("paper", "delivery_note"),
            ("note", "第一批"),
            ("action", action),
        ]
    };
    let bare = enterprise.form_with_files(path, &fields("report"), &[]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.text().contains("请上传 1 至 5 张凭证照片") && bare.text().contains("第一批"), "{}", bare.text());
    let paper = jpeg(80, 60);
    let reported = enterprise.form_with_files(path, &fields("report"), &[("pictures", "送货单.jpg", &paper)]).await;
    assert_eq!(reported.location(), format!("{path}?done=reported"), "{}", reported.text());
    let waiting = village.page(path).await.text();
    assert!(waiting.contains("value=\"confirm\"") && waiting.contains("登记收到了一部分"), "{waiting}");
    let part = "00000000-0000-0000-0000-000000000061";
    let silent = village.form(path, &[("row", "dispute-x"), ("part", part), ("action", "dispute")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let confirmed = village.form(path, &[("row", part), ("part", part), ("action", "confirm")]).await;
    assert_eq!(confirmed.location(), format!("{path}?done=confirmed"), "{}", confirmed.text());
    let why = "数错了，请照实再登记";
    let counter = "00000000-0000-0000-0000-000000000062";
    let fields = [("part", part), ("id", counter), ("reason", why), ("action", "take-back")];
    let back = village.form(path, &fields).await;
    assert_eq!(back.location(), format!("{path}?done=taken-back"), "{}", back.text());
    let gone = enterprise.form(path, &[("reason", "仓库受灾，今年给不了"), ("action", "withdraw")]).await;
    assert_eq!(gone.location(), format!("{path}?done=withdrawn"), "{}", gone.text());
    let money = test.visitor().page("/commitments/new").await;
    assert_eq!(money.status, StatusCode::SEE_OTHER, "a stranger signs in first");
    let other = test.person("office", OrganisationKind::RuralOffice, Some("441424"), Role::RuralOffice).await;
    assert_eq!(other.page("/commitments").await.status, StatusCode::FORBIDDEN);
    test.done().await;
}
