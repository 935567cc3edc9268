//! Gifts of goods: offering, accepting with a value, setting aside, handing over, what becomes of the rest, and what
//! everybody reads of them.

use super::{Call, Count};
use crate::goods::{
    GoodsGiftStatus, GoodsHandOverInput, GoodsHandOverStatus, GoodsHandOverStep, GoodsInput, GoodsLossCause,
    GoodsReceipt, GoodsReference, GoodsRestKind, GoodsRestStatus, GoodsRestStep, GoodsStep, GoodsWriteOffInput,
    Inspection, Quantity, ValuationBasis,
};
use crate::pledge::PublicDisplay;
use crate::{CampaignId, Fen, FileId, GoodsGiftId, GoodsHandOverId, GoodsRestId, NeedId, OrganisationId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const GIFTS: &str = "/goods-gifts";
pub const GIFT: &str = "/goods-gifts/{id}";
pub const WITHDRAW: &str = "/goods-gifts/{id}/withdraw";
pub const REFUSE: &str = "/goods-gifts/{id}/refuse";
pub const INSPECT: &str = "/goods-gifts/{id}/inspection";
pub const SEND_BACK: &str = "/goods-gifts/{id}/send-back";
pub const CONFIRM: &str = "/goods-gifts/{id}/confirm";
pub const SET_ASIDE: &str = "/goods-gifts/{id}/set-aside";
pub const DISPLAY: &str = "/goods-gifts/{id}/display";
pub const ASK_REVERSAL: &str = "/goods-gifts/{id}/reversal";
pub const REVERSE: &str = "/goods-gifts/{id}/reversal/confirm";
pub const DROP_REVERSAL: &str = "/goods-gifts/{id}/reversal/drop";
pub const HAND_OVERS: &str = "/goods-gifts/{id}/hand-overs";
pub const RECEIVE: &str = "/goods-hand-overs/{id}/receive";
pub const OBJECT: &str = "/goods-hand-overs/{id}/object";
pub const ACCEPT: &str = "/goods-hand-overs/{id}/accept";
pub const REFUSE_HAND_OVER: &str = "/goods-hand-overs/{id}/refuse";
pub const RELEASES: &str = "/goods-gifts/{id}/releases";
pub const WRITE_OFFS: &str = "/goods-gifts/{id}/write-offs";
pub const UNBIND: &str = "/goods-gifts/{id}/unbind";
pub const CONFIRM_REST: &str = "/goods-rests/{id}/confirm";
pub const DROP_REST: &str = "/goods-rests/{id}/drop";
pub const OF_NEED: &str = "/needs/{id}/goods-gifts";
pub const OF_CAMPAIGN: &str = "/campaigns/{code}/goods-gifts";
pub const OF_ENTERPRISE: &str = "/enterprises/{id}/goods-gifts";

/// Offers. The id is the client's: sending the same twice makes one gift, other content is a conflict.
#[must_use]
pub fn offer(new: &NewGoodsGift) -> Call<GoodsGift> {
    Call::post(GIFTS, new)
}

/// The gifts of the caller's enterprise, to its charity, or for its village's needs, latest first.
#[must_use]
pub fn list(query: &GoodsGiftQuery) -> Call<GoodsGiftList> {
    Call::get(GIFTS).query(query)
}

#[must_use]
pub fn get(id: GoodsGiftId) -> Call<GoodsGift> {
    Call::get(format!("/goods-gifts/{id}"))
}

/// The giver takes it back, before it is accepted.
#[must_use]
pub fn withdraw(id: GoodsGiftId, why: &GoodsReason) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/withdraw"), why)
}

/// The charity does not take it.
#[must_use]
pub fn refuse(id: GoodsGiftId, why: &GoodsReason) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/refuse"), why)
}

/// The charity's maker says what he found.
#[must_use]
pub fn inspect(id: GoodsGiftId, found: &InspectGoods) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/inspection"), found)
}

/// The second person wants it inspected anew.
#[must_use]
pub fn send_back(id: GoodsGiftId, why: &GoodsReason) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/send-back"), why)
}

/// A second person confirms: the goods are accepted at their value.
#[must_use]
pub fn confirm(id: GoodsGiftId, seen: GoodsSeen) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/confirm"), &seen)
}

/// The charity sets a gift without a need aside for one.
#[must_use]
pub fn set_aside(id: GoodsGiftId, to: SetGoodsAside) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/set-aside"), &to)
}

