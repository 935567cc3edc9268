use crate::money::{new_line, open_need};
use axum::http::StatusCode;
use domain::Fen;
use domain::api::{arrivals, pledges};
use domain::pledge::{PLEDGE_TERMS, PLEDGE_TERMS_VERSION, PledgeStatus};
use tests::{Answer, TestApp};

const ID: &str = "0190a000-0000-7000-8000-000000000001";

/// What a browser sends of the pledge form, with changes.
fn fields<'a>(receiver: &'a str, need: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("id", ID),
        ("receiver", receiver),
        ("need", need),
        ("restriction", "directed"),
        ("amount", "５万"),
        ("public_display", "partial"),
        ("show_amount", "1"),
        ("notice_acknowledged", "1"),
        ("voluntary", "1"),
        ("terms_version", PLEDGE_TERMS_VERSION),
        ("action", "review"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields
}

fn says(answer: &Answer, words: &str) {
    assert!(answer.text().contains(words), "does not say “{words}”:\n{}", answer.text());
}

#[tokio::test]
async fn a_pledge_is_filled_in_read_back_and_confirmed() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let (receiver, need_id) = (format!("{campaign}:{}", charity.id), need.id.to_string());
    let code = need.code.unwrap();

    let form = enterprise.page(&format!("/pledge?need={code}")).await;
    says(&form, "role=\"radiogroup\"");
    says(&form, "aria-labelledby=\"public_display-label\"");
    for line in PLEDGE_TERMS {
        says(&form, line);
    }
    let review = enterprise.form("/pledge", &fields(&receiver, &need_id, &[])).await;
    assert_eq!(review.status, StatusCode::OK);
    for words in ["请核对认捐", "50,000 元", "饮水安全巩固工程", "金**", "公开金额", "不告诉受助的村"]
    {
        says(&review, words);
    }
    assert_eq!(enterprise.call(pledges::own()).await.unwrap().items.len(), 0, "nothing is recorded yet");
    let back = enterprise.form("/pledge", &fields(&receiver, &need_id, &[("action", "back")])).await;
    assert_eq!(back.status, StatusCode::OK);
    says(&back, "value=\"５万\"");

    let confirm = fields(&receiver, &need_id, &[("action", "confirm")]);
    let sent = enterprise.form("/pledge", &confirm).await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, format!("/pledges/{ID}?done=pledged")));
    let again = enterprise.form("/pledge", &confirm).await;
    assert_eq!(again.location(), sent.location(), "sent twice, pledged once");
    let page = enterprise.page(&format!("/pledges/{ID}?done=pledged")).await;
    let pledge = enterprise.call(pledges::own()).await.unwrap().items.remove(0);
    for words in ["0000123456789012", pledge.reference.as_str(), "还没有到账", "50,000 元"] {
        says(&page, words);
    }
    let other =
        enterprise.form("/pledge", &fields(&receiver, &need_id, &[("action", "confirm"), ("amount", "6万")])).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(&other, "已经记录过另一笔认捐");
    says(&other, "value=\"6万\"");
    says(&other, "已经保存的一份");
    says(&other, pledge.reference.as_str());
    assert_ne!(other.hidden("id"), ID, "the next try is another pledge");
    test.done().await;
}

#[tokio::test]
async fn a_refused_pledge_comes_back_with_what_was_typed() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let receiver = format!("{campaign}:{}", charity.id);
    for (changes, words) in [
        (vec![("amount", "0")], "金额要大于 0"),
        (vec![("amount", "-5")], "金额"),
        (vec![("amount", "1.234")], "最多写到分"),
        (vec![("amount", "99999999999万")], "超出上限"),
        (vec![("public_display", "")], "请选择怎样公开"),
        (vec![("voluntary", "")], "完全出于自愿"),
        (vec![("notice_acknowledged", "")], "请阅读并勾选"),
        (vec![("receiver", "")], "请选择活动"),
        (vec![("restriction", "")], "请选择怎样使用"),
    ] {
        let refused = enterprise.form("/pledge", &fields(&receiver, "", &changes)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{changes:?}");
        says(&refused, words);
        if changes[0].0 == "amount" {
            says(&refused, &format!("value=\"{}\"", changes[0].1));
        }
    }
    let village = test.village(crate::needs::VILLAGE).await;
    assert_eq!(village.page("/pledge").await.status, StatusCode::FORBIDDEN);
    assert_eq!(test.visitor().page("/pledge").await.status, StatusCode::SEE_OTHER);
    test.done().await;
}

