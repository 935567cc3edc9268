//! The steps of a pairing: proposing it, other terms, agreeing, and what leads on or out. Its thread, too.
//!
//! A step is one transaction: the state, the event, the letters. Agreements are to a number of terms; whatever was agreed
//! to before counts no more when somebody writes others. Deliberately absent: which step follows which (domain).

mod sql;

use super::agreement;
use super::contacts;
use super::sql::{self as pairings, New, Side};
use super::tell::{ALL, SIDES, Whom, record, tell, tell_others, told, verb};
use super::{Held, Scope, covers, one, seat};
use crate::app::App;
use crate::error::{Error, OnConstraint, OneRow, Result, broken};
use crate::http::caller::{Enterprise, Federation, Origin, PairingParty, Sure};
use crate::mail::letter::pairing::News;
use crate::{consents, people};
use chrono::{DateTime, Datelike, Utc};
use domain::api::pairings::{
    AgreeToTerms, HandOver, NewPairing, NewPairingMessage, NewTerms, Pairing, PairingMessage, PairingReason, Renewal,
};
use domain::need::PairingForm;
use domain::organisation::Acting;
use domain::pairing::{
    PairingOrigin, PairingSeat, PairingSide, PairingStatus, PairingStep, PairingTerms, StepNotNow, StepOn,
    check_message,
};
use domain::place::PlaceLevel;
use domain::pledge::PublicDisplay;
use domain::{OrganisationId, PairingId, PersonId};
use serde_json::json;
use sqlx::PgConnection;

/// An enterprise is written to about what it agreed to.
const CONFIRM_FIRST: &str = "提出结对前请先确认您的邮箱：到“我的账号”让我们再发一封确认邮件，打开里面的链接";
const VOLUNTARY: &str = "请确认结对完全出于自愿；如有人摊派，请不要提交并向我们反映";
/// Versions of terms of one pairing.
const TERMS_MAX: i32 = 50;
/// Messages that a page shows.
const MESSAGES_MAX: i64 = 300;

/// Proposes a pairing. The same id and content again gives the same answer; other content is a conflict.
pub async fn propose(app: &App, party: &PairingParty, new: &NewPairing) -> Result<Pairing> {
    let (acting, seat) = (&party.acting, seat(&party.acting)?);
    let terms = new.terms.trimmed();
    let origin = origin_of(acting, seat, new)?;
    check_terms(app, &terms, &new.message)?;
    check_place(acting, seat, &terms)?;
    if seat == PairingSeat::Enterprise {
        if new.enterprise != acting.organisation {
            return Err(Error::invalid("enterprise", "企业只能为自己提出结对"));
        }
        voluntary(new.voluntary)?;
    }
    let mut tx = app.begin().await?;
    if seat == PairingSeat::Enterprise && !people::email::is_confirmed(&mut tx, acting.person).await? {
        return Err(Error::Forbidden(CONFIRM_FIRST));
    }
    if !pairings::enterprise_stands(&mut tx, new.enterprise).await? {
        return Err(Error::invalid("enterprise", "没有这家已认证的企业。被停用或还没有认证的企业不能结对"));
    }
    let begun = Beginning {
        id: new.id,
        enterprise: new.enterprise,
        origin,
        round: new.round,
        follows: None,
        display: PublicDisplay::Anonymous,
    };
    if !begin(app, &mut tx, acting, &begun).await? {
        tx.rollback().await?;
        return repeated(app, acting, (new.id, new.enterprise), &terms).await;
    }
    let message = new.message.as_str();
    write_terms(app, &mut tx, acting, (new.id, 1), &terms, message).await?;
    let held = Held::now(&mut tx, acting, new.id).await?;
    let after = json!({ "status": held.stored.status, "enterprise": new.enterprise, "form": terms.form });
    record(app, &mut tx, (acting, &party.origin), ("pairing_proposed", new.id), after, None).await?;
    let by = who(&mut tx, acting).await?;
    tell_others(app, &mut tx, (&held, acting), ALL, News::Proposed { by }).await?;
    tx.commit().await?;
    one(app, acting, new.id).await
}

