//! How each kind of visitor gets along: short steps, each with the page where it is done.
//!
//! Deliberately absent: pictures of screens, which are wrong after the next change.

use crate::visit::Page;
use crate::words::href;
use domain::api::{ApiError, ErrorCode};
use leptos::prelude::*;

/// One step: what, how, and the page where it is done with its name.
type Step = (&'static str, &'static str, Option<(&'static str, &'static str)>);

struct Guide {
    path: &'static str,
    title: &'static str,
    lead: &'static str,
    steps: Vec<Step>,
}

fn guides() -> [Guide; 7] {
    [village(), town(), federation(), enterprise(), charity(), donor(), auditor()]
}

pub fn page() -> Page {
    let guides = guides();
    let rows = guides.iter().map(|guide| {
        view! {
            <li>
                <a class="need" href=href(&format!("/help/{}", guide.path))>
                    <span class="what"><b>{guide.title}</b><span class="soft">{guide.lead}</span></span>
                </a>
            </li>
        }
    });
    let body = view! {
        <h1>{t!("帮助")}</h1>
        <p>{t!("选您是谁，看怎样一步一步办。")}</p>
        <ul class="rows card">{rows.collect_view()}</ul>
        <p>{t!("没有找到答案？")}<a href=href("/contact")>{t!("联系我们")}</a></p>
    };
    Page::new(t!("帮助"), body.into_any()).public()
}

pub fn one(path: &str) -> Result<Page, ApiError> {
    let guide = guides().into_iter().find(|guide| guide.path == path);
    let guide = guide.ok_or_else(|| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let steps = guide.steps.iter().map(|(what, how, link)| {
        let link = link.map(|(path, label)| view! { <p><a href=href(path)>{label}</a></p> });
        view! { <li><h2>{*what}</h2><p>{*how}</p>{link}</li> }
    });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/help")>{t!("帮助")}</a></nav>
        <h1>{guide.title}</h1>
        <p class="lead">{guide.lead}</p>
        <ol class="card prose guide">{steps.collect_view()}</ol>
        <p>{t!("没有找到答案？")}<a href=href("/contact")>{t!("联系我们")}</a></p>
    };
    Ok(Page::new(guide.title, body.into_any()).public())
}

fn village() -> Guide {
    Guide {
        path: "village",
        title: t!("村（社区）怎样用"),
        lead: t!("写需求、收拨付、报支出。一部手机就够。"),
        steps: vec![
            (
                t!("写一条需求"),
                t!("写清要做什么、要多少钱、会带来什么变化，附上照片。写到一半可以存草稿。"),
                Some(("/work/needs/new", t!("写需求"))),
            ),
            (
                t!("提交审核"),
                t!("工商联审核后公开。被退回时会写明原因，改好再提交，原来填的都在。"),
                Some(("/work", t!("我的工作"))),
            ),
            (
                t!("登记收款账户"),
                t!("只能是村（社区）的对公账户或镇代管账户。慈善组织核实后才付款。"),
                Some(("/work/payees", t!("收款账户"))),
            ),
            (
                t!("用款时留好凭证"),
                t!("收到拨付通知后按用途使用。发票、收据和现场照片都拍下来。"),
                Some(("/notices", t!("通知"))),
            ),
            (
                t!("报告进展和支出"),
                t!("在需求的页面上点“报告进展和支出”，一笔一笔登记。票据照片不公开，收款的个人不显示姓名。"),
                Some(("/work", t!("我的工作"))),
            ),
            (t!("等慈善组织核销"), t!("核销后计入支出，所有人都能看到。被退回的支出，补正后再交。"), None),
        ],
    }
}

fn town() -> Guide {
    Guide {
        path: "town",
        title: t!("镇（街道）怎样用"),
        lead: t!("帮村里把需求写实，把代管的账户管好。"),
        steps: vec![
            (t!("看本镇公开的需求"), t!("按县、镇筛选，看每条需求到了哪一步。"), Some(("/needs", t!("找需求")))),
            (
                t!("代管账户"),
                t!("村里没有对公账户的，可以用镇代管账户收款，由村登记。慈善组织会打镇政府公开的电话核实。"),
                None,
            ),
            (
                t!("提醒村里报告"),
                t!("拨付后三十天没有报告，村的待办里会出现提醒。进展和支出由村填报，一次填报，各处都能看到。"),
                None,
            ),
            (
                t!("有事找县工商联"),
                t!("账号、审核和退回的问题，由县（市、区）工商联答复。"),
                Some(("/contact", t!("联系我们"))),
            ),
        ],
    }
}

fn federation() -> Guide {
    Guide {
        path: "federation",
        title: t!("工商联怎样用"),
        lead: t!("审核需求，答复来信。待办按等待的时间排好。"),
        steps: vec![
            (
                t!("先启用两步验证"),
                t!("审核通过是重要的事，要确认是您本人。在账号页用手机验证器启用，只要一次。"),
                Some(("/account", t!("我的账号"))),
            ),
            (
                t!("每天先看待办"),
                t!("每类事有几件、最早从哪天起在等、建议时限是哪天，都在第一屏。"),
                Some(("/work", t!("我的工作"))),
            ),
            (
                t!("审核需求"),
                t!("核对是不是真实、预算合不合理、有没有写个人信息。通过后向所有人公开，并得到编号。"),
                Some(("/work", t!("我的工作"))),
            ),
            (t!("退回要写原因"), t!("写清要补正什么，村里会收到通知。同一条需求改好再交，经过都有记录。"), None),
            (
                t!("答复来信"),
                t!("本县的来信在待办里。答复发到写信人的邮箱，往来都留着。"),
                Some(("/work/enquiries", t!("来信"))),
            ),
        ],
    }
}

