//! What is written to people: one struct of plain data per letter, and its sentences.
//!
//! A letter knows no table and asks nothing: whoever hands it over says everything that stands in it. Its text and its
//! HTML are made from the same [`Content`]. Deliberately absent: the recipient's address, and advertising.

pub mod commitment;
pub mod correction;
mod digest;
mod enquiry;
mod found;
pub mod fund;
pub mod fundraising;
pub mod gift;
pub mod goods;
pub mod on_behalf;
pub mod pairing;
mod payee;
pub mod pledge;
mod registration;
pub mod round;

use crate::receipts::{self, ConfirmationLetter};
use chrono::{Datelike, NaiveDate};
use domain::notice::NoticeKind;
use domain::{Fen, PersonId};
use serde::{Deserialize, Serialize};
use std::fmt;

pub use digest::{Digest, DigestLine};
pub use enquiry::EnquiryAnswered;
pub use found::{FoundNeed, SavedSearchFound};
pub use payee::{PayeeChange, PayeeChanged};
pub use registration::{AccountKnown, VerificationDecided};

/// A need as a letter names it; without a code, all that a pledge is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedNeed {
    pub code: String,
    pub title: String,
}

impl fmt::Display for NamedNeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.code.is_empty() { f.write_str(&self.title) } else { write!(f, "{} {}", self.code, self.title) }
    }
}

/// What a letter of ours is not (公益事业捐赠票据使用管理办法: the receipt is the charity's alone).
pub const NOT_AN_INVOICE: &str = "本邮件不是公益事业捐赠票据，不能用于税前扣除；捐赠票据由接受捐赠的慈善组织开具。";

/// Every letter that there is. All of them belong to something that the reader did or is part of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum Letter {
    NeedReturned(NeedReturned),
    NeedApproved(NeedApproved),
    NeedMoved(NeedMoved),
    PledgeMade(PledgeMade),
    InstalmentDue(pledge::InstalmentDue),
    PledgeCancelled(pledge::PledgeCancelled),
    Fund(fund::FundNews),
    Gift(gift::GiftNews),
    Goods(goods::GoodsNews),
    GoodsConfirmed(goods::GoodsConfirmed),
    OnBehalf(on_behalf::OnBehalfNews),
    ArrivalConfirmed(ArrivalConfirmed),
    ArrivalCorrected(correction::ArrivalCorrected),
    GiftReturned(correction::GiftReturned),
    ReturnTakenBack(correction::ReturnTakenBack),
    DisbursementBack(correction::DisbursementBack),
    DisbursementOutAgain(correction::DisbursementOutAgain),
    DisbursementPaid(DisbursementPaid),
    ReportPublished(ReportPublished),
    SpendingReturned(SpendingReturned),
    Commitment(commitment::CommitmentNews),
    Pairing(pairing::PairingNews),
    Round(round::RoundNews),
    PublicGivingClosed(fundraising::PublicGivingClosed),
    AccountKnown(AccountKnown),
    VerificationDecided(VerificationDecided),
    InvitationSent(InvitationSent),
    RoleAsked(RoleAsked),
    ColleagueAsked(ColleagueAsked),
    PayeeChanged(PayeeChanged),
    SavedSearchFound(SavedSearchFound),
    Digest(Digest),
}

/// To the village: the federation wants something mended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeedReturned {
    pub code_or_title: String,
    pub reason: String,
    /// Within the site, as in every letter: `/work/needs/…`.
    pub path: String,
}

/// To the village: everybody can read its need now, and object to it until a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeedApproved {
    pub code: String,
    pub title: String,
    pub until: NaiveDate,
    pub path: String,
}

/// To the village, and at its end to the givers: a need has come to another state, or soon will.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeedMoved {
    pub code_or_title: String,
    /// The new state, or what is about to happen.
    pub what: String,
    /// What it means for the reader.
    pub says: String,
    pub reason: Option<String>,
    pub path: String,
}

/// To the enterprise: how to pay what it pledged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PledgeMade {
    pub reference: String,
    pub enterprise: String,
    pub campaign: String,
    pub charity: String,
    pub need: Option<NamedNeed>,
    pub amount: Fen,
    pub account_name: String,
    pub bank: String,
    pub account_no: String,
    pub path: String,
}

/// To the enterprise: the money is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArrivalConfirmed {
    pub reference: String,
    /// Of the confirmation letter that is attached.
    pub number: String,
    pub enterprise: String,
    pub amount: Fen,
    pub booked_on: NaiveDate,
    /// The day of the second person's agreement in Shanghai.
    pub confirmed_on: NaiveDate,
    pub campaign: String,
    pub charity: String,
    pub need: Option<NamedNeed>,
    pub path: String,
}

