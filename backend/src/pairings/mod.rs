//! Pairings: an enterprise and villages, or a town, agree on a term and on what each of them does (村企结对、村企共建、连片包镇).
//!
//! What is done to one is in `steps`, leaving it in `notice`, its text and paper in `agreement`, the joint plan in `plan`,
//! whom to call in `contacts`, what was given under it in `given`, what the days bring in `turn`. A pairing's row is locked before anything of it is written. Deliberately
//! absent: money; what an enterprise gives stays its own pledge or commitment.

mod agreement;
pub mod contacts;
mod given;
mod http;
mod notice;
mod places;
mod plan;
mod sql;
mod steps;
mod tell;
pub mod turn;

pub use agreement::{accept_paper, confirm, pdf, send_paper};
pub use http::routes;
pub use notice::{agree as agree_to_end, terminate, withdraw as withdraw_notice};
pub use places::of_place;
pub use plan::{accept_day, drop_day, move_day, plan, send_back, submit, verify};
pub use steps::{agree, change_display, counter, hand_over, propose, renew, step, write};

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{Enterprise, Federation, NO_PAIRINGS, PairingParty, PairingReader, Village};
use chrono::NaiveDate;
use domain::api::Count;
use domain::api::pairings::{
    Pairing, PairingCoverage, PairingEnd, PairingEnterpriseQuery, PairingEnterprises, PairingList, PairingQuery,
    PairingRights, PairingRow, PairingsShown, SideStanding, TermsVersion,
};
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::pairing::terms::{TermsChange, TermsPart};
use domain::pairing::{Coverage, NoticeStand, PairingSeat, PairingSide, PairingStep, StepOn};
use domain::place::{PlaceCode, PlaceLevel};
use domain::todo::Waiting;
use domain::{OrganisationId, PairingId};
use sql::{Side, Stored};
use sqlx::PgConnection;

/// Pairings on one page of a list.
const PAGE: usize = 30;
/// Enterprises that a name finds.
const ENTERPRISES_MAX: i64 = 20;

/// From where somebody acts; none for an office that has no part in pairings.
fn seat(acting: &Acting) -> Result<PairingSeat> {
    match acting.role {
        role if Enterprise::ROLES.contains(&role) => Ok(PairingSeat::Enterprise),
        role if Village::ROLES.contains(&role) => Ok(PairingSeat::Place),
        role if Federation::ROLES.contains(&role) => Ok(PairingSeat::Federation),
        Role::TownReviewer | Role::OfficeOwner if acting.kind == OrganisationKind::Town => Ok(PairingSeat::Place),
        _ => Err(Error::Forbidden(NO_PAIRINGS)),
    }
}

/// Which pairings somebody reads, and what of them waits for him.
pub struct Scope<'a> {
    pub enterprise: Option<OrganisationId>,
    pub place: Option<&'a str>,
    pub organisation: OrganisationId,
    pub federation: bool,
}

impl<'a> Scope<'a> {
    fn of(acting: &'a Acting) -> Result<Self> {
        let everything = acting.role == Role::Auditor;
        let seat = if everything { None } else { Some(seat(acting)?) };
        let enterprise = (seat == Some(PairingSeat::Enterprise)).then_some(acting.organisation);
        let place = match seat {
            Some(PairingSeat::Place | PairingSeat::Federation) => {
                Some(acting.place.as_ref().ok_or(Error::NotFound)?.as_str())
            }
            _ => None,
        };
        let federation = seat == Some(PairingSeat::Federation);
        Ok(Scope { enterprise, place, organisation: acting.organisation, federation })
    }

    fn sees(&self, stored: &Stored) -> bool {
        self.enterprise.is_none_or(|enterprise| enterprise == stored.enterprise)
            && self.place.is_none_or(|place| stored.villages.iter().any(|village| village.as_str().starts_with(place)))
    }
}

/// Whether somebody's office answers for all places of a pairing.
fn covers(acting: &Acting, villages: &[PlaceCode]) -> bool {
    acting.place.as_ref().is_some_and(|place| villages.iter().all(|village| place.contains(village)))
}

/// Whether somebody speaks for a side: its organisation, its town's where it has none, else the federation above it.
fn speaks(acting: &Acting, side: &Side) -> bool {
    match (side.speaker, &side.side) {
        (Some(speaker), _) => speaker == acting.organisation,
        (None, PairingSide::Place(place)) => {
            Federation::ROLES.contains(&acting.role) && acting.place.as_ref().is_some_and(|own| own.contains(place))
        }
        (None, PairingSide::Enterprise) => false,
    }
}

