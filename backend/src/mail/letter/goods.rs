//! What is written about gifts of goods: to the charity, the giver and the village, and the confirmation letter.

use super::{Block, Content, NOT_AN_INVOICE, day, paragraph};
use crate::receipts::{GoodsConfirmation, GoodsPrinted};
use chrono::NaiveDate;
use domain::Fen;
use domain::goods::{GoodsLossCause, GoodsRestKind};
use serde::{Deserialize, Serialize};

/// To one side: something happened to a gift of goods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoodsNews {
    pub reference: String,
    pub enterprise: String,
    pub charity: String,
    pub campaign: String,
    /// Names and quantities.
    pub what: String,
    /// None where its reader is not told.
    pub value: Option<Fen>,
    pub news: News,
    pub path: String,
}

/// What there is to tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    Offered,
    Withdrawn {
        reason: String,
    },
    Inspected {
        value: Fen,
    },
    SentBack {
        reason: String,
    },
    Refused {
        reason: String,
    },
    SetAside {
        need: String,
    },
    Brought {
        place: String,
    },
    Received,
    Objected {
        reason: String,
    },
    NotAccepted {
        reason: String,
    },
    HandedOver {
        need: String,
        whole: bool,
    },
    ReversalAsked {
        reason: String,
    },
    Reversed {
        reason: String,
    },
    /// The giver of a gift lets it go from the need that it had named.
    Unbound,
    RestAsked {
        kind: GoodsRestKind,
        reason: String,
    },
    RestDropped {
        reason: String,
    },
    Released {
        reason: String,
    },
    /// `over` where nothing of it is left.
    WrittenOff {
        what: String,
        cause: Option<GoodsLossCause>,
        reason: String,
        over: bool,
    },
}

impl GoodsNews {
    pub(in crate::mail) fn content(&self) -> Content {
        let (subject, says, reason) = self.told();
        let mut blocks = vec![paragraph(says)];
        blocks.extend(reason.map(|reason| Block::Quote(reason.clone())));
        let mut facts = vec![
            ("物资捐赠编号", self.reference.clone()),
            ("物资", self.what.clone()),
            ("捐赠方", self.enterprise.clone()),
            ("接受捐赠的慈善组织", self.charity.clone()),
            ("活动", self.campaign.clone()),
        ];
        facts.extend(self.value.map(|value| ("物资折款", value.to_string())));
        blocks.push(Block::Facts(facts));
        let link = ("打开这份物资捐赠", self.path.clone());
        Content { subject: format!("{subject}：{}", self.reference), blocks, link }
    }

    /// The subject, the sentence that says what it means for the reader, and what somebody wrote.
    fn told(&self) -> (&'static str, String, Option<&String>) {
        match &self.news {
            News::Offered => (
                "有企业捐物资",
                format!("{}要捐一批物资。请约好送达，逐项验收、核对折款，再由另一位复核。", self.enterprise),
                None,
            ),
            News::Withdrawn { reason } => {
                ("物资捐赠已撤回", format!("{}撤回了这份物资捐赠，不用再办。", self.enterprise), Some(reason))
            }
            News::Inspected { value } => (
                "有物资等您复核",
                format!("经办已逐项验收，核定折款 {value}。请您再核对数量、折款和依据，确认后物资才入账。"),
                None,
            ),
            News::SentBack { reason } => {
                ("物资要重新验收", "复核退回了验收，原因如下。请核对后重新登记。".to_owned(), Some(reason))
            }
            News::Refused { reason } => {
                ("物资捐赠未接受", format!("{}没有接受这份物资，原因如下。", self.charity), Some(reason))
            }
            News::SetAside { need } => {
                ("物资已安排给需求", format!("这份物资安排给需求“{need}”。移交以后再通知您。"), None)
            }
            News::Brought { place } => (
                "请确认收到的物资",
                format!(
                    "{}登记了在“{place}”移交一批物资。请逐项清点，写明实际收到多少；不对的请写明异议。",
                    self.charity
                ),
                None,
            ),
            News::Received => {
                ("有物资移交等您核对", "村里已写明实际收到多少。请核对照片和数量，通过后才算移交。".to_owned(), None)
            }
            News::Objected { reason } => (
                "村里对物资移交有异议",
                "村里不认这次移交的登记，原因如下。请与村里核对后重新登记。".to_owned(),
                Some(reason),
            ),
            News::NotAccepted { reason } => (
                "物资移交核对未通过",
                "慈善组织的复核没有通过这次移交的登记，原因如下。要重新登记、再确认一次。".to_owned(),
                Some(reason),
            ),
            News::HandedOver { need, whole } => (
                if *whole { "物资已全部移交" } else { "一部分物资已移交" },
                format!("物资已交到村里，用于需求“{need}”，村里确认收到，慈善组织已核对。"),
                None,
            ),
            News::ReversalAsked { reason } => {
                ("有物资等您确认冲正", "经办认为这份物资接受错了，原因如下。请核对后决定。".to_owned(), Some(reason))
            }
            News::Reversed { reason } => (
                "物资的接受已冲正",
                format!("{}把这份物资的接受冲正了，原因如下。折款不再计入；以前的确认函作废。", self.charity),
                Some(reason),
            ),
            News::Unbound => (
                "捐赠方同意物资改用于其他需求",
                format!("{}原来指定了需求，现在同意由您安排。要改安排，请先申请收回，由另一人确认。", self.enterprise),
                None,
            ),
            News::RestAsked { kind, reason } => (
                "有余下的物资等您确认",
                format!("经办申请{}，原因如下。请核对实物和记录后决定。", kind.label()),
                Some(reason),
            ),
            News::RestDropped { reason } => {
                ("余下的物资没有收回或报损", "申请没有确认，原因如下。物资还是原来的安排。".to_owned(), Some(reason))
            }
            News::Released { reason } => (
                "没有移交的物资已收回",
                format!("{}把还没有移交的部分收回，另行安排给别的需求，原因如下。已经移交的不变。", self.charity),
                Some(reason),
            ),
            News::WrittenOff { what, cause, reason, over } => (
                "一部分物资已报损",
                format!(
                    "{}经两人核对，{what}{}，不能再移交，已报损。{}公开的页面会如实写明。经过如下。",
                    self.charity,
                    cause.map(GoodsLossCause::label).unwrap_or_default(),
                    if *over { "这份物资到此办完。" } else { "余下的照常移交。" }
                ),
                Some(reason),
            ),
        }
    }
}

