//! The only SQL on gifts of goods themselves: what is offered, how it stands, and which are listed.

use super::Viewer;
use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::goods::{GoodsDisplay, GoodsInspected, GoodsSaid, GoodsShow, NewGoodsGift};
use domain::goods::{GoodsGiftStatus, GoodsHandOverStatus, GoodsParts, GoodsReference, GoodsRestKind, ValuationBasis};
use domain::need::{ContributionKind, NeedStatus};
use domain::organisation::Acting;
use domain::pledge::PublicDisplay;
use domain::todo::Waiting;
use domain::{CampaignId, Fen, GoodsGiftId, LotId, NeedId, OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// A public need as goods are given for it.
pub struct GoodsFor {
    pub status: NeedStatus,
    kind: ContributionKind,
    pub code: String,
    pub title: String,
    /// The organisation of its village.
    pub village: OrganisationId,
}

impl GoodsFor {
    /// Goods serve a need of goods, and one of money that buys such things; nobody is sent goods when it is over.
    pub fn takes_goods(&self) -> bool {
        matches!(self.kind, ContributionKind::Goods | ContributionKind::Money) && self.status.takes_deliveries()
    }
}

/// A need that is public; it stays as it is until the transaction ends.
pub async fn need(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Option<GoodsFor>> {
    let row = sqlx::query!(
        r#"select status, kind, code as "code!", title, organisation
           from need
           where id = $1 and code is not null
           for share"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(GoodsFor {
            status: word("need.status", &row.status)?,
            kind: word("need.kind", &row.kind)?,
            code: row.code,
            title: row.title,
            village: OrganisationId(row.organisation),
        })
    })
    .transpose()
}

