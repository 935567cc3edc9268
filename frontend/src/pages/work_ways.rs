//! From the page of one's work to the lists that one works with, by what they are about.

use crate::words::href;
use leptos::prelude::*;

/// One way: where it leads and what is there.
type Way = (&'static str, &'static str);
/// What ways are about, and the ways.
type Group = (&'static str, Vec<Way>);

/// What a charity works with.
pub fn charity() -> AnyView {
    let givers = vec![
        ("/goods-gifts", t!("捐赠物资")),
        ("/agreements", t!("捐赠协议")),
        ("/gift-requests", t!("豁免、更正和退回的申请")),
        ("/gift-claims", t!("认领到账的捐款")),
        ("/on-behalf", t!("代为记录的认捐")),
    ];
    let [arrivals, mut uses, mut books] = of_one_charity();
    uses.1.push(("/work/surpluses", t!("结余")));
    books.1.push(("/work/accounts", t!("科目和余额")));
    ways(vec![arrivals, (t!("捐赠方"), givers), uses, books])
}

/// What an auditor reads of one charity; the other lists show him all charities together.
pub fn charity_books() -> AnyView {
    ways(of_one_charity().to_vec())
}

fn of_one_charity() -> [Group; 3] {
    let arrivals = vec![
        ("/work/bank-lines?desk=match", t!("等待匹配")),
        ("/work/bank-lines?desk=confirm", t!("等待复核")),
        ("/work/unmatched", t!("两边都没对上的")),
        ("/work/bank-statements", t!("银行对账单")),
        ("/work/bank-lines?done=1", t!("已办的流水")),
    ];
    let uses = vec![
        ("/work/allocations", t!("分配")),
        ("/purpose-changes", t!("调整用途")),
        ("/work/disbursements", t!("拨付")),
        ("/work/spending", t!("核销支出")),
        ("/work/returns", t!("退回捐赠方")),
        ("/work/payees", t!("收款账户")),
    ];
    let books = vec![
        ("/work/bank-accounts", t!("银行账户")),
        ("/work/outgoings", t!("银行支出")),
        ("/work/reversals", t!("等待确认的冲正")),
        ("/work/month-ends", t!("月结")),
        ("/work/accounting", t!("会计导出")),
    ];
    [(t!("到账"), arrivals), (t!("用款"), uses), (t!("账"), books)]
}

/// What whoever gives works with; an enterprise's people with more than a person who gives.
pub fn giver(enterprise: bool) -> AnyView {
    let mut money = vec![("/directed-balance", t!("定向额度"))];
    let mut village = vec![("/pairings", t!("结对")), ("/commitments", t!("资金以外的承诺"))];
    if enterprise {
        money.extend([
            ("/goods-gifts", t!("捐赠物资")),
            ("/agreements", t!("捐赠协议")),
            ("/gift-requests", t!("豁免、更正和退回的申请")),
            ("/gift-claims", t!("认领到账的捐款")),
            ("/on-behalf", t!("代为记录的认捐")),
            ("/deductions", t!("税前扣除测算")),
        ]);
        village.insert(0, ("/commitments/due", t!("我们的承诺")));
        village.push(("/work/earlier-pairings/own", t!("我们以往的结对")));
    }
    ways(vec![(t!("捐款"), money), (t!("和村的往来"), village)])
}

/// What the federation works with beside the needs that it reviews.
pub fn federation() -> AnyView {
    ways(vec![
        (
            t!("对接"),
            vec![
                ("/pairings", t!("结对")),
                ("/rounds", t!("对接轮次")),
                ("/commitments", t!("资金以外的承诺")),
                ("/work/earlier-pairings", t!("以往的结对")),
            ],
        ),
        (
            t!("村和镇"),
            vec![
                ("/needs/import", t!("导入需求")),
                ("/work/place-imports", t!("镇村资料")),
                ("/coverage", t!("结对覆盖")),
            ],
        ),
        (
            t!("往来"),
            vec![
                ("/on-behalf", t!("代为记录的认捐")),
                ("/work/surpluses", t!("结余")),
                ("/work/enquiries", t!("来信")),
            ],
        ),
    ])
}

/// What an auditor looks into.
pub fn auditor() -> AnyView {
    ways(vec![
        (
            t!("账"),
            vec![
                ("/work/charity-books", t!("慈善组织的账")),
                ("/work/accounts", t!("科目和余额")),
                ("/work/surpluses", t!("结余")),
                ("/goods-gifts", t!("捐赠物资")),
                ("/agreements", t!("捐赠协议")),
                ("/gift-requests", t!("豁免、更正和退回的申请")),
                ("/gift-claims", t!("认领到账的捐款")),
                ("/on-behalf", t!("代为记录的认捐")),
            ],
        ),
        (
            t!("对接"),
            vec![("/pairings", t!("结对")), ("/work/earlier-pairings", t!("以往的结对")), ("/rounds", t!("对接轮次"))],
        ),
        (
            t!("监督"),
            vec![
                ("/work/audit", t!("操作记录")),
                ("/work/campaigns", t!("活动的设置")),
                ("/work/giving-sites", t!("捐赠网站的名单")),
            ],
        ),
    ])
}

fn ways(groups: Vec<Group>) -> AnyView {
    let groups = groups.into_iter().map(|(about, ways)| {
        let ways = ways.into_iter().map(|(path, says)| view! { <li><a href=href(path)>{says}</a></li> });
        view! { <div><h3>{about}</h3><ul>{ways.collect_view()}</ul></div> }
    });
    view! { <nav class="ways card" aria-label=t!("常用的清单")>{groups.collect_view()}</nav> }.into_any()
}