/// Shows the giver otherwise from now on.
#[must_use]
pub fn change_display(id: GoodsGiftId, to: GoodsDisplay) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/display"), &to)
}

/// One person of the charity asks to reverse a wrong acceptance.
#[must_use]
pub fn ask_reversal(id: GoodsGiftId, why: &GoodsReason) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/reversal"), why)
}

/// A second person reverses it.
#[must_use]
pub fn reverse(id: GoodsGiftId, seen: GoodsSeen) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/reversal/confirm"), &seen)
}

/// The acceptance stands.
#[must_use]
pub fn drop_reversal(id: GoodsGiftId, seen: GoodsSeen) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/reversal/drop"), &seen)
}

/// The charity's maker says what it brought to the village. The id is the client's.
#[must_use]
pub fn hand_over(id: GoodsGiftId, new: &NewGoodsHandOver) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/hand-overs"), new)
}

/// The village says what came.
#[must_use]
pub fn receive(id: GoodsHandOverId, receipt: &GoodsReceipt) -> Call<GoodsGift> {
    Call::post(format!("/goods-hand-overs/{id}/receive"), receipt)
}

/// The village did not receive it so.
#[must_use]
pub fn object(id: GoodsHandOverId, why: &HandOverReason) -> Call<GoodsGift> {
    Call::post(format!("/goods-hand-overs/{id}/object"), why)
}

/// A second person of the charity accepts the receipt: what came is handed over.
#[must_use]
pub fn accept(id: GoodsHandOverId) -> Call<GoodsGift> {
    Call::post(format!("/goods-hand-overs/{id}/accept"), &AcceptHandOver {})
}

/// He does not: it is recorded anew.
#[must_use]
pub fn refuse_hand_over(id: GoodsHandOverId, why: &HandOverReason) -> Call<GoodsGift> {
    Call::post(format!("/goods-hand-overs/{id}/refuse"), why)
}

/// The charity's maker asks to take back what is left, to be set aside for another need. The id is the client's.
#[must_use]
pub fn release(id: GoodsGiftId, new: &NewGoodsRelease) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/releases"), new)
}

/// The charity's maker asks to write off what will never be handed over. The id is the client's.
#[must_use]
pub fn write_off(id: GoodsGiftId, new: &NewGoodsWriteOff) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/write-offs"), new)
}

/// The giver lets the charity set what is left aside for another need than the one that it named.
#[must_use]
pub fn unbind(id: GoodsGiftId, seen: GoodsSeen) -> Call<GoodsGift> {
    Call::post(format!("/goods-gifts/{id}/unbind"), &seen)
}

/// A second person confirms what was asked for.
#[must_use]
pub fn confirm_rest(id: GoodsRestId) -> Call<GoodsGift> {
    Call::post(format!("/goods-rests/{id}/confirm"), &ConfirmGoodsRest {})
}

/// It is not done: the second person says why, or whoever asked takes it back.
#[must_use]
pub fn drop_rest(id: GoodsRestId, why: &GoodsRestReason) -> Call<GoodsGift> {
    Call::post(format!("/goods-rests/{id}/drop"), why)
}

/// What was given in goods for a public need, as everybody reads it.
#[must_use]
pub fn of_need(need: NeedId) -> Call<PublicGoods> {
    Call::get(format!("/needs/{need}/goods-gifts"))
}

/// What was given in goods to a campaign, by its code or its id, as everybody reads it.
#[must_use]
pub fn of_campaign(campaign: impl std::fmt::Display) -> Call<PublicGoods> {
    Call::get(format!("/campaigns/{campaign}/goods-gifts"))
}