/// A pairing as it is read by somebody who has it in hand: with its sides, and which of them he speaks for.
struct Held {
    stored: Stored,
    sides: Vec<Side>,
    seat: PairingSeat,
    own: Vec<PairingSide>,
}

impl Held {
    async fn of(tx: &mut PgConnection, acting: &Acting, stored: Stored) -> Result<Self> {
        let seat = seat(acting)?;
        let sides = sql::sides(tx, stored.id).await?;
        let own = sides.iter().filter(|side| speaks(acting, side)).map(|side| side.side.clone()).collect();
        Ok(Held { stored, sides, seat, own })
    }

    /// As it stands within a transaction that has it in hand.
    async fn now(tx: &mut PgConnection, acting: &Acting, id: PairingId) -> Result<Self> {
        let stored = sql::by_id(tx, id).await?.ok_or(Error::NotFound)?;
        Held::of(tx, acting, stored).await
    }

    /// Locks a pairing for somebody who may know of it.
    async fn lock(tx: &mut PgConnection, acting: &Acting, id: PairingId) -> Result<Self> {
        let scope = Scope::of(acting)?;
        let stored = sql::lock(tx, id).await?.filter(|stored| scope.sees(stored)).ok_or(Error::NotFound)?;
        Held::of(tx, acting, stored).await
    }

    /// The same for somebody who has a part in it.
    async fn lock_as_party(tx: &mut PgConnection, acting: &Acting, id: PairingId) -> Result<Self> {
        let held = Held::lock(tx, acting, id).await?;
        held.is_party().then_some(held).ok_or(Error::Forbidden("这份结对由结对的各方和工商联办理，您可以查看"))
    }

    fn is_party(&self) -> bool {
        !self.own.is_empty() || self.seat == PairingSeat::Federation
    }

    fn proposed_by(&self, acting: &Acting) -> bool {
        self.stored.proposer == acting.organisation
    }

    /// The facts that a step looks at, as they are.
    fn on(&self, today: NaiveDate, paper_waits: bool) -> StepOn {
        StepOn {
            enterprise_stands: self.stored.enterprise_stands,
            all_agreed: self.sides.iter().all(|side| side.agreed_at.is_some()),
            all_confirmed: self.sides.iter().all(|side| side.confirmed_at.is_some()),
            paper_waits,
            begun: self.stored.first_day <= today,
            notice: NoticeStand::of(self.stored.notice.as_ref().map(|notice| notice.ends_on), today),
        }
    }

    /// Whether he speaks for a village or a town that nobody of its own works for.
    fn says_how(&self) -> bool {
        self.sides.iter().any(|side| side.own.is_none() && self.own.contains(&side.side))
    }
}

/// One pairing, for its sides, the towns and federations of its place, and the auditor.
pub async fn get(app: &App, reader: &PairingReader, id: PairingId) -> Result<Pairing> {
    one(app, &reader.acting, id).await
}

