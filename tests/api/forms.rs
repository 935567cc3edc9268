use crate::needs::VILLAGE;
use domain::api::needs;
use domain::need::NeedStatus;
use domain::organisation::Role;
use tests::{TestApp, jpeg};

const ID: &str = "00000000-0000-0000-0000-000000000001";

fn filled(action: &str) -> Vec<(&str, &str)> {
    vec![
        ("id", ID),
        ("field", "infrastructure"),
        ("title", "饮水安全巩固工程"),
        ("description", "村里的水池修于二十年前，枯水期三个自然村常常停水，需要换管、修池。"),
        ("item_name", "水管 2 公里"),
        ("item_amount", "8万"),
        ("item_name", ""),
        ("item_amount", ""),
        ("item_name", "蓄水池"),
        ("item_amount", "４０,０００"),
        ("amount", "10万"),
        ("wanted_by", "2026-12-01"),
        ("outcome", "156 户常年有水"),
        ("outcome_quantity", "１５６"),
        ("outcome_unit", "户"),
        ("action", action),
    ]
}

fn with<'a>(mut form: Vec<(&'a str, &'a str)>, name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    for field in form.iter_mut().filter(|field| field.0 == name) {
        field.1 = value;
    }
    form
}

#[tokio::test]
async fn a_village_writes_and_submits_a_need_without_script() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let page = village.page("/work/needs/new").await;
    assert_eq!(page.status, 200);
    let photo = jpeg(640, 480);
    let answer = village.form_with_files("/work/needs/new", &filled("submit"), &[("photos", "水池.jpg", &photo)]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.location()),
        (303, format!("/needs/{ID}?done=submit")),
        "{}",
        answer.text()
    );
    let need = village.call(needs::get(ID)).await.unwrap();
    assert_eq!(need.status, NeedStatus::FederationReview);
    assert_eq!(need.content.items.len(), 2, "empty lines are left out");
    assert_eq!(need.content.amount_fen.unwrap().to_yuan(), "100,000");
    assert_eq!((need.content.outcome_quantity, need.photos.len()), (Some(156), 1));
    test.done().await;
}

#[tokio::test]
async fn a_refused_form_comes_back_with_what_was_typed_and_the_kept_photos() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let form = with(with(filled("submit"), "amount", "五万<script>"), "wanted_by", "2020-01-01");
    let files: [(&str, &str, &[u8]); 2] = [("photos", "好.jpg", &jpeg(64, 48)), ("photos", "坏.jpg", b"no picture")];
    let answer = village.form_with_files("/work/needs/new", &form, &files).await;
    let page = answer.text();
    assert_eq!(answer.status, 422);
    assert!(page.contains("value=\"五万&lt;script&gt;\""), "typed text is kept, and is text");
    assert!(page.contains("金额只能写数字"));
    assert!(page.contains("希望完成的日期要在今天以后"), "all problems at once");
    assert!(page.contains("坏.jpg：这个文件不是 JPEG"));
    assert!(page.contains("name=\"photo\""), "the good picture need not be chosen again");
    assert!(page.contains("水管 2 公里"));
    assert_eq!(village.call(needs::get(ID)).await.unwrap_err().status, 404, "nothing was saved");
    test.done().await;
}

#[tokio::test]
async fn amounts_that_are_none_are_explained_at_their_field() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    for (typed, says) in [
        ("0", "金额要大于 0"),
        ("-5", "金额要大于 0"),
        ("1.234", "金额最多写到分"),
        ("99999999999999", "金额超出上限"),
        ("abc", "金额只能写数字"),
        ("20万", "不能多于预算合计"),
    ] {
        let answer = village.form_with_files("/work/needs/new", &with(filled("submit"), "amount", typed), &[]).await;
        assert_eq!(answer.status, 422, "{typed}");
        assert!(answer.text().contains(says), "{typed}");
    }
    test.done().await;
}

#[tokio::test]
async fn a_draft_is_saved_with_gaps_and_edited_later() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let answer =
        village.form_with_files("/work/needs/new", &[("id", ID), ("title", "水"), ("action", "save")], &[]).await;
    assert_eq!(answer.location(), format!("/needs/{ID}?done=saved"));
    let edit = village.page(&format!("/work/needs/{ID}")).await;
    assert!(edit.text().contains("value=\"水\""));
    let mut form = filled("submit");
    form.push(("version", "1"));
    let answer = village.form_with_files(&format!("/work/needs/{ID}"), &form, &[]).await;
    assert_eq!(answer.location(), format!("/needs/{ID}?done=submit"), "{}", answer.text());
    test.done().await;
}

#[tokio::test]
async fn more_budget_lines_appear_without_losing_anything() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let answer = village.form_with_files("/work/needs/new", &with(filled("more"), "amount", "x"), &[]).await;
    let page = answer.text();
    assert!(page.matches("name=\"item_name\"").count() >= 6);
    assert!(page.contains("水管 2 公里") && page.contains("value=\"x\""));
    assert!(!page.contains("role=\"alert\""), "nothing is checked yet");
    test.done().await;
}