/// What an enterprise gave in goods under its full name, as everybody reads it.
#[must_use]
pub fn of_enterprise(enterprise: OrganisationId) -> Call<PublicGoods> {
    Call::get(format!("/enterprises/{enterprise}/goods-gifts"))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewGoodsGift {
    pub id: GoodsGiftId,
    pub campaign: CampaignId,
    pub charity: OrganisationId,
    #[serde(flatten)]
    pub input: GoodsInput,
    /// What the valuation rests on: own drafts, 1 to 12. Not public.
    pub pictures: Vec<FileId>,
}

/// Why, and of which version of the gift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsReason {
    pub version: i32,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsSeen {
    pub version: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InspectGoods {
    pub version: i32,
    #[serde(flatten)]
    pub found: Inspection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetGoodsAside {
    pub version: i32,
    pub need: NeedId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsDisplay {
    pub name: PublicDisplay,
    pub show_value: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewGoodsHandOver {
    pub id: GoodsHandOverId,
    pub version: i32,
    #[serde(flatten)]
    pub input: GoodsHandOverInput,
    /// Photos or the signed slip: own drafts, 1 to 12. Not public.
    pub pictures: Vec<FileId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandOverReason {
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptHandOver {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewGoodsRelease {
    pub id: GoodsRestId,
    pub version: i32,
    /// Why; giver and village read it.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewGoodsWriteOff {
    pub id: GoodsRestId,
    pub version: i32,
    #[serde(flatten)]
    pub input: GoodsWriteOffInput,
    /// Photos of what was found, or a paper, where there is one: own drafts, at most 12. Not public.
    #[serde(default)]
    pub pictures: Vec<FileId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsRestReason {
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmGoodsRest {}

words! {
    /// What of the gifts of goods of a charity waits for somebody.
    pub enum GoodsShow {
        ToArrange = "to_arrange" / "待安排",
        ToBring = "to_bring" / "待移交",
        ToReverse = "to_reverse" / "待确认的冲正",
        ToSettle = "to_settle" / "待确认的收回和报损",
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct GoodsGiftQuery {
    /// A state of gifts; without it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// A state of hand-overs: gifts with one that stands so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<String>,
    /// What waits: `to_arrange`, `to_bring`, `to_reverse` or `to_settle`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<String>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsGiftList {
    pub items: Vec<GoodsGiftRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    pub count: Count,
}

/// A need as a gift of goods names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsNeed {
    pub id: NeedId,
    pub code: String,
    pub title: String,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsGiftRow {
    pub id: GoodsGiftId,
    pub reference: GoodsReference,
    pub status: GoodsGiftStatus,
    pub campaign: CampaignId,
    pub campaign_name: String,
    pub charity: OrganisationId,
    pub charity_name: String,
    /// To a village the name as everybody reads it.
    pub enterprise_name: String,
    /// Names and quantities in one sentence.
    pub what: String,
    /// What it was offered at; to a village what is public of it.
    pub offered_fen: Option<Fen>,
    /// What it was accepted at.
    pub accepted_fen: Option<Fen>,
    /// What of that is handed over.
    pub handed_fen: Option<Fen>,
    /// What of that was written off.
    pub lost_fen: Option<Fen>,
    /// What it was given or set aside for; none where what is left waits for another need.
    pub need: Option<GoodsNeed>,
    pub offered_at: DateTime<Utc>,
    /// A hand-over that waits for somebody.
    pub hand_over: Option<GoodsHandOverStatus>,
    /// Whether one person has asked to reverse it.
    pub reversal_waits: bool,
    /// What one person has asked to be done with what is left.
    pub rest: Option<GoodsRestKind>,
}

/// One line of a gift, from the offer to the hand-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsGiftLine {
    pub name: String,
    pub unit: String,
    pub quantity: Quantity,
    pub unit_value_fen: Option<Fen>,
    pub value_fen: Option<Fen>,
    /// None before it was inspected.
    pub accepted: Option<Quantity>,
    pub accepted_unit_value_fen: Option<Fen>,
    pub accepted_fen: Option<Fen>,
    pub condition: String,
    /// Came to the village, and was accepted so.
    pub handed: Quantity,
    pub handed_fen: Option<Fen>,
    /// Written off.
    pub lost: Quantity,
    pub lost_fen: Option<Fen>,
}

impl GoodsGiftLine {
    /// What is accepted and neither handed over nor written off.
    #[must_use]
    pub fn left(&self) -> Quantity {
        self.accepted.unwrap_or_default().less(self.handed).less(self.lost)
    }
}

/// What the charity found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsInspected {
    pub received_on: NaiveDate,
    pub basis: ValuationBasis,
    pub value_reason: String,
    pub inspected_at: DateTime<Utc>,
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// Of one line in one hand-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsHandOverLine {
    /// Which line of the gift, counted from 0.
    pub line: i32,
    pub quantity: Quantity,
    /// None until the village has said it.
    pub received: Option<Quantity>,
}

/// One hand-over as those who take part in it read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsHandOver {
    pub id: GoodsHandOverId,
    pub number: i32,
    pub status: GoodsHandOverStatus,
    /// What it was for.
    pub need: GoodsNeed,
    pub happened_on: NaiveDate,
    pub place: String,
    pub note: String,
    pub lines: Vec<GoodsHandOverLine>,
    pub recorded_at: DateTime<Utc>,
    pub received_at: Option<DateTime<Utc>>,
    /// What the village said of it, an objection too.
    pub received_note: String,
    pub decided_at: Option<DateTime<Utc>>,
    /// Why the charity did not accept it.
    pub decision: String,
    /// What came, at its accepted value; none before it is accepted.
    pub value_fen: Option<Fen>,
    pub pictures: Vec<FileId>,
    pub may: Vec<GoodsHandOverStep>,
}

/// What is written off, or taken back, of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsRestLine {
    /// Which line of the gift, counted from 0.
    pub line: i32,
    pub quantity: Quantity,
}

/// What is done with goods that are left, as those read it whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsRest {
    pub id: GoodsRestId,
    pub number: i32,
    pub kind: GoodsRestKind,
    pub status: GoodsRestStatus,
    /// For which they were set aside.
    pub need: Option<GoodsNeed>,
    /// Of what is written off.
    pub cause: Option<GoodsLossCause>,
    pub found_on: Option<NaiveDate>,
    pub reason: String,
    pub lines: Vec<GoodsRestLine>,
    pub value_fen: Option<Fen>,
    pub asked_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was not confirmed.
    pub decision: String,
    pub pictures: Vec<FileId>,
    pub may: Vec<GoodsRestStep>,
}

/// Why it ended, or why somebody wants it reversed, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsSaid {
    pub at: DateTime<Utc>,
    pub reason: String,
}

/// A gift as its giver, its charity, its village and the auditor read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsGift {
    #[serde(flatten)]
    pub row: GoodsGiftRow,
    pub version: i32,
    /// Whether its giver bound it to the need, and has not let it go.
    pub bound: bool,
    /// When its giver let it go.
    pub unbound_at: Option<DateTime<Utc>>,
    pub lines: Vec<GoodsGiftLine>,
    pub basis: ValuationBasis,
    /// Empty to the village.
    pub basis_note: String,
    pub expires_on: Option<NaiveDate>,
    pub public_display: PublicDisplay,
    pub show_value: bool,
    pub terms_version: String,
    pub inspected: Option<GoodsInspected>,
    /// Why it was to be inspected anew.
    pub sent_back: Option<String>,
    pub set_aside_at: Option<DateTime<Utc>>,
    pub ended: Option<GoodsSaid>,
    /// Why it is to be reversed, or was; to the charity and the auditor.
    pub reversal: Option<GoodsSaid>,
    pub hand_overs: Vec<GoodsHandOver>,
    /// Also what was only asked for, to the charity and the auditor; to others what was confirmed.
    pub rests: Vec<GoodsRest>,
    /// What the valuation rests on; none to the village.
    pub pictures: Vec<FileId>,
    pub may: Vec<GoodsStep>,
}

/// What was written off of a gift, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicGoodsLoss {
    pub cause: GoodsLossCause,
    /// Names and quantities in one sentence.
    pub what: String,
}

/// One accepted gift, or its part for a need, as its giver wants to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicGoodsGift {
    pub giver: String,
    /// Whose page names what it gave; of a giver that shows its full name.
    pub enterprise: Option<OrganisationId>,
    /// Names and accepted quantities in one sentence.
    pub what: String,
    /// None where its giver does not show it.
    pub value_fen: Option<Fen>,
    pub lost: Vec<PublicGoodsLoss>,
    pub accepted_on: NaiveDate,
    pub status: GoodsGiftStatus,
    pub need: Option<GoodsNeed>,
}

/// 物资折款, a number beside the four numbers of money and in none of them.
///
/// All sums hold what its givers show: with what they hide, a difference would tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicGoods {
    pub accepted_fen: Fen,
    pub handed_over_fen: Fen,
    /// Accepted, and written off since: it will never be handed over.
    pub lost_fen: Fen,
    /// All accepted gifts; of an enterprise those that name it in full.
    pub gifts: i64,
    /// Those of them whose value is not shown, and in no sum here.
    pub hidden: i64,
    /// The latest accepted first, two hundred at most.
    pub items: Vec<PublicGoodsGift>,
    pub as_of: DateTime<Utc>,
}