pub async fn next_number(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select nextval('goods_gift_number') as "number!""#).fetch_one(connection).await
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewGoodsGift,
    (reference, display, value): (GoodsReference, PublicDisplay, Fen),
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let input = &new.input;
    sqlx::query!(
        "insert into goods_gift (id, reference, campaign, charity, enterprise, need, basis, basis_note, expires_on, value_fen,
                                 public_display, show_value, terms_version, offered_by, offered_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)",
        new.id.0,
        reference.as_str(),
        new.campaign.0,
        new.charity.0,
        acting.organisation.0,
        input.need.map(|need| need.0),
        input.basis.as_str(),
        input.basis_note.trim(),
        input.expires_on,
        value.get(),
        display.as_str(),
        input.show_value,
        input.terms_version,
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What is done to a gift is done one after the other.
pub async fn lock(connection: &mut PgConnection, id: GoodsGiftId) -> sqlx::Result<()> {
    sqlx::query!("select id from goods_gift where id = $1 for update", id.0).fetch_optional(connection).await?;
    Ok(())
}

/// What one person found.
#[derive(Clone)]
pub struct Inspected {
    pub by: PersonId,
    at: DateTime<Utc>,
    pub received_on: NaiveDate,
    pub basis: ValuationBasis,
    pub value_reason: String,
    confirmed_at: Option<DateTime<Utc>>,
}

impl Inspected {
    /// Why a value was corrected is between giver and charity.
    pub fn shown(self, village: bool) -> GoodsInspected {
        GoodsInspected {
            received_on: self.received_on,
            basis: self.basis,
            value_reason: if village { String::new() } else { self.value_reason },
            inspected_at: self.at,
            confirmed_at: self.confirmed_at,
        }
    }
}

/// A gift as it is stored, with the names of those who take part.
pub struct Stored {
    pub id: GoodsGiftId,
    pub reference: GoodsReference,
    pub status: GoodsGiftStatus,
    pub version: i32,
    pub campaign: CampaignId,
    pub campaign_name: String,
    pub charity: OrganisationId,
    pub charity_name: String,
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    /// That its giver bound it to.
    pub need: Option<NeedId>,
    /// That it is set aside for, or was bound to before it was accepted.
    pub for_need: Option<(NeedId, String, String)>,
    /// The organisation of that need's village.
    pub village: Option<OrganisationId>,
    /// The organisations of all villages that it was ever set aside for.
    pub villages: Vec<OrganisationId>,
    pub what: String,
    pub basis: ValuationBasis,
    pub basis_note: String,
    pub expires_on: Option<NaiveDate>,
    pub value: Fen,
    pub public_display: PublicDisplay,
    pub show_value: bool,
    pub terms_version: String,
    pub offered_at: DateTime<Utc>,
    pub inspected: Option<Inspected>,
    pub accepted: Option<Fen>,
    pub sent_back: Option<String>,
    pub lot: Option<LotId>,
    pub set_aside_at: Option<DateTime<Utc>>,
    pub handed: Fen,
    pub lost: Fen,
    /// When its giver let it go from the need that it was bound to.
    pub unbound_at: Option<DateTime<Utc>>,
    pub hand_over: Option<GoodsHandOverStatus>,
    /// What one person has asked to be done with what is left.
    pub rest: Option<GoodsRestKind>,
    pub ended: Option<(DateTime<Utc>, String)>,
    /// Who asked to reverse it, and why.
    pub reversal: Option<(PersonId, GoodsSaid)>,
}

impl Stored {
    /// What of its value is neither handed over nor written off.
    pub fn left(&self) -> Fen {
        self.accepted.unwrap_or_default().saturating_gap(self.handed).saturating_gap(self.lost)
    }

    /// The state in which it stands with so much handed over and written off.
    pub fn standing_with(&self, handed: Fen, lost: Fen, set_aside: bool) -> GoodsGiftStatus {
        let left = self.accepted.unwrap_or_default().saturating_gap(handed).saturating_gap(lost).is_positive();
        GoodsParts { handed: handed.is_positive(), lost: lost.is_positive(), left, set_aside }.status()
    }
}

struct Row {
    id: Uuid,
    reference: String,
    status: String,
    version: i32,
    campaign: Uuid,
    campaign_name: String,
    charity: Uuid,
    charity_name: String,
    enterprise: Uuid,
    enterprise_name: String,
    need: Option<Uuid>,
    for_need: Option<Uuid>,
    need_code: Option<String>,
    need_title: Option<String>,
    village: Option<Uuid>,
    villages: Vec<Uuid>,
    what: String,
    basis: String,
    basis_note: String,
    expires_on: Option<NaiveDate>,
    value_fen: i64,
    public_display: String,
    show_value: bool,
    terms_version: String,
    offered_at: DateTime<Utc>,
    inspected_by: Option<Uuid>,
    inspected_at: Option<DateTime<Utc>>,
    received_on: Option<NaiveDate>,
    accepted_basis: Option<String>,
    value_reason: Option<String>,
    confirmed_at: Option<DateTime<Utc>>,
    accepted_fen: Option<i64>,
    sent_back: Option<String>,
    lot: Option<Uuid>,
    set_aside_at: Option<DateTime<Utc>>,
    handed_fen: i64,
    lost_fen: i64,
    unbound_at: Option<DateTime<Utc>>,
    hand_over: Option<String>,
    rest: Option<String>,
    ended_at: Option<DateTime<Utc>>,
    ended_reason: Option<String>,
    reversal_by: Option<Uuid>,
    reversal_at: Option<DateTime<Utc>>,
    reversal_reason: Option<String>,
}

impl Row {
    fn inspected(&self) -> sqlx::Result<Option<Inspected>> {
        let found = self.inspected_by.zip(self.inspected_at).zip(self.received_on).zip(self.accepted_basis.as_ref());
        let inspected = found.map(|(((by, at), received_on), basis)| {
            Ok(Inspected {
                by: PersonId(by),
                at,
                received_on,
                basis: word("goods_gift.accepted_basis", basis)?,
                value_reason: self.value_reason.clone().unwrap_or_default(),
                confirmed_at: self.confirmed_at,
            })
        });
        inspected.transpose()
    }

    fn read(self) -> sqlx::Result<Stored> {
        let inspected = self.inspected()?;
        let asked = self.reversal_by.zip(self.reversal_at).zip(self.reversal_reason);
        Ok(Stored {
            id: GoodsGiftId(self.id),
            reference: word("goods_gift.reference", &self.reference)?,
            status: word("goods_gift.status", &self.status)?,
            version: self.version,
            campaign: CampaignId(self.campaign),
            campaign_name: self.campaign_name,
            charity: OrganisationId(self.charity),
            charity_name: self.charity_name,
            enterprise: OrganisationId(self.enterprise),
            enterprise_name: self.enterprise_name,
            need: self.need.map(NeedId),
            for_need: self
                .for_need
                .zip(self.need_code)
                .zip(self.need_title)
                .map(|((id, code), title)| (NeedId(id), code, title)),
            village: self.village.map(OrganisationId),
            villages: self.villages.into_iter().map(OrganisationId).collect(),
            what: self.what,
            basis: word("goods_gift.basis", &self.basis)?,
            basis_note: self.basis_note,
            expires_on: self.expires_on,
            value: fen("goods_gift.value_fen", self.value_fen)?,
            public_display: word("goods_gift.public_display", &self.public_display)?,
            show_value: self.show_value,
            terms_version: self.terms_version,
            offered_at: self.offered_at,
            inspected,
            accepted: self.accepted_fen.map(|value| fen("goods_gift.accepted_fen", value)).transpose()?,
            sent_back: self.sent_back,
            lot: self.lot.map(LotId),
            set_aside_at: self.set_aside_at,
            handed: fen("goods_gift.handed_fen", self.handed_fen)?,
            lost: fen("goods_gift.lost_fen", self.lost_fen)?,
            unbound_at: self.unbound_at,
            rest: self.rest.map(|kind| word("goods_rest.kind", &kind)).transpose()?,
            hand_over: self.hand_over.map(|status| word("goods_hand_over.status", &status)).transpose()?,
            ended: self.ended_at.zip(self.ended_reason),
            reversal: asked.map(|((by, at), reason)| (PersonId(by), GoodsSaid { at, reason })),
        })
    }
}

/// As it stands; whoever changes it has it locked.
pub async fn by_id(connection: &mut PgConnection, id: GoodsGiftId) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id!", reference as "reference!", status as "status!", version as "version!",
                  campaign as "campaign!", campaign_name as "campaign_name!", charity as "charity!",
                  charity_name as "charity_name!", enterprise as "enterprise!", enterprise_name as "enterprise_name!",
                  need, for_need, need_code, need_title, village_organisation as village, villages as "villages!",
                  coalesce(what, '') as "what!",
                  basis as "basis!", basis_note as "basis_note!", expires_on, value_fen as "value_fen!",
                  public_display as "public_display!", show_value as "show_value!", terms_version as "terms_version!",
                  offered_at as "offered_at!", inspected_by, inspected_at, received_on, accepted_basis, value_reason,
                  confirmed_at, accepted_fen, sent_back, lot, set_aside_at, handed_fen as "handed_fen!",
                  lost_fen as "lost_fen!", unbound_at, hand_over, rest, ended_at, ended_reason, reversal_by, reversal_at, reversal_reason
           from goods_gift_read
           where id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

/// It ends before anything was booked.
pub async fn end(
    connection: &mut PgConnection,
    gift: &Stored,
    (status, reason): (GoodsGiftStatus, &str),
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_gift
         set status = $3, ended_by = $4, ended_at = $5, ended_reason = $6, version = version + 1, changed_at = $5
         where id = $1 and version = $2",
        gift.id.0,
        gift.version,
        status.as_str(),
        by.0,
        now,
        reason
    )
    .execute(connection)
    .await
}