fn enterprise() -> Guide {
    Guide {
        path: "enterprise",
        title: t!("企业怎样用"),
        lead: t!("找到合适的需求，认捐，看每一分钱的去向。"),
        steps: vec![
            (t!("找需求"), t!("按领域、地点、金额找。每条需求都经工商联审核。"), Some(("/needs", t!("找需求")))),
            (
                t!("向需求认捐"),
                t!("认捐自愿。您决定公开全名、部分名称还是匿名，公不公开金额。认捐不是到账。"),
                Some(("/pledge", t!("去认捐"))),
            ),
            (
                t!("汇款"),
                t!("按付款单汇到慈善组织的账户，把认捐编号写进附言。我们不会用电话或短信要您改账号。"),
                Some(("/my-gifts", t!("我的捐赠"))),
            ),
            (t!("收确认函"), t!("慈善组织两个人确认后才算到账，确认函发到邮箱。捐赠票据由慈善组织开具。"), None),
            (
                t!("看去向"),
                t!("每笔捐赠都能看到拨付给谁、买了什么、办成了什么，票据也在。"),
                Some(("/my-gifts", t!("我的捐赠"))),
            ),
        ],
    }
}

fn charity() -> Guide {
    Guide {
        path: "charity",
        title: t!("慈善组织怎样用"),
        lead: t!("经办、复核、出纳三个人，把到账、拨付、核销办清楚。"),
        steps: vec![
            (
                t!("录入并对账（经办）"),
                t!("照银行流水录入。系统按附言、户名和金额提示可能是哪笔认捐，由您确定。"),
                Some(("/work/bank-lines", t!("银行流水"))),
            ),
            (
                t!("确认到账（复核）"),
                t!("由录入和对账以外的人确认。确认后才是到账，企业会收到确认函。"),
                Some(("/work/bank-lines", t!("银行流水"))),
            ),
            (
                t!("分配到需求（经办）"),
                t!("在认捐的页面上，把到账的钱分配给捐赠方指定的需求。"),
                Some(("/work", t!("我的工作"))),
            ),
            (
                t!("核实收款账户（复核）"),
                t!("用登记以外的办法核实，如回拨镇政府公开的电话。"),
                Some(("/work/payees", t!("收款账户"))),
            ),
            (
                t!("拨付要三个人"),
                t!("经办申请，复核人复核、批准，出纳付款。三个人，不能互相代替。"),
                Some(("/work/disbursements", t!("看拨付"))),
            ),
            (
                t!("核销支出（复核）"),
                t!("对照票据照片，一笔一笔核销或退回。核销后计入支出并公开。"),
                Some(("/work/spending", t!("核销支出"))),
            ),
        ],
    }
}

fn donor() -> Guide {
    Guide {
        path: "donor",
        title: t!("捐赠人怎样查"),
        lead: t!("看自己的捐赠，也看所有人的四个数。"),
        steps: vec![
            (
                t!("查我的捐赠"),
                t!("登录后看每一笔：到了哪里、付给了谁、买了什么、办成了什么。"),
                Some(("/my-gifts", t!("我的捐赠"))),
            ),
            (
                t!("看懂四个数"),
                t!("认捐是承诺；到账是银行收到、两个人确认过的；拨付是慈善组织付出的；支出是村里花了并核销的。"),
                Some(("/campaigns", t!("活动"))),
            ),
            (
                t!("这里不收个人捐款"),
                t!("本平台不公开募捐，也不经手资金。有人用我们的名义要您转账，请不要转，告诉我们。"),
                Some(("/contact", t!("联系我们"))),
            ),
        ],
    }
}

fn auditor() -> Guide {
    Guide {
        path: "auditor",
        title: t!("审计、纪检怎样查"),
        lead: t!("什么都能看，什么都不能改。"),
        steps: vec![
            (
                t!("查操作记录"),
                t!("谁、代表谁、什么时候、从哪里、做了什么。按事项、对象、人员、单位和日期找，新的在前。"),
                Some(("/work/audit", t!("操作记录"))),
            ),
            (
                t!("导出表格"),
                t!("条件相同，全部导出，可用 Excel 打开。导出本身也有记录。"),
                Some(("/work/audit", t!("操作记录"))),
            ),
            (t!("看个人信息"), t!("姓名平时只显示第一个字。要看完整的，写明原因；谁看过、为什么，都有记录。"), None),
            (
                t!("核对资金"),
                t!("从活动的四个数点到每一笔认捐、拨付和支出，再到票据。"),
                Some(("/campaigns", t!("活动"))),
            ),
        ],
    }
}
