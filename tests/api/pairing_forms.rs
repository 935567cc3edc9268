use crate::money::open_need;
use crate::pairings::{TOWN, VILLAGE, approved, new_pairing, table, terms, to};
use axum::http::StatusCode;
use domain::api::pairings::{self, PairingQuery};
use domain::organisation::{OrganisationKind, Role};
use domain::pairing::PairingStatus;
use tests::{TestApp, jpeg};

const ID: &str = "00000000-0000-0000-0000-000000000051";

fn typed<'a>(form: &'a str, last_day: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("id", ID),
        ("town", TOWN),
        ("form", form),
        ("villages", VILLAGE),
        ("first_day", "2026-07-01"),
        ("last_day", last_day),
        ("purpose", "三年里把柚子卖出去"),
        ("enterprise_does", "派技术员驻村"),
        ("places_do", "组织农户参加"),
        ("fields", "specialty_industry"),
        ("message", "请看看条款"),
        ("voluntary", "1"),
    ]
}

#[tokio::test]
async fn the_forms_of_a_pairing_work_without_script_and_keep_what_was_typed() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let (enterprise, village) = (&table.enterprise, &table.village);
    let place = test.visitor().page(&format!("/villages/{VILLAGE}")).await.text();
    assert!(place.contains(&format!("/pairings/new?village={VILLAGE}")), "{place}");
    assert_eq!(test.visitor().page("/pairings/new").await.status, StatusCode::SEE_OTHER, "a stranger signs in first");
    let choose = enterprise.page("/pairings/new").await.text();
    assert!(choose.contains("和哪个镇（街道）的村结对"), "{choose}");
    let empty = enterprise.page(&format!("/pairings/new?village={VILLAGE}")).await.text();
    assert!(empty.contains(&format!("value=\"{VILLAGE}\" checked")) && empty.contains("没有任何单位下达"), "{empty}");
    for (form, last_day, says) in [
        ("village_pairing", "明年", "请填写日期"),
        ("village_pairing", "2026-07-02", "期限至少 30 天"),
        ("joint_building", "2028-06-30", "请填写村里占的份额"),
        ("", "2028-06-30", "请选择结对的形式"),
    ] {
        let refused = enterprise.form("/pairings/new", &typed(form, last_day)).await;
        let page = refused.text();
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
        assert!(page.contains(says) && page.contains("派技术员驻村") && page.contains("请看看条款"), "{says}: {page}");
        assert!(page.contains(&format!("value=\"{VILLAGE}\" checked")), "{page}");
    }
    let made = enterprise.form("/pairings/new", &typed("village_pairing", "2028-06-30")).await;
    let path = format!("/pairings/{ID}");
    assert_eq!(made.location(), format!("{path}?done=proposed"), "{}", made.text());
    let other = enterprise.form("/pairings/new", &typed("village_pairing", "2029-06-30")).await;
    assert!(
        other.status == StatusCode::UNPROCESSABLE_ENTITY && other.text().contains("已经保存的一份"),
        "{}",
        other.text()
    );

    let read = village.page(&path).await.text();
    assert!(read.contains("同意条款") && read.contains("改提条款") && read.contains("请看看条款"), "{read}");
    let counter = village.page(&format!("{path}/terms")).await;
    assert!(counter.text().contains("派技术员驻村"), "{}", counter.text());
    let version = counter.hidden("version");
    let mut fields = typed("village_pairing", "2027-06-30");
    fields.push(("version", &version));
    let sent = village.form(&format!("{path}/terms"), &fields).await;
    assert_eq!(sent.location(), format!("{path}?done=countered"), "{}", sent.text());
    let late = village.form(&format!("{path}/terms"), &fields).await;
    assert!([StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY].contains(&late.status));
    let unwilling = enterprise.form(&path, &[("row", "agree"), ("number", "2"), ("action", "agree")]).await;
    assert!(unwilling.status == StatusCode::UNPROCESSABLE_ENTITY && unwilling.text().contains("完全出于自愿"));
    let agree =
        [("row", "agree"), ("number", "2"), ("voluntary", "1"), ("public_display", "name"), ("action", "agree")];
    assert_eq!(enterprise.form(&path, &agree).await.location(), format!("{path}?done=agreed"));
    let silent =
        village.form(&path, &[("row", "decline"), ("version", "3"), ("reason", "不"), ("action", "decline")]).await;
    assert!(silent.status == StatusCode::UNPROCESSABLE_ENTITY && silent.text().contains("value=\"decline\""));
    let other = ID.replace("51", "61");
    let said =
        village.form(&path, &[("row", "message"), ("id", &other), ("text", "好的"), ("action", "message")]).await;
    assert_eq!(said.location(), format!("{path}?done=message"));
    test.done().await;
}