/// To the village: the charity has paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisbursementPaid {
    pub need_code: String,
    pub title: String,
    pub amount: Fen,
    pub paid_on: NaiveDate,
    pub payee_name: String,
    pub path: String,
}

/// To the donors of a need: what became of their money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportPublished {
    pub need_code: String,
    pub title: String,
    pub village: String,
    pub text_excerpt: String,
    pub spent: Fen,
    pub path: String,
}

/// To the village: one item of what it spent has to be shown better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpendingReturned {
    pub need_title: String,
    pub item: String,
    pub reason: String,
    pub path: String,
}

/// To somebody who is to join an organisation, written when it is sent and never stored: it holds the code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InvitationSent {
    pub organisation: String,
    pub role: String,
    /// Who invites.
    pub by: String,
    pub code: String,
    pub expires_on: NaiveDate,
    pub path: String,
}

/// To somebody of the unit above: an organisation that is a person short asks him for help.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoleAsked {
    pub organisation: String,
    pub role: String,
    pub expires_on: NaiveDate,
    pub path: String,
}

/// To those who answer for the unit above: one of their people is asked for help.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColleagueAsked {
    pub organisation: String,
    /// Whose name is read when the letter is sent: letters that wait and notices hold nobody's.
    pub colleague: PersonId,
    pub role: String,
    pub path: String,
}