/// What a new pairing begins with besides its terms.
struct Beginning {
    id: PairingId,
    enterprise: OrganisationId,
    origin: PairingOrigin,
    round: Option<uuid::Uuid>,
    follows: Option<(PairingId, &'static str)>,
    display: PublicDisplay,
}

/// Whether the id is new.
async fn begin(app: &App, tx: &mut PgConnection, acting: &Acting, begun: &Beginning) -> Result<bool> {
    let number = pairings::next_number(tx).await?;
    let reference = format!("JD-{}-{number}", app.clock.today().year());
    let new = New {
        id: begun.id,
        reference: &reference,
        enterprise: begun.enterprise,
        origin: begun.origin,
        proposer: acting.organisation,
        round: begun.round,
        follows: begun.follows,
        public_display: begun.display,
    };
    let inserted = pairings::insert(tx, &new, acting, app.clock.now()).await;
    match broken(&inserted) {
        Some("pairing_pkey") => Ok(false),
        Some("pairing_of_known_round") => Err(Error::invalid("round", "没有这个对接轮次")),
        Some("pairing_followed_once") => {
            Err(Error::Conflict("这份结对已经有一份后续的结对在办或已经接上，请从“前后衔接”里打开它".into()))
        }
        _ => Ok(inserted.map(|()| true)?),
    }
}

/// The answer to an id that exists: the same pairing, if it began so.
async fn repeated(
    app: &App,
    acting: &Acting,
    (id, enterprise): (PairingId, OrganisationId),
    terms: &PairingTerms,
) -> Result<Pairing> {
    let other = || Error::Conflict("这个编号已经记录过另一份结对，请到“结对”里核对；要另外提出，请重新填写".into());
    match one(app, acting, id).await {
        Ok(known)
            if known.row.enterprise == enterprise && known.terms.last().is_some_and(|first| first.terms == *terms) =>
        {
            Ok(known)
        }
        _ => Err(other()),
    }
}

fn origin_of(acting: &Acting, seat: PairingSeat, new: &NewPairing) -> Result<PairingOrigin> {
    let origin = match (seat, acting.place.as_ref().map(domain::place::PlaceCode::level)) {
        (PairingSeat::Enterprise, _) => PairingOrigin::Enterprise,
        (PairingSeat::Place, Some(PlaceLevel::Town)) => PairingOrigin::Town,
        (PairingSeat::Place, _) => PairingOrigin::Village,
        (PairingSeat::Federation, _) if new.origin == Some(PairingOrigin::Round) => PairingOrigin::Round,
        (PairingSeat::Federation, _) => PairingOrigin::Federation,
    };
    if new.round.is_some() && origin != PairingOrigin::Round {
        return Err(Error::invalid("round", "只有工商联从对接会上提出的结对才写对接会"));
    }
    Ok(origin)
}

fn voluntary(said: bool) -> Result<()> {
    if said { Ok(()) } else { Err(Error::invalid("voluntary", VOLUNTARY)) }
}

fn check_terms(app: &App, terms: &PairingTerms, message: &str) -> Result<()> {
    terms.check(app.clock.today(), |place| app.places.get(place).is_some())?;
    let joint = terms.joint.as_ref();
    let texts = [
        ("purpose", Some(&terms.purpose)),
        ("enterprise_does", Some(&terms.enterprise_does)),
        ("places_do", Some(&terms.places_do)),
        ("village_duties", joint.map(|joint| &joint.village_duties)),
        ("enterprise_duties", joint.map(|joint| &joint.enterprise_duties)),
        ("joint_note", joint.map(|joint| &joint.note)),
    ];
    for (field, text) in texts {
        if let Some(text) = text {
            consents::no_numbers((field, text))?;
        }
    }
    if !message.trim().is_empty() {
        check_message(message).map_err(|_| Error::invalid("message", "留言最多 1,000 个字"))?;
        consents::no_numbers(("message", message))?;
    }
    Ok(())
}

/// Whoever speaks for places pairs what is his: a village itself, a town its villages, a federation what it covers.
fn check_place(acting: &Acting, seat: PairingSeat, terms: &PairingTerms) -> Result<()> {
    let Some(own) = acting.place.as_ref().filter(|_| seat != PairingSeat::Enterprise) else { return Ok(()) };
    let fits = if own.level() == PlaceLevel::Village {
        terms.villages.contains(own) && terms.form != PairingForm::TownCoverage
    } else {
        covers(acting, &terms.villages)
    };
    let says = match own.level() {
        PlaceLevel::Village => "村里提出或改提的结对要包括本村；连片包镇由镇（街道）、工商联或企业提出",
        _ => "只能列辖区里的村（社区）",
    };
    fits.then_some(()).ok_or_else(|| Error::invalid("villages", says))
}

pub(super) async fn who(tx: &mut PgConnection, acting: &Acting) -> Result<String> {
    crate::organisations::name_of(tx, acting.organisation).await
}

/// Writes terms, to which those agree who wrote them, and what was said with them.
async fn write_terms(
    app: &App,
    tx: &mut PgConnection,
    acting: &Acting,
    (id, number): (PairingId, i32),
    terms: &PairingTerms,
    message: &str,
) -> Result<()> {
    let now = app.clock.now();
    pairings::insert_terms(tx, (id, number), terms, acting, now).await?;
    if number > 1 {
        sql::set_terms(tx, id, number).await?.one_row_or_conflict()?;
    }
    // A federation proposes for others and agrees for nobody by that.
    if !Federation::ROLES.contains(&acting.role) {
        let held = Held::now(tx, acting, id).await?;
        for side in &held.own {
            sql::insert_agreement(tx, (id, number, held.stored.review), (side, ""), acting, now).await?;
        }
    }
    if !message.trim().is_empty() {
        let new = NewPairingMessage { id: app.clock.id(), text: message.trim().to_owned() };
        sql::insert_message(tx, id, &new, (seat(acting)?, acting), now).await?;
    }
    Ok(())
}

/// Takes a step that the state allows, and gives the state after it.
pub(super) fn allowed(held: &Held, acting: &Acting, step: PairingStep, on: StepOn) -> Result<PairingStatus> {
    let next = held.stored.status.after(step, &on).map_err(|not| Error::Conflict(not.to_string()))?;
    if !step.is_for(held.seat, held.proposed_by(acting)) {
        let says = match step {
            PairingStep::Decline => "这份结对是您的单位提出的，请用“撤回意向”",
            PairingStep::Withdraw => "只有提出的一方可以撤回，其他各方可以“不结对”",
            _ => "这件事由工商联办理",
        };
        return Err(Error::Forbidden(says));
    }
    let reviewer =
        matches!(step, PairingStep::TakeUp | PairingStep::Return | PairingStep::Approve | PairingStep::HandOver);
    if reviewer && !covers(acting, &held.stored.villages) {
        return Err(Error::Forbidden("这份结对跨了县（市、区），由市工商联审核"));
    }
    Ok(next)
}

/// Writes other terms. Sent twice they are written once.
pub async fn counter(app: &App, party: &PairingParty, id: PairingId, new: &NewTerms) -> Result<Pairing> {
    let acting = &party.acting;
    let terms = new.terms.trimmed();
    check_terms(app, &terms, &new.message)?;
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    if held.seat == PairingSeat::Enterprise {
        voluntary(new.voluntary)?;
    }
    let latest = pairings::terms(&mut tx, id).await?.into_iter().next().ok_or(Error::NotFound)?;
    if latest.organisation == acting.organisation && latest.terms == terms && held.stored.version == new.version + 1 {
        tx.rollback().await?;
        return one(app, acting, id).await;
    }
    let next = allowed(&held, acting, PairingStep::Counter, held.on(app.clock.today(), false))?;
    check_place(acting, held.seat, &terms)?;
    if held.stored.version != new.version {
        return Err(Error::changed_meanwhile());
    }
    if latest.terms == terms {
        return Err(Error::invalid("purpose", "条款和现在的一样。同意现在的条款，请用“同意条款”"));
    }
    if held.stored.terms >= TERMS_MAX {
        return Err(Error::Conflict("条款已经改了很多次，请撤回后重新提出".into()));
    }
    let number = held.stored.terms + 1;
    let by = (acting, &party.origin);
    write_terms(app, &mut tx, acting, (id, number), &terms, &new.message).await?;
    sql::move_to(&mut tx, &held.stored, next, app.clock.now()).await?.one_row_or_conflict()?;
    let after = json!({ "status": next, "version": number });
    record(app, &mut tx, by, ("pairing_countered", id), after, None).await?;
    let now = Held::now(&mut tx, acting, id).await?;
    let by = who(&mut tx, acting).await?;
    tell_others(app, &mut tx, (&now, acting), ALL, News::Countered { by, number }).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// Agrees to terms, for all sides that somebody speaks for. Twice is as good as once.
pub async fn agree(app: &App, party: &PairingParty, id: PairingId, to: &AgreeToTerms) -> Result<Pairing> {
    let acting = &party.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    let stored = &held.stored;
    if stored.terms != to.number {
        return Err(Error::changed_meanwhile());
    }
    let open: Vec<&Side> =
        held.sides.iter().filter(|side| held.own.contains(&side.side) && side.agreed_at.is_none()).collect();
    if open.is_empty() {
        tx.rollback().await?;
        return if held.own.is_empty() {
            Err(Error::Forbidden("各方由各自的单位同意条款；没有单位的村、镇才由上级代为同意"))
        } else {
            one(app, acting, id).await
        };
    }
    if held.seat == PairingSeat::Enterprise {
        voluntary(to.voluntary)?;
    }
    let note = how_known(&held, &to.note)?;
    let all = held.sides.iter().all(|side| side.agreed_at.is_some() || held.own.contains(&side.side));
    let on = StepOn { all_agreed: all, ..held.on(app.clock.today(), false) };
    let next = allowed(&held, acting, PairingStep::Agree, on)?;
    let number = (id, stored.terms, stored.review);
    for side in open {
        sql::insert_agreement(&mut tx, number, (&side.side, note), acting, app.clock.now()).await?;
    }
    if let (PairingSeat::Enterprise, Some(display)) = (held.seat, to.public_display) {
        sql::set_display(&mut tx, id, display).await?.one_row_or_conflict()?;
    }
    if next != stored.status {
        sql::move_to(&mut tx, stored, next, app.clock.now()).await?.one_row_or_conflict()?;
    }
    let after = json!({ "status": next, "version": stored.terms });
    record(app, &mut tx, (acting, &party.origin), ("pairing_agreed", id), after, None).await?;
    let by = who(&mut tx, acting).await?;
    let (whom, news) = if next == stored.status { (SIDES, News::Agreed { by }) } else { (ALL, News::AllAgreed) };
    tell_others(app, &mut tx, (&held, acting), whom, news).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// How somebody knows what those want whom he speaks for; empty where they have a desk of their own.
pub(super) fn how_known<'a>(held: &Held, note: &'a str) -> Result<&'a str> {
    let note = note.trim();
    if !held.says_how() {
        return Ok("");
    }
    let length = note.chars().count();
    if !(5..=500).contains(&length) {
        return Err(Error::invalid("note", "这个村（镇）在平台上没有账号，请写明怎样知道他们同意（5 至 500 个字）"));
    }
    consents::no_numbers(("note", note))?;
    Ok(note)
}

/// Declining, taking back, taking up, giving back, approving: what wants no more than a reason, perhaps.
pub async fn step(
    app: &App,
    (acting, origin): (&Acting, &Origin),
    (id, step): (PairingId, PairingStep),
    seen: &PairingReason,
) -> Result<Pairing> {
    step.check_reason(&seen.reason)?;
    consents::no_numbers(("reason", &seen.reason))?;
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    let next = allowed(&held, acting, step, held.on(app.clock.today(), false))?;
    if held.stored.version != seen.version {
        return Err(Error::changed_meanwhile());
    }
    let reason = Some(seen.reason.trim()).filter(|reason| !reason.is_empty());
    let (now, stored) = (app.clock.now(), &held.stored);
    if step == PairingStep::Approve {
        let hash = agreement::approve(app, &mut tx, &held, acting).await?;
        sql::approve(&mut tx, stored, &hash, acting, now)
            .await
            .on_constraint("pairing_one_under_way", || taken(stored.form))?
            .one_row_or_conflict()?;
    } else {
        let moved = match step {
            PairingStep::TakeUp => sql::take_up(&mut tx, stored, acting, now).await?,
            PairingStep::Return => sql::give_back(&mut tx, stored, reason.unwrap_or_default(), now).await?,
            _ => sql::end(&mut tx, stored, next, (acting.person, reason.unwrap_or_default()), now).await?,
        };
        moved.one_row_or_conflict()?;
    }
    record(app, &mut tx, (acting, origin), (verb(step), id), json!({ "status": next }), reason).await?;
    let (whom, news) = told(step, who(&mut tx, acting).await?, reason);
    tell_others(app, &mut tx, (&held, acting), whom, news).await?;
    tx.commit().await?;
    if next == PairingStatus::Terminated {
        app.pages.forget_all();
    }
    one(app, acting, id).await
}

/// Nothing can come of it any more, by somebody and for a reason.
pub(super) async fn end(
    tx: &mut PgConnection,
    before: &pairings::Stored,
    after: PairingStatus,
    why: (PersonId, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    sql::end(tx, before, after, why, now).await?.one_row_or_conflict()
}

fn taken(form: PairingForm) -> Error {
    Error::Conflict(match form {
        PairingForm::TownCoverage => {
            "这个镇（街道）在这段期限里已经有一份连片包镇协议。请退回，让双方改期限，或改为和其中的村结对".into()
        }
        form => format!(
            "这家企业和其中一个村（社区）在这段期限里已经有一份{}协议。请退回，让双方改期限或去掉那个村",
            form.label()
        ),
    })
}

/// Proposes terms that follow those of an agreement; a pairing of its own, to which all sides agree anew.
pub async fn renew(app: &App, party: &PairingParty, id: PairingId, new: &Renewal) -> Result<Pairing> {
    let acting = &party.acting;
    let terms = new.terms.trimmed();
    check_terms(app, &terms, &new.message)?;
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    let stored = &held.stored;
    if held.own.is_empty() {
        return Err(Error::Forbidden("续约由结对的各方提出"));
    }
    if held.seat == PairingSeat::Enterprise {
        voluntary(new.voluntary)?;
    }
    let known = pairings::by_id(&mut tx, new.id).await?;
    if known.is_some() {
        tx.rollback().await?;
        return repeated(app, acting, (new.id, stored.enterprise), &terms).await;
    }
    if !stored.status.takes_renewal() {
        return Err(Error::Conflict(StepNotNow::State(stored.status).to_string()));
    }
    if !stored.enterprise_stands {
        return Err(Error::Conflict(StepNotNow::EnterpriseSuspended.to_string()));
    }
    if terms.first_day <= stored.last_day {
        return Err(Error::invalid("first_day", format!("续约从现在的期限结束以后开始：{} 以后", stored.last_day)));
    }
    check_place(acting, held.seat, &terms)?;
    let origin = match held.seat {
        PairingSeat::Enterprise => PairingOrigin::Enterprise,
        PairingSeat::Place if acting.place.as_ref().is_some_and(|place| place.level() == PlaceLevel::Town) => {
            PairingOrigin::Town
        }
        PairingSeat::Place => PairingOrigin::Village,
        PairingSeat::Federation => PairingOrigin::Federation,
    };
    let begun = Beginning {
        id: new.id,
        enterprise: stored.enterprise,
        origin,
        round: None,
        follows: Some((id, "renewal")),
        display: stored.public_display,
    };
    if !begin(app, &mut tx, acting, &begun).await? {
        return Err(Error::changed_meanwhile());
    }
    let by = (acting, &party.origin);
    write_terms(app, &mut tx, acting, (new.id, 1), &terms, &new.message).await?;
    let after = json!({ "status": PairingStatus::Proposed, "follows": id });
    record(app, &mut tx, by, ("pairing_renewal_proposed", new.id), after, None).await?;
    let next = Held::now(&mut tx, acting, new.id).await?;
    let kept = contacts::kept(&mut tx, id).await?;
    contacts::carry(app, &mut tx, &kept, (&next, acting.person)).await?;
    let news = News::RenewalProposed { by: who(&mut tx, acting).await?, before: stored.reference.clone() };
    tell_others(app, &mut tx, (&next, acting), ALL, news).await?;
    tx.commit().await?;
    one(app, acting, new.id).await
}

/// Another enterprise takes an agreement over: it goes on as it is where the enterprise merged or was renamed; where it
/// leaves, the other one and the places are asked anew.
pub async fn hand_over(
    app: &App,
    Sure(federation): &Sure<Federation>,
    id: PairingId,
    to: &HandOver,
) -> Result<Pairing> {
    domain::pairing::check_reason(&to.reason)?;
    consents::no_numbers(("reason", &to.reason))?;
    let acting = &federation.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    let stored = &held.stored;
    if let Some(known) = pairings::by_id(&mut tx, to.id).await? {
        tx.rollback().await?;
        let same = known.follows == Some(id) && known.enterprise == to.enterprise;
        return if same { one(app, acting, to.id).await } else { Err(Error::changed_meanwhile()) };
    }
    let today = app.clock.today();
    allowed(&held, acting, PairingStep::HandOver, held.on(today, false))?;
    if stored.version != to.version {
        return Err(Error::changed_meanwhile());
    }
    if to.enterprise == stored.enterprise {
        return Err(Error::invalid("enterprise", "请选另一家企业。同一家企业改了名称，不用移交"));
    }
    if !pairings::enterprise_stands(&mut tx, to.enterprise).await? {
        return Err(Error::invalid("enterprise", "没有这家已认证的企业。请先让接手的企业在平台上注册、认证"));
    }
    let (reason, now) = (to.reason.trim(), app.clock.now());
    let says = format!("{}：{reason}", to.cause.label());
    let kept = contacts::kept(&mut tx, id).await?;
    end(&mut tx, stored, PairingStatus::Terminated, (acting.person, &says), now).await?;
    let next = carry_on(app, &mut tx, (&held, acting), to).await?;
    // The enterprise is another one, and names its own.
    let places: Vec<_> = kept.into_iter().filter(|(side, _)| *side != PairingSide::Enterprise).collect();
    contacts::carry(app, &mut tx, &places, (&next, acting.person)).await?;
    let by = (acting, &federation.origin);
    let after = json!({ "status": PairingStatus::Terminated, "enterprise": to.enterprise });
    record(app, &mut tx, by, ("pairing_handed_over", id), after, Some(reason)).await?;
    let after = json!({ "status": next.stored.status, "follows": id });
    record(app, &mut tx, by, ("pairing_taken_over", to.id), after, Some(reason)).await?;
    let news = News::HandedOver { to: next.stored.enterprise_name.clone(), goes_on: to.cause.goes_on(), reason: says };
    tell_others(app, &mut tx, (&held, acting), SIDES, news.clone()).await?;
    tell(app, &mut tx, (&next.stored, &next.sides), (&[Whom::Enterprise], None), news).await?;
    tx.commit().await?;
    app.pages.forget_all();
    one(app, acting, to.id).await
}

/// The pairing that follows one that is handed over, with the same terms.
async fn carry_on(app: &App, tx: &mut PgConnection, (held, acting): (&Held, &Acting), to: &HandOver) -> Result<Held> {
    let stored = &held.stored;
    let begun = Beginning {
        id: to.id,
        enterprise: to.enterprise,
        origin: PairingOrigin::Federation,
        round: None,
        follows: Some((stored.id, "hand_over")),
        display: PublicDisplay::Anonymous,
    };
    if !begin(app, tx, acting, &begun).await? {
        return Err(Error::changed_meanwhile());
    }
    let terms = pairings::terms(tx, stored.id).await?;
    let terms = terms.into_iter().find(|version| version.number == stored.terms).ok_or(Error::NotFound)?;
    pairings::insert_terms(tx, (to.id, 1), &terms.terms, acting, app.clock.now()).await?;
    if to.cause.goes_on() {
        sql::copy_text(tx, stored.id, to.id).await?;
        sql::carry(tx, (stored.id, to.id), app.clock.now())
            .await
            .on_constraint("pairing_one_under_way", || taken(stored.form))?
            .one_row_or_conflict()?;
    }
    Held::now(tx, acting, to.id).await
}

/// Writes into the thread. The same id and text again changes nothing.
pub async fn write(app: &App, party: &PairingParty, id: PairingId, new: &NewPairingMessage) -> Result<Pairing> {
    check_message(&new.text)?;
    consents::no_numbers(("text", &new.text))?;
    let acting = &party.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    let text = new.text.trim();
    if let Some((pairing, known)) = sql::message(&mut tx, new.id).await? {
        tx.rollback().await?;
        let same = pairing == id && known == text;
        let other = || Error::Conflict("这条留言已经写过别的内容，请重新打开页面填写".into());
        return if same { one(app, acting, id).await } else { Err(other()) };
    }
    if held.stored.status.is_settled() {
        return Err(Error::Conflict(StepNotNow::State(held.stored.status).to_string()));
    }
    let message = NewPairingMessage { id: new.id, text: text.to_owned() };
    sql::insert_message(&mut tx, id, &message, (held.seat, acting), app.clock.now()).await?;
    record(app, &mut tx, (acting, &party.origin), ("pairing_message_written", id), json!({}), None).await?;
    let news = News::Message { by: who(&mut tx, acting).await? };
    tell_others(app, &mut tx, (&held, acting), SIDES, news).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// The thread, oldest first.
pub(super) async fn messages(tx: &mut PgConnection, id: PairingId) -> Result<Vec<PairingMessage>> {
    Ok(sql::messages(tx, id, MESSAGES_MAX).await?)
}

/// The enterprise wants to be shown otherwise. Counts from now on everywhere.
pub async fn change_display(app: &App, enterprise: &Enterprise, id: PairingId, name: PublicDisplay) -> Result<Pairing> {
    let acting = &enterprise.acting;
    let mut tx = app.begin().await?;
    let scope = Scope::of(acting)?;
    pairings::lock(&mut tx, id).await?.filter(|stored| scope.sees(stored)).ok_or(Error::NotFound)?;
    sql::set_display(&mut tx, id, name).await?.one_row_or_conflict()?;
    let after = json!({ "name": name });
    record(app, &mut tx, (acting, &enterprise.origin), ("pairing_display_changed", id), after, None).await?;
    tx.commit().await?;
    app.pages.forget_all();
    one(app, acting, id).await
}