#[tokio::test]
async fn the_federation_decides_on_the_needs_page() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let federation = test.federation("441424").await;
    village.form_with_files("/work/needs/new", &filled("submit"), &[("photos", "a.jpg", &jpeg(64, 48))]).await;
    let work = federation.page("/work").await.text();
    assert!(work.contains("饮水安全巩固工程") && work.contains("待审核和验收的需求（1）"));
    let path = format!("/needs/{ID}");
    let empty = federation.form(&path, &[("version", "1"), ("action", "return"), ("reason", "")]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.text().contains("请写明退回的原因"));
    let approved = federation.form(&path, &[("version", "1"), ("action", "approve")]).await;
    assert_eq!(approved.location(), format!("{path}?done=approve"), "{}", approved.text());
    let need = village.call(needs::get(ID)).await.unwrap();
    let page = test.visitor().page(&format!("/needs/{}", need.code.unwrap())).await;
    assert_eq!(page.status, 200);
    let photo = format!("/api/v1/files/{}", need.photos[0].id);
    assert_eq!(test.visitor().page(&photo).await.status, 200, "its pictures are public with it");
    test.done().await;
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_asked_to_and_comes_back() {
    let test = TestApp::new().await;
    let answer = test.visitor().page("/en/work/needs/new").await;
    assert_eq!(answer.location(), "/en/sign-in?next=%2Fwork%2Fneeds%2Fnew");
    test.done().await;
}

#[tokio::test]
async fn a_page_that_is_none_says_so_with_a_number_to_ask_by() {
    let test = TestApp::new().await;
    for path in ["/nothing", "/needs/XQ-441424-2026-9", "/zh-hant/nothing", "/work/needs/x/y"] {
        let answer = test.visitor().page(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.headers.contains_key("x-request-id"), "{path}");
    }
    test.done().await;
}

#[tokio::test]
async fn a_colleagues_changes_stand_beside_what_was_typed_and_the_next_try_is_saved() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let head = test.member("head", test.organisation_of(&village).await, Role::VillageHead).await;
    let path = format!("/work/needs/{ID}");
    village.form_with_files("/work/needs/new", &filled("save"), &[]).await;
    let mut theirs = with(filled("save"), "title", "饮水安全二期工程");
    theirs.push(("version", "1"));
    assert_eq!(head.form_with_files(&path, &theirs, &[]).await.status, 303);

    let mut ours = with(filled("save"), "outcome", "全村常年有水");
    ours.push(("version", "1"));
    let late = village.form_with_files(&path, &ours, &[]).await;
    assert_eq!(late.status, 422);
    for words in ["现在保存着的", "饮水安全二期工程", "156 户常年有水", "value=\"全村常年有水\""]
    {
        assert!(late.text().contains(words), "{words}:\n{}", late.text());
    }
    assert_eq!(late.text().matches("<dt>").count(), 2, "what is the same is not listed");
    let version = late.hidden("version");
    let again = with(ours, "version", &version);
    assert_eq!(village.form_with_files(&path, &again, &[]).await.location(), format!("/needs/{ID}?done=saved"));
    test.done().await;
}

#[tokio::test]
async fn a_text_that_comes_after_the_need_was_sent_off_is_shown_and_not_lost() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    village.form_with_files("/work/needs/new", &filled("submit"), &[]).await;
    let mut late = with(filled("save"), "description", "还有一句要补充：枯水期从十月到次年三月，全村都要到河里挑水。");
    late.push(("version", "1"));
    let answer = village.form_with_files(&format!("/work/needs/{ID}"), &late, &[]).await;
    assert_eq!(answer.status, 422);
    for words in ["还有一句要补充", "不能修改", "请先复制"] {
        assert!(answer.text().contains(words), "{words}:\n{}", answer.text());
    }
    assert!(!answer.text().contains("name=\"action\""), "there is nothing to press");
    test.done().await;
}

#[tokio::test]
async fn a_double_click_on_a_form_with_photos_is_no_failure() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let photo = jpeg(64, 48);
    let photos: [(&str, &str, &[u8]); 1] = [("photos", "水池.jpg", &photo)];
    let first = village.form_with_files("/work/needs/new", &filled("submit"), &photos).await;
    let second = village.form_with_files("/work/needs/new", &filled("submit"), &photos).await;
    assert_eq!(first.location(), format!("/needs/{ID}?done=submit"), "{}", first.text());
    assert_eq!(second.location(), first.location(), "{}", second.text());
    test.done().await;
}

#[tokio::test]
async fn whoever_goes_back_and_saves_something_else_sees_what_is_saved_and_gets_a_new_id() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    village.form_with_files("/work/needs/new", &filled("save"), &[]).await;
    let other = with(filled("save"), "title", "村道硬化工程");
    let refused = village.form_with_files("/work/needs/new", &other, &[]).await;
    assert_eq!(refused.status, 422);
    for words in ["已经保存的一份", "饮水安全巩固工程", "value=\"村道硬化工程\""] {
        assert!(refused.text().contains(words), "{words}:\n{}", refused.text());
    }
    let id = refused.hidden("id");
    assert_ne!(id, ID);
    let saved = village.form_with_files("/work/needs/new", &with(other, "id", &id), &[]).await;
    assert_eq!(saved.location(), format!("/needs/{id}?done=saved"), "{}", saved.text());
    test.done().await;
}