/// A letter in its parts, in the order in which they are read.
pub struct Content {
    pub subject: String,
    pub blocks: Vec<Block>,
    /// What the link says, and where it leads within the site.
    pub link: (&'static str, String),
}

pub enum Block {
    Paragraph(String),
    /// Names and values, one a line.
    Facts(Vec<(&'static str, String)>),
    /// What somebody else wrote.
    Quote(String),
    /// What has to be known beside.
    Note(&'static str),
    /// What a link says, and where it leads within the site.
    Link(&'static str, String),
}

impl Letter {
    #[must_use]
    pub fn content(&self) -> Content {
        match self {
            Letter::NeedReturned(letter) => letter.content(),
            Letter::NeedApproved(letter) => letter.content(),
            Letter::NeedMoved(letter) => letter.content(),
            Letter::PledgeMade(letter) => letter.content(),
            Letter::InstalmentDue(letter) => letter.content(),
            Letter::PledgeCancelled(letter) => letter.content(),
            Letter::Fund(letter) => letter.content(),
            Letter::Gift(letter) => letter.content(),
            Letter::Goods(letter) => letter.content(),
            Letter::GoodsConfirmed(letter) => letter.content(),
            Letter::OnBehalf(letter) => letter.content(),
            Letter::ArrivalConfirmed(letter) => letter.content(),
            Letter::ArrivalCorrected(letter) => letter.content(),
            Letter::GiftReturned(letter) => letter.content(),
            Letter::ReturnTakenBack(letter) => letter.content(),
            Letter::DisbursementBack(letter) => letter.content(),
            Letter::DisbursementOutAgain(letter) => letter.content(),
            Letter::DisbursementPaid(letter) => letter.content(),
            Letter::ReportPublished(letter) => letter.content(),
            Letter::SpendingReturned(letter) => letter.content(),
            Letter::Commitment(letter) => letter.content(),
            Letter::Pairing(letter) => letter.content(),
            Letter::Round(letter) => letter.content(),
            Letter::PublicGivingClosed(letter) => letter.content(),
            Letter::AccountKnown(letter) => letter.content(),
            Letter::VerificationDecided(letter) => letter.content(None),
            Letter::InvitationSent(letter) => letter.content(),
            Letter::RoleAsked(letter) => letter.content(),
            Letter::ColleagueAsked(letter) => letter.content(None),
            Letter::PayeeChanged(letter) => letter.content(),
            Letter::SavedSearchFound(letter) => letter.content(None),
            Letter::Digest(letter) => letter.content(),
        }
    }

    /// Its kind, by which a reader chooses where to read it.
    #[must_use]
    pub const fn kind(&self) -> NoticeKind {
        match self {
            Letter::NeedReturned(_) => NoticeKind::NeedReturned,
            Letter::NeedApproved(_) => NoticeKind::NeedApproved,
            Letter::NeedMoved(_) => NoticeKind::NeedMoved,
            Letter::PledgeMade(_) | Letter::InstalmentDue(_) | Letter::PledgeCancelled(_) => NoticeKind::PledgeMade,
            Letter::Gift(_) | Letter::OnBehalf(_) | Letter::Goods(_) => NoticeKind::Gift,
            Letter::ArrivalConfirmed(_)
            | Letter::ArrivalCorrected(_)
            | Letter::GiftReturned(_)
            | Letter::ReturnTakenBack(_)
            | Letter::GoodsConfirmed(_)
            | Letter::Fund(_) => NoticeKind::ArrivalConfirmed,
            Letter::DisbursementPaid(_) | Letter::DisbursementBack(_) | Letter::DisbursementOutAgain(_) => {
                NoticeKind::DisbursementPaid
            }
            Letter::ReportPublished(_) => NoticeKind::ReportPublished,
            Letter::SpendingReturned(_) => NoticeKind::SpendingReturned,
            Letter::Commitment(_) => NoticeKind::Commitment,
            Letter::Pairing(_) => NoticeKind::Pairing,
            Letter::Round(_) => NoticeKind::MatchingRound,
            Letter::PayeeChanged(_) => NoticeKind::PayeeChanged,
            Letter::SavedSearchFound(_) => NoticeKind::SavedSearch,
            // The law wants it known at once, whatever anybody wishes.
            Letter::PublicGivingClosed(_)
            | Letter::AccountKnown(_)
            | Letter::VerificationDecided(_)
            | Letter::InvitationSent(_)
            | Letter::RoleAsked(_)
            | Letter::ColleagueAsked(_) => NoticeKind::Account,
            Letter::Digest(_) => NoticeKind::Todo,
        }
    }
}

fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph(text.into())
}

/// A day as letters and papers write it.
#[must_use]
pub fn day(day: NaiveDate) -> String {
    format!("{} 年 {} 月 {} 日", day.year(), day.month(), day.day())
}

/// What money is for, as it stands in letters.
fn purpose(need: Option<&NamedNeed>) -> String {
    need.map_or_else(|| "非定向".to_owned(), ToString::to_string)
}

impl NeedReturned {
    fn content(&self) -> Content {
        Content {
            subject: format!("需求被退回：{}", self.code_or_title),
            blocks: vec![
                paragraph(format!("您村的需求“{}”被退回，请按下面的意见修改后再提交。", self.code_or_title)),
                Block::Quote(self.reason.clone()),
            ],
            link: ("打开修改", self.path.clone()),
        }
    }
}

impl NeedApproved {
    fn content(&self) -> Content {
        Content {
            subject: format!("需求已公开：{} {}", self.code, self.title),
            blocks: vec![
                paragraph(format!(
                    "您村的需求“{}”已通过审核，现在人人可以看到。公示期内没有异议，企业就可以来对接。",
                    self.title
                )),
                Block::Facts(vec![("需求编号", self.code.clone()), ("公示到", day(self.until))]),
            ],
            link: ("查看公开页面", self.path.clone()),
        }
    }
}

impl NeedMoved {
    fn content(&self) -> Content {
        let mut blocks = vec![paragraph(self.says.clone())];
        blocks.extend(self.reason.clone().map(Block::Quote));
        Content {
            subject: format!("{}：{}", self.what, self.code_or_title),
            blocks,
            link: ("打开这条需求", self.path.clone()),
        }
    }
}

impl PledgeMade {
    fn content(&self) -> Content {
        Content {
            subject: format!("认捐已登记，请按此汇款：{}", self.reference),
            blocks: vec![
                paragraph(format!("{}：感谢您在“{}”中的认捐。", self.enterprise, self.campaign)),
                paragraph("请在汇款时把下面的认捐编号写进附言，善款才能自动对上您的认捐。"),
                Block::Facts(vec![
                    ("附言（认捐编号）", self.reference.clone()),
                    ("金额", format!("{}（{}）", self.amount, self.amount.to_capitals())),
                    ("收款户名", self.account_name.clone()),
                    ("开户银行", self.bank.clone()),
                    ("收款账号", self.account_no.clone()),
                    ("接受捐赠的慈善组织", self.charity.clone()),
                    ("用途", purpose(self.need.as_ref())),
                ]),
                Block::Note(
                    "认捐不是到账：善款由慈善组织确认到账以后才计入。捐赠自愿，签约和到账以前，您可以在认捐的页面上取消。",
                ),
                Block::Note("汇款前请核对收款户名和账号。我们不会用电话或短信要求您改用别的账号。"),
            ],
            link: ("查看这笔认捐", self.path.clone()),
        }
    }
}

impl ArrivalConfirmed {
    /// The confirmation letter that goes with it.
    #[must_use]
    pub fn confirmation(&self, origin: &str, demo: bool) -> ConfirmationLetter {
        ConfirmationLetter {
            number: self.number.clone(),
            enterprise: self.enterprise.clone(),
            charity: self.charity.clone(),
            campaign: self.campaign.clone(),
            reference: self.reference.clone(),
            amount: receipts::printed(self.amount),
            capitals: self.amount.to_capitals(),
            booked_on: day(self.booked_on),
            confirmed_on: day(self.confirmed_on),
            purpose: purpose(self.need.as_ref()),
            follow: format!("{origin}{}", self.path),
            not_an_invoice: "本函不是公益事业捐赠票据，不能用于税前扣除；捐赠票据由接受捐赠的慈善组织开具。".to_owned(),
            demo,
        }
    }

    fn content(&self) -> Content {
        Content {
            subject: format!("捐款已到账：{} {}", self.amount, self.reference),
            blocks: vec![
                paragraph(format!("您在“{}”中的捐款已由{}确认到账。感谢您。", self.campaign, self.charity)),
                Block::Facts(vec![
                    ("认捐编号", self.reference.clone()),
                    ("到账金额", format!("{}（{}）", self.amount, self.amount.to_capitals())),
                    ("银行入账日期", day(self.booked_on)),
                    ("用途", purpose(self.need.as_ref())),
                ]),
                paragraph(format!("附件是捐赠确认函（编号 {}）。", self.number)),
                Block::Note(NOT_AN_INVOICE),
            ],
            link: ("看这笔钱的去向", self.path.clone()),
        }
    }
}

impl DisbursementPaid {
    fn content(&self) -> Content {
        Content {
            subject: format!("善款已拨付：{} {}", self.need_code, self.amount),
            blocks: vec![
                paragraph(format!("您村的需求“{}”有一笔善款已经拨付。", self.title)),
                Block::Facts(vec![
                    ("需求编号", self.need_code.clone()),
                    ("拨付金额", self.amount.to_string()),
                    ("拨付日期", day(self.paid_on)),
                    ("收款方", self.payee_name.clone()),
                ]),
                paragraph("请按用途使用，并保留发票和照片，用完后在平台上登记支出、报告进展。"),
            ],
            link: ("登记支出和进展", self.path.clone()),
        }
    }
}

impl ReportPublished {
    fn content(&self) -> Content {
        Content {
            subject: format!("您支持的需求有了新进展：{}", self.title),
            blocks: vec![
                paragraph(format!("{}报告了需求“{}”（{}）的进展：", self.village, self.title, self.need_code)),
                Block::Quote(self.text_excerpt.clone()),
                Block::Facts(vec![("至今支出", self.spent.to_string())]),
                Block::Note("您的捐款用于这条需求，所以我们把进展告诉您。这不是宣传邮件。"),
            ],
            link: ("查看报告和每一笔支出", self.path.clone()),
        }
    }
}

impl SpendingReturned {
    fn content(&self) -> Content {
        Content {
            subject: format!("支出登记被退回：{}", self.item),
            blocks: vec![
                paragraph(format!("需求“{}”的支出“{}”被退回，请按下面的意见补正。", self.need_title, self.item)),
                Block::Quote(self.reason.clone()),
            ],
            link: ("打开补正", self.path.clone()),
        }
    }
}

impl InvitationSent {
    fn content(&self) -> Content {
        Content {
            subject: format!("邀请您加入{}", self.organisation),
            blocks: vec![
                paragraph(format!("{}邀请您在千村平台上担任{}的{}。", self.by, self.organisation, self.role)),
                Block::Facts(vec![("代码", self.code.clone()), ("有效期至", day(self.expires_on))]),
                Block::Note("代码只能用一次，请不要转给别人。不认识邀请您的人，就不用理会这封邮件。"),
            ],
            link: ("接受邀请", self.path.clone()),
        }
    }
}

impl RoleAsked {
    fn content(&self) -> Content {
        Content {
            subject: format!("{}请您担任{}", self.organisation, self.role),
            blocks: vec![
                paragraph(format!(
                    "{}人手不够，请您以上级单位同事的身份担任{}。接受后，您在页面上方选择代表哪个单位办事。",
                    self.organisation, self.role
                )),
                Block::Facts(vec![("有效期至", day(self.expires_on))]),
                Block::Note("不想担任就不用理会，到期自动作废。"),
            ],
            link: ("去看看", self.path.clone()),
        }
    }
}

impl ColleagueAsked {
    /// `colleague`: his name, if it is still known.
    pub(in crate::mail) fn content(&self, colleague: Option<&str>) -> Content {
        let colleague = colleague.unwrap_or("一位同事");
        Content {
            subject: format!("{}请您单位的一位同事帮忙", self.organisation),
            blocks: vec![
                paragraph(format!(
                    "{}人手不够，请您单位的{}担任{}。本人自己接受后才有岗位，办的事记在{}名下。",
                    self.organisation, colleague, self.role, self.organisation
                )),
                Block::Note("不同意的，请告诉本人不要接受；已经接受的，请对方的负责人收回岗位。"),
            ],
            link: ("本单位的人员", self.path.clone()),
        }
    }
}