/// Its giver lets it go from the need that it was bound to.
pub async fn set_unbound(
    connection: &mut PgConnection,
    gift: &Stored,
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_gift
         set unbound_by = $3, unbound_at = $4, version = version + 1, changed_at = $4
         where id = $1 and version = $2 and unbound_by is null",
        gift.id.0,
        gift.version,
        by.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_display(
    connection: &mut PgConnection,
    id: GoodsGiftId,
    to: GoodsDisplay,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_gift
         set public_display = $2, show_value = $3, version = version + 1, changed_at = $4
         where id = $1",
        id.0,
        to.name.as_str(),
        to.show_value,
        now
    )
    .execute(connection)
    .await
}

/// What of them is listed.
pub struct Filter {
    pub status: Option<GoodsGiftStatus>,
    pub hand_over: Option<GoodsHandOverStatus>,
    pub show: Option<GoodsShow>,
    pub after: Option<GoodsGiftId>,
}

/// Whose, to whom, and for whose village; what is none is not asked about.
fn scope(viewer: Viewer) -> [Option<Uuid>; 3] {
    match viewer {
        Viewer::Enterprise(id) => [Some(id.0), None, None],
        Viewer::Charity(id) => [None, Some(id.0), None],
        Viewer::Village(id) => [None, None, Some(id.0)],
        Viewer::Everything => [None; 3],
    }
}