async fn one(app: &App, acting: &Acting, id: PairingId) -> Result<Pairing> {
    let scope = Scope::of(acting)?;
    let mut tx = app.snapshot().await?;
    let stored = sql::by_id(&mut tx, id).await?.filter(|stored| scope.sees(stored)).ok_or(Error::NotFound)?;
    let sides = sql::sides(&mut tx, id).await?;
    let held = if acting.role == Role::Auditor { None } else { Some(Held::of(&mut tx, acting, stored.clone()).await?) };
    let terms: Vec<TermsVersion> = sql::terms(&mut tx, id)
        .await?
        .into_iter()
        .map(|version| TermsVersion { number: version.number, by: version.by, at: version.at, terms: version.terms })
        .collect();
    let changes = match terms.as_slice() {
        [latest, before, ..] => before.terms.changes(&latest.terms).into_iter().map(|one| named(app, one)).collect(),
        _ => Vec::new(),
    };
    let all_confirmed = sides.iter().all(|side| side.confirmed_at.is_some());
    let papers = agreement::papers(&mut tx, acting, (&stored, held.as_ref()), all_confirmed).await?;
    let plan = plan::of(app, &mut tx, &stored, held.as_ref()).await?;
    let paper_waits = papers.iter().any(|paper| paper.current && paper.accepted_at.is_none());
    let late = plan.iter().filter(|milestone| milestone.late).count();
    Ok(Pairing {
        version: stored.version,
        origin: stored.origin,
        proposer: crate::organisations::name_of(&mut tx, stored.proposer).await?,
        round: stored.round,
        proposed_at: stored.proposed_at,
        public_display: stored.public_display,
        enterprise_stands: stored.enterprise_stands,
        sides: sides.iter().map(|side| standing(app, &stored, side)).collect(),
        contacts: contacts::of(app, &mut tx, &stored, held.as_ref()).await?,
        notice: notice::shown(&mut tx, stored.notice.as_ref(), app.clock.today()).await?,
        changes,
        terms,
        returned: stored.returned.clone().map(|(at, reason)| PairingEnd { at, reason }),
        ended: stored.ended.clone().map(|(at, reason)| PairingEnd { at, reason }),
        history: sql::history(&mut tx, id).await?,
        agreement: agreement::of(&mut tx, &stored, all_confirmed).await?,
        papers,
        messages: steps::messages(&mut tx, id).await?,
        given: given::under(app, &mut tx, acting, &stored).await?,
        coverage: coverage(app, &mut tx, &stored).await?,
        may: held.map(|held| rights(app, acting, &held, paper_waits)).unwrap_or_default(),
        plan,
        row: row(app, &stored, (false, i64::try_from(late).unwrap_or(i64::MAX))),
    })
}

fn standing(app: &App, stored: &Stored, side: &Side) -> SideStanding {
    let name = match &side.side {
        PairingSide::Enterprise => stored.enterprise_name.clone(),
        PairingSide::Place(place) => side_name(app, place),
    };
    SideStanding {
        side: side.side.clone(),
        name,
        speaker: side.speaker_name.clone(),
        spoken_for: side.own.is_none(),
        agreed_at: side.agreed_at,
        confirmed_at: side.confirmed_at,
        note: side.note.clone(),
    }
}

/// A change that names its places.
fn named(app: &App, change: TermsChange) -> TermsChange {
    if !matches!(change.part, TermsPart::Town | TermsPart::Villages) {
        return change;
    }
    let names = |codes: &str| {
        let codes = codes.split('、').filter_map(|code| code.parse::<PlaceCode>().ok());
        codes.map(|code| side_name(app, &code)).collect::<Vec<_>>().join("、")
    };
    TermsChange { part: change.part, before: names(&change.before), after: names(&change.after) }
}

/// A village or a town with what it lies in.
fn side_name(app: &App, place: &PlaceCode) -> String {
    let place = app.places.place(place);
    [place.county.as_str(), &place.town, &place.village].concat()
}

/// Of a town's coverage its villages; of the others, which of theirs are paired twice.
async fn coverage(app: &App, tx: &mut PgConnection, stored: &Stored) -> Result<PairingCoverage> {
    let town = match (&stored.town, &stored.hash) {
        // Of an agreement those that the town had when it was approved.
        (Some(_), Some(hash)) => agreement::town_villages(tx, (stored.id, hash)).await?,
        (Some(town), None) => villages_of(app, town),
        (None, _) => Vec::new(),
    };
    let others = sql::paired_elsewhere(tx, stored.id, &stored.villages).await?;
    let coverage = Coverage::of(&town, &stored.villages, &others);
    let named = |codes: &[PlaceCode]| codes.iter().map(|code| app.places.place(code)).collect();
    Ok(PairingCoverage { gaps: named(&coverage.gaps), overlaps: named(&coverage.overlaps) })
}

/// The villages of a town, as they are today.
fn villages_of(app: &App, town: &PlaceCode) -> Vec<PlaceCode> {
    let codes = app.places.iter().map(|(code, _)| code);
    codes.filter(|code| code.level() == PlaceLevel::Village && town.contains(code)).cloned().collect()
}