/// One line of what was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoodsLineTold {
    pub name: String,
    /// With its unit.
    pub quantity: String,
    pub unit_value: Fen,
    pub value: Fen,
}

/// To the giver: the charity has accepted the goods, at this value, for this reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoodsConfirmed {
    /// Of the confirmation letter that is attached.
    pub number: String,
    pub reference: String,
    pub enterprise: String,
    pub charity: String,
    pub campaign: String,
    pub lines: Vec<GoodsLineTold>,
    pub value: Fen,
    pub basis: String,
    /// Empty where the value is as the giver wrote it.
    pub value_reason: String,
    pub received_on: NaiveDate,
    pub confirmed_on: NaiveDate,
    pub need: Option<String>,
    pub path: String,
}

impl GoodsConfirmed {
    fn basis(&self) -> String {
        if self.value_reason.is_empty() {
            self.basis.clone()
        } else {
            format!("{}；与捐赠方所写不同：{}", self.basis, self.value_reason)
        }
    }

    fn purpose(&self) -> String {
        self.need.clone().unwrap_or_else(|| "由慈善组织安排".to_owned())
    }

    /// The confirmation letter that goes with it.
    #[must_use]
    pub fn confirmation(&self, origin: &str, demo: bool) -> GoodsConfirmation {
        let printed = |line: &GoodsLineTold| GoodsPrinted {
            name: line.name.clone(),
            quantity: line.quantity.clone(),
            unit_value: line.unit_value.to_string(),
            value: line.value.to_string(),
        };
        GoodsConfirmation {
            number: self.number.clone(),
            enterprise: self.enterprise.clone(),
            charity: self.charity.clone(),
            campaign: self.campaign.clone(),
            reference: self.reference.clone(),
            lines: self.lines.iter().map(printed).collect(),
            value: self.value.to_string(),
            capitals: self.value.to_capitals(),
            basis: self.basis(),
            received_on: day(self.received_on),
            confirmed_on: day(self.confirmed_on),
            purpose: self.purpose(),
            follow: format!("{origin}{}", self.path),
            not_an_invoice: "本函不是公益事业捐赠票据，不能用于税前扣除；捐赠票据由接受捐赠的慈善组织开具。".to_owned(),
            demo,
        }
    }

    pub(in crate::mail) fn content(&self) -> Content {
        let list = self.lines.iter().map(|line| format!("{} {}（折款 {}）", line.name, line.quantity, line.value));
        Content {
            subject: format!("捐赠的物资已接受：折款 {} {}", self.value, self.reference),
            blocks: vec![
                paragraph(format!(
                    "您在“{}”中捐赠的物资，{}已收到，经一人验收、另一人复核后接受。感谢您。",
                    self.campaign, self.charity
                )),
                Block::Facts(vec![
                    ("物资捐赠编号", self.reference.clone()),
                    ("接受的物资", list.collect::<Vec<_>>().join("；")),
                    ("物资折款", format!("{}（{}）", self.value, self.value.to_capitals())),
                    ("折款的依据", self.basis()),
                    ("收到日期", day(self.received_on)),
                    ("用途", self.purpose()),
                ]),
                paragraph(format!("折款是慈善组织接受时核定的价值。附件是捐赠确认函（编号 {}）。", self.number)),
                Block::Note(NOT_AN_INVOICE),
            ],
            link: ("看这些物资的去向", self.path.clone()),
        }
    }
}