/// Latest first.
pub async fn list(
    connection: &mut PgConnection,
    viewer: Viewer,
    filter: &Filter,
    limit: i64,
) -> sqlx::Result<Vec<Stored>> {
    let [enterprise, charity, village] = scope(viewer);
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", reference as "reference!", status as "status!", version as "version!",
                  campaign as "campaign!", campaign_name as "campaign_name!", charity as "charity!",
                  charity_name as "charity_name!", enterprise as "enterprise!", enterprise_name as "enterprise_name!",
                  need, for_need, need_code, need_title, village_organisation as village, villages as "villages!",
                  coalesce(what, '') as "what!",
                  basis as "basis!", basis_note as "basis_note!", expires_on, value_fen as "value_fen!",
                  public_display as "public_display!", show_value as "show_value!", terms_version as "terms_version!",
                  offered_at as "offered_at!", inspected_by, inspected_at, received_on, accepted_basis, value_reason,
                  confirmed_at, accepted_fen, sent_back, lot, set_aside_at, handed_fen as "handed_fen!",
                  lost_fen as "lost_fen!", unbound_at, hand_over, rest, ended_at, ended_reason, reversal_by, reversal_at, reversal_reason
           from goods_gift_read
           where ($1::uuid is null or enterprise = $1) and ($2::uuid is null or charity = $2)
             and ($3::uuid is null or $3 = any(villages))
             and ($4::text is null or status = $4)
             and ($5::text is null
                  or exists (select from goods_hand_over o where o.gift = goods_gift_read.id and o.status = $5))
             and ($6::uuid is null
                  or (offered_at, id) < (select a.offered_at, a.id from goods_gift a where a.id = $6))
             and case $8::text
                     when 'to_arrange' then status in ('accepted', 'partly_free')
                     when 'to_bring' then status in ('set_aside', 'partly_handed_over')
                     when 'to_reverse' then reversal_by is not null and reversed_by is null
                     when 'to_settle' then rest is not null
                     else true end
           order by offered_at desc, id desc
           limit $7"#,
        enterprise,
        charity,
        village,
        filter.status.map(GoodsGiftStatus::as_str),
        filter.hand_over.map(GoodsHandOverStatus::as_str),
        filter.after.map(|id| id.0),
        limit,
        filter.show.map(GoodsShow::as_str)
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// How many there are, up to one more than a list counts.
pub async fn count(connection: &mut PgConnection, viewer: Viewer, filter: &Filter) -> sqlx::Result<i64> {
    let [enterprise, charity, village] = scope(viewer);
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select
                 from goods_gift g
                 where ($1::uuid is null or g.enterprise = $1) and ($2::uuid is null or g.charity = $2)
                   and ($3::uuid is null
                        or exists (select from goods_set_aside s join need n on n.id = s.need
                                   where s.gift = g.id and n.organisation = $3))
                   and ($4::text is null or g.status = $4)
                   and ($5::text is null
                        or exists (select from goods_hand_over o where o.gift = g.id and o.status = $5))
                   and case $6::text
                           when 'to_arrange' then g.status in ('accepted', 'partly_free')
                           when 'to_bring' then g.status in ('set_aside', 'partly_handed_over')
                           when 'to_reverse' then g.reversal_by is not null and g.reversed_by is null
                           when 'to_settle' then exists (select from goods_rest r
                                                         where r.gift = g.id and r.status = 'asked')
                           else true end
                 limit 1001) as counted"#,
        enterprise,
        charity,
        village,
        filter.status.map(GoodsGiftStatus::as_str),
        filter.hand_over.map(GoodsHandOverStatus::as_str),
        filter.show.map(GoodsShow::as_str)
    )
    .fetch_one(connection)
    .await
}

/// What stands in one of these states at a charity, without what waits for somebody else.
pub async fn waiting(
    connection: &mut PgConnection,
    charity: OrganisationId,
    states: &[GoodsGiftStatus],
) -> sqlx::Result<Waiting> {
    let states: Vec<String> = states.iter().map(ToString::to_string).collect();
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(changed_at) as oldest
           from (select g.changed_at
                 from goods_gift g
                 where g.charity = $1 and g.status = any($2)
                   and g.status in ('offered', 'inspected', 'accepted', 'set_aside', 'partly_handed_over', 'partly_free')
                   and (g.reversal_by is null or g.reversed_by is not null)
                   and not exists (select from goods_hand_over o
                                   where o.gift = g.id and o.status in ('recorded', 'received'))
                   and not exists (select from goods_rest r where r.gift = g.id and r.status = 'asked')
                 order by g.changed_at
                 limit 1001) as waiting"#,
        charity.0,
        &states
    )
    .fetch_one(connection)
    .await
}

/// What somebody has asked to reverse.
pub async fn to_reverse(connection: &mut PgConnection, charity: OrganisationId) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(reversal_at) as oldest
           from (select reversal_at
                 from goods_gift
                 where charity = $1 and reversal_by is not null and reversed_by is null
                 order by reversal_at
                 limit 1001) as waiting"#,
        charity.0
    )
    .fetch_one(connection)
    .await
}

/// A gift has come to another version: what was read of it is old.
pub async fn count_step(connection: &mut PgConnection, gift: GoodsGiftId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update goods_gift set version = version + 1, changed_at = $2 where id = $1", gift.0, now)
        .execute(connection)
        .await?;
    Ok(())
}