/// What somebody who takes part may do now.
fn rights(app: &App, acting: &Acting, held: &Held, paper_waits: bool) -> PairingRights {
    let stored = &held.stored;
    let on = held.on(app.clock.today(), paper_waits);
    let party = held.is_party();
    let federation = held.seat == PairingSeat::Federation;
    let of_mine = |done: fn(&Side) -> bool| held.sides.iter().any(|side| held.own.contains(&side.side) && !done(side));
    let may = |step: PairingStep| {
        let reviewer =
            matches!(step, PairingStep::TakeUp | PairingStep::Return | PairingStep::Approve | PairingStep::HandOver);
        let open = match step {
            PairingStep::Agree => of_mine(|side| side.agreed_at.is_some()),
            PairingStep::Confirm => of_mine(|side| side.confirmed_at.is_some()),
            PairingStep::SendPaper => !held.own.is_empty(),
            other => notice::is_open(held, acting.organisation, other, app.clock.today()),
        };
        open && step.is_for(held.seat, held.proposed_by(acting))
            && (!reviewer || covers(acting, &stored.villages))
            && stored.status.after(step, &on).is_ok()
    };
    let steps = if party { PairingStep::ALL.iter().copied().filter(|step| may(*step)).collect() } else { Vec::new() };
    PairingRights {
        steps,
        sides: held.own.clone(),
        says_how: held.says_how(),
        write: party && !stored.status.is_settled(),
        plan: !held.own.is_empty() && stored.status.takes_plan() && stored.enterprise_stands,
        renew: !held.own.is_empty() && !federation && stored.status.takes_renewal() && stored.enterprise_stands,
        change_display: held.seat == PairingSeat::Enterprise,
    }
}

fn row(app: &App, stored: &Stored, (waits, late): (bool, i64)) -> PairingRow {
    PairingRow {
        id: stored.id,
        reference: stored.reference.clone(),
        status: stored.status,
        form: stored.form,
        enterprise: stored.enterprise,
        enterprise_name: stored.enterprise_name.clone(),
        town: stored.town.as_ref().map(|town| app.places.place(town)),
        villages: stored.villages.iter().map(|village| app.places.place(village)).collect(),
        first_day: stored.first_day,
        last_day: stored.last_day,
        ends_on: stored.notice.as_ref().map(|notice| notice.ends_on),
        waits,
        late,
        changed_at: stored.changed_at,
    }
}

/// The pairings that somebody reads, page by page; what waits for him comes first.
pub async fn list(app: &App, reader: &PairingReader, query: &PairingQuery) -> Result<PairingList> {
    let scope = Scope::of(&reader.acting)?;
    let show = query.show.as_deref().map(str::parse::<PairingsShown>).transpose();
    let show = show.map_err(|_| Error::invalid("show", "没有这一种，请从页面上选"))?;
    let after = query.after.as_deref().map(str::parse::<PairingId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let wanted = (show, app.clock.today());
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = app.snapshot().await?;
    let mut listed = sql::list(&mut tx, &scope, wanted, after, limit).await?;
    let counted = sql::count(&mut tx, &scope, wanted).await?;
    let more = listed.len() > PAGE;
    listed.truncate(PAGE);
    let next = listed.last().filter(|_| more).map(|last| last.id.to_string());
    let ids: Vec<_> = listed.iter().map(|one| one.id).collect();
    let stored = sql::by_ids(&mut tx, &ids).await?;
    let items = stored.iter().zip(&listed).map(|(stored, one)| row(app, stored, (one.waits, one.late))).collect();
    Ok(PairingList { items, next, count: Count::capped(counted) })
}

/// What of pairings waits for somebody: to be answered, reviewed, confirmed, verified, or done by a day that is near.
pub async fn waiting(tx: &mut PgConnection, acting: &Acting, today: NaiveDate) -> Result<Waiting> {
    match Scope::of(acting) {
        Ok(scope) => Ok(sql::waiting(tx, &scope, today).await?),
        // Owners of other offices hold the same role.
        Err(_) => Ok(Waiting::default()),
    }
}

/// Verified enterprises of a name, for whoever proposes to one.
pub async fn enterprises(
    app: &App,
    party: &PairingParty,
    query: &PairingEnterpriseQuery,
) -> Result<PairingEnterprises> {
    if seat(&party.acting)? == PairingSeat::Enterprise {
        return Err(Error::Forbidden("企业从村、镇的页面提出结对"));
    }
    let name = query.name.trim();
    if name.chars().count() < 2 {
        return Err(Error::invalid("name", "请至少写企业名称的两个字"));
    }
    let mut connection = app.pool.acquire().await?;
    Ok(PairingEnterprises { items: sql::enterprises(&mut connection, name, ENTERPRISES_MAX).await? })
}