#[tokio::test]
async fn a_bank_line_goes_over_two_desks_by_forms() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let receiver = format!("{campaign}:{}", charity.id);
    enterprise.form("/pledge", &fields(&receiver, "", &[("action", "confirm")])).await;
    let pledge = enterprise.call(pledges::own()).await.unwrap().items.remove(0);

    let (account, reference) = (charity.account.to_string(), pledge.reference.to_string());
    let typed = |amount: &'static str, date: &'static str| {
        [
            ("id", ID.to_owned()),
            ("bank_account", account.clone()),
            ("booked_on", date.to_owned()),
            ("payer", "金柚的单位".to_owned()),
            ("amount", amount.to_owned()),
            ("remark", format!("捐款{reference}")),
            ("serial_no", "A1".to_owned()),
        ]
    };
    let send = async |fields: [(&str, String); 7]| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        charity.maker.form("/work/bank-lines/new", &fields).await
    };
    let refused = send(typed("五万", "2026-07-01")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["金额只能写数字", "入账日期不能晚于今天", "value=\"五万\"", "金柚的单位"] {
        says(&refused, words);
    }
    let entered = send(typed("3万", "2026-06-30")).await;
    let page = format!("/work/bank-lines/{ID}");
    assert_eq!(entered.location(), format!("{page}?done=entered"));
    let line = charity.maker.page(&page).await;
    for words in ["金柚的单位", "附言中有这笔认捐的编号", "匹配到这笔认捐"] {
        says(&line, words);
    }
    assert!(!line.text().contains("0000123456789012"), "the account is masked");
    let wrong = [("action", "divide"), ("reference", "QC1234567"), ("part_amount", "3万")];
    let wrong = charity.maker.form(&page, &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(&wrong, "QC1234567");
    let divided = [
        ("action", "divide"),
        ("reference", reference.as_str()),
        ("part_amount", "2万"),
        ("reference", ""),
        ("part_amount", "1万"),
    ];
    assert_eq!(charity.maker.form(&page, &divided).await.location(), format!("{page}?done=matched"));
    assert!(!charity.maker.page(&page).await.text().contains("复核无误"), "not for the one who matched");
    let id = ID.parse().unwrap();
    let lots: Vec<_> = charity
        .checker
        .call(arrivals::get(id))
        .await
        .unwrap()
        .parts
        .into_iter()
        .map(|part| part.lot.to_string())
        .collect();
    let confirm = [("action", "confirm"), ("lot", lots[0].as_str()), ("lot", lots[1].as_str())];
    says(&charity.checker.page(&page).await, "复核无误");
    assert_eq!(charity.checker.form(&page, &confirm).await.location(), format!("{page}?done=confirmed"));
    let pledge = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!((pledge.status, pledge.arrived_fen), (PledgeStatus::PartlyArrived, Fen::yuan(20_000)));
    says(&enterprise.page("/my-gifts").await, "到账 20,000 元");
    says(&enterprise.page("/my-gifts").await, &format!("/enterprises/{}", pledge.enterprise));
    says(&charity.maker.page("/work/bank-lines?done=1").await, "30,000 元");
    test.done().await;
}

/// A garbled id is a broken page and no wish: it must not turn a gift into one of nobody, or for nothing.
#[tokio::test]
async fn what_cannot_be_read_never_becomes_nothing() {
    let test = TestApp::new().await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let receiver = format!("{campaign}:{}", charity.id);
    let confirm = fields(&receiver, "这不是编号", &[("action", "confirm")]);
    let refused = enterprise.form("/pledge", &confirm).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(&refused, "没有认出这条需求");
    assert_eq!(enterprise.call(pledges::own()).await.unwrap().items.len(), 0);

    let line = charity.maker.call(arrivals::enter(&new_line(1, &charity, "某公司", 100, ""))).await.unwrap();
    let page = format!("/work/bank-lines/{}", line.id);
    for pledge in ["这不是编号", ""] {
        let refused = charity.maker.form(&page, &[("action", "match"), ("pledge", pledge)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        says(&refused, "没有认出这笔认捐");
    }
    let read = charity.maker.call(arrivals::get(line.id)).await.unwrap();
    assert_eq!((read.status, read.parts.len()), (line.status, 0));
    test.done().await;
}

#[tokio::test]
async fn no_page_for_everybody_shows_an_account_number() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let receiver = format!("{campaign}:{}", charity.id);
    let need_id = need.id.to_string();
    let sent = enterprise.form("/pledge", &fields(&receiver, &need_id, &[("action", "confirm")])).await;
    let pledge = sent.location().split('?').next().unwrap().to_owned();
    let code = need.code.unwrap();
    for path in ["/", "/campaigns", "/campaigns/630-2026", &format!("/needs/{code}"), "/about"] {
        for lang in ["", "/en", "/zh-hant"] {
            let page = test.visitor().page(&format!("{lang}{path}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(!page.text().contains("0000123456789012"), "{path}");
        }
    }
    assert_eq!(test.visitor().page(&pledge).await.status, StatusCode::SEE_OTHER);
    let rival = test.enterprise("茶油").await;
    assert_eq!(rival.page(&pledge).await.status, StatusCode::NOT_FOUND);
    test.done().await;
}

#[tokio::test]
async fn a_giver_changes_how_it_is_shown_and_everybody_reads_it_at_once() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let (receiver, need_id) = (format!("{campaign}:{}", charity.id), need.id.to_string());
    let code = need.code.unwrap();
    let named = [("action", "confirm"), ("public_display", "name")];
    let made = enterprise.form("/pledge", &fields(&receiver, &need_id, &named)).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER);
    let page = format!("/needs/{code}");
    says(&test.visitor().page(&page).await, "金柚的单位");

    let display = format!("/pledges/{ID}/display");
    says(&enterprise.page(&display).await, "怎样公开这笔认捐");
    let refused = enterprise.form(&display, &[("show_amount", "1")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(&refused, "请选择怎样公开名称");
    let changed = enterprise.form(&display, &[("public_display", "anonymous")]).await;
    assert_eq!(changed.location(), format!("/pledges/{ID}?done=display"));
    let public = test.visitor().page(&page).await.text();
    assert!(!public.contains("金柚的单位") && public.contains("爱心企业"));

    let other = test.enterprise("别家").await;
    let refused = other.form(&display, &[("public_display", "name")]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    test.done().await;
}