#[tokio::test]
async fn paper_plan_and_hand_over_have_forms() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let (enterprise, village, federation) = (&table.enterprise, &table.village, &table.federation);
    let made = enterprise.call(pairings::propose(&new_pairing(51, table.firm, terms()))).await.unwrap();
    let agreed = village.call(pairings::agree(made.row.id, &to(&made))).await.unwrap();
    let approved = approved(federation, &agreed).await;
    let hash = approved.agreement.unwrap().hash;
    let path = format!("/pairings/{}", made.row.id);
    let confirm = [("row", "confirm"), ("hash", hash.as_str()), ("action", "confirm")];
    for side in [enterprise, village] {
        assert_eq!(side.form(&path, &confirm).await.location(), format!("{path}?done=confirmed"));
    }
    let paper = jpeg(80, 60);
    let fields = [("row", "paper"), ("id", "00000000-0000-0000-0000-000000000071"), ("action", "paper")];
    let bare = enterprise.form_with_files(&path, &fields, &[]).await;
    assert!(bare.status == StatusCode::UNPROCESSABLE_ENTITY && bare.text().contains("每页一张"), "{}", bare.text());
    let sent = enterprise.form_with_files(&path, &fields, &[("pictures", "第一页.jpg", &paper)]).await;
    assert_eq!(sent.location(), format!("{path}?done=paper-sent"), "{}", sent.text());
    let accept =
        [("row", "accept-paper"), ("paper", "00000000-0000-0000-0000-000000000071"), ("action", "accept-paper")];
    assert_eq!(federation.form(&path, &accept).await.location(), format!("{path}?done=signed"));
    let mut plan = vec![
        ("row", "plan"),
        ("id", "00000000-0000-0000-0000-000000000081"),
        ("title", "技术员进村"),
        ("owner", "enterprise"),
        ("due_on", "来年"),
        ("action", "plan"),
    ];
    let refused = enterprise.form(&path, &plan).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text().contains("技术员进村"));
    plan[4] = ("due_on", "2026-08-01");
    assert_eq!(enterprise.form(&path, &plan).await.location(), format!("{path}?done=planned"));
    let milestone = ("milestone", "00000000-0000-0000-0000-000000000081");
    let accept = village.form(&path, &[milestone, ("version", "1"), ("action", "accept-day")]).await;
    assert_eq!(accept.location(), format!("{path}?done=day-accepted"), "{}", accept.text());
    let report = [milestone, ("version", "2"), ("note", "两名技术员到了"), ("row", "x"), ("action", "submit")];
    let reported = enterprise.form_with_files(&path, &report, &[("pictures", "现场.jpg", &paper)]).await;
    assert_eq!(reported.location(), format!("{path}?done=submitted"), "{}", reported.text());
    let page = village.page(&path).await.text();
    assert!(page.contains("核验：已经做成") && page.contains("两名技术员到了") && page.contains("照片 1"), "{page}");
    let verified = village.form(&path, &[milestone, ("version", "3"), ("action", "verify")]).await;
    assert_eq!(verified.location(), format!("{path}?done=verified"));

    test.enterprise("新公司").await;
    let hand_over = |name| {
        [
            ("row", "hand-over"),
            ("version", "5"),
            ("id", "00000000-0000-0000-0000-000000000091"),
            ("enterprise_name", name),
            ("cause", "merged"),
            ("reason", "两家公司合并"),
            ("action", "hand-over"),
        ]
    };
    let unknown = federation.form(&path, &hand_over("没有的公司")).await;
    assert!(unknown.text().contains("没有找到这家已认证的企业") && unknown.text().contains("两家公司合并"));
    let version = federation.call(pairings::get(made.row.id)).await.unwrap().version.to_string();
    let mut fields = hand_over("新公司的单位");
    fields[1] = ("version", &version);
    let done = federation.form(&path, &fields).await;
    assert_eq!(done.location(), "/pairings/00000000-0000-0000-0000-000000000091?done=handed-over", "{}", done.text());
    test.done().await;
}

#[tokio::test]
async fn a_town_covers_all_its_villages_by_one_form_and_names_the_enterprise() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("金柚").await;
    let town = test.person("town", OrganisationKind::Town, Some(TOWN), Role::TownReviewer).await;
    let page = town.page("/pairings/new?enterprise_name=%E9%87%91%E6%9F%9A%E7%9A%84%E5%8D%95%E4%BD%8D").await.text();
    assert!(page.contains("value=\"金柚的单位\"") && !page.contains("name=\"voluntary\""), "{page}");
    let mut fields = typed("town_coverage", "2028-06-30");
    fields.retain(|(name, _)| *name != "villages");
    fields.push(("enterprise_name", "金柚"));
    let refused = town.form("/pairings/new", &fields).await;
    assert!(refused.text().contains("找到：金柚的单位"), "{}", refused.text());
    fields.pop();
    fields.push(("enterprise_name", "金柚的单位"));
    let made = town.form("/pairings/new", &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    let listed = enterprise.call(pairings::list(&PairingQuery::default())).await.unwrap();
    let [row] = listed.items.as_slice() else { panic!("one: {listed:?}") };
    assert!(row.villages.len() > 5 && row.waits && row.status == PairingStatus::Proposed, "{row:?}");
    let need = open_need(&test).await;
    let code = need.code.unwrap();
    let page = enterprise.page(&format!("/needs/{code}")).await.text();
    assert!(page.contains(&format!("/pairings/new?need={code}")), "{page}");
    let page = enterprise.page(&format!("/pairings/new?need={code}")).await.text();
    assert!(page.contains("value=\"441424103203\" checked"), "{page}");
    test.done().await;
}
