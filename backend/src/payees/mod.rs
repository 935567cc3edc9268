//! Payees: the accounts that may be paid, proposed by a village, entered by a charity's maker and verified by its checker.
//!
//! A changed account is another payee; what was paid keeps its own copy. Deliberately absent: paying, and any account
//! of a private person.

mod http;
mod sql;

pub use http::routes;
pub use sql::{Checked, checked};

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result, broken, violates};
use crate::http::caller::{
    Caller, CharityChecker, CharityMaker, CharityPayer, CharityStaff, Origin, PayeeKeeper, Sure, Village,
};
use crate::mail::letter::{PayeeChange, PayeeChanged};
use crate::mail::{self, Letter};
use crate::{charity_books, files, organisations};
use domain::api::payees::{EnterPayee, NewPayee, Payee, PayeeQuery, PayeeStatus, VerifyPayee};
use domain::api::{Count, List};
use domain::disbursement::{PAYEE_HOLD, PayeeSnapshot, account_digits, check_sub_account};
use domain::organisation::{Acting, OrganisationKind};
use domain::todo::Waiting;
use domain::{OrganisationId, PayeeId, Problems};
use serde_json::json;
use sqlx::PgConnection;

/// Payees on one page of a list.
const PAGE: usize = 50;
/// Characters of a note on how an account was checked.
const HOW_MAX: usize = 200;

/// A village proposes an account. The same id and content again gives the same answer.
pub async fn propose(app: &App, village: &Village, new: &NewPayee) -> Result<Payee> {
    let snapshot = PayeeSnapshot::new(&new.name, &new.bank, &new.account_no, new.kind)?;
    let mut problems = Problems::new();
    check_sub_account(&mut problems, new.kind, &new.sub_account);
    problems.none_or_err()?;
    let digits = account_digits(&new.account_no).unwrap_or_default();
    let mut tx = app.begin().await?;
    if !sql::is_charity(&mut tx, new.charity).await? {
        return Err(Error::invalid("charity", "请选择要付款给村里的慈善组织"));
    }
    // One permit may prove an account that is proposed once more.
    let already = sql::documents(&mut tx, village.acting.organisation).await?;
    let proposed = sql::insert(&mut tx, new, &snapshot, &digits, &village.acting, app.clock.now()).await;
    let proposed = match proposed {
        Err(error) if violates(&error, "payee_document_fkey") => return Err(no_document()),
        proposed => proposed.on_constraint("payee_pkey", || Error::Conflict(String::new())),
    };
    if matches!(proposed, Err(Error::Conflict(_))) {
        tx.rollback().await?;
        return proposed_before(app, village, new, (&snapshot, &digits)).await;
    }
    proposed?;
    files::keep(&mut tx, village.acting.person, &[new.document], &already).await.map_err(|_| no_document())?;
    let (acting, origin) = (&village.acting, &village.origin);
    record(app, &mut tx, acting, origin, "payee_proposed", new.id, PayeeStatus::Proposed).await?;
    let concerned = (village.acting.organisation, new.charity);
    if sql::is_a_change(&mut tx, concerned.0, concerned.1, new.id).await? {
        tell_change(app, &mut tx, concerned, &snapshot, PayeeChange::Proposed).await?;
    }
    tx.commit().await?;
    read(app, &Viewer::of_village(&village.acting), new.id).await
}

fn no_document() -> Error {
    Error::invalid("document", "请上传开户证明的照片（上次上传的已经失效，请重新选择）")
}

/// The answer to an id that exists: the same account, if it is the same to the last digit, and ours.
async fn proposed_before(
    app: &App,
    village: &Village,
    new: &NewPayee,
    (snapshot, digits): (&PayeeSnapshot, &str),
) -> Result<Payee> {
    let viewer = Viewer::of_village(&village.acting);
    let mut connection = app.pool.acquire().await?;
    let recorded = sql::by_id(&mut connection, viewer.organisation, new.id).await?;
    let same = |payee: &Payee| {
        (payee.organisation, payee.charity, payee.kind) == (viewer.organisation, new.charity, new.kind)
            && (payee.name.as_str(), payee.bank.as_str()) == (snapshot.name.as_str(), snapshot.bank.as_str())
            && payee.account_no.as_deref() == Some(digits)
            && payee.sub_account == new.sub_account.trim()
    };
    let other = || Error::Conflict("这个编号已经登记过另一个收款账户，请重新打开页面填写".into());
    recorded.filter(same).map(|payee| shown(&viewer, payee)).ok_or_else(other)
}

/// The charity's maker has typed the number anew from the document. A number that is not the proposed one is refused
/// without telling where they differ. The same entry again gives the same answer.
pub async fn enter(app: &App, maker: &CharityMaker, id: PayeeId, entry: &EnterPayee) -> Result<Payee> {
    let digits = account_digits(&entry.account_no).filter(|digits| !digits.is_empty());
    let digits = digits.ok_or_else(|| Error::invalid("account_no", "请对照开户证明，重新输入银行账号（只有数字）"))?;
    let mut tx = app.begin().await?;
    let row = sql::lock(&mut tx, id).await?.filter(|row| row.charity == maker.acting.organisation);
    let row = row.ok_or(Error::NotFound)?;
    let again = row.status == PayeeStatus::Entered && row.entered_by == Some(maker.acting.person);
    if again && row.account_no == digits {
        tx.rollback().await?;
        return read(app, &Viewer::of_charity(&maker.acting, false), id).await;
    }
    if row.status != PayeeStatus::Proposed {
        return Err(in_this_state(row.status));
    }
    if !row.has_document {
        return Err(Error::Conflict("这个账户没有开户证明，不能录入。请村里停用这一条，上传证明重新登记".into()));
    }
    if row.account_no != digits {
        return Err(Error::invalid(
            "account_no",
            "与村里登记的账号不一致。请对照开户证明再输一次；仍不一致，请村里停用这一条、重新登记",
        ));
    }
    let entered = sql::set_entered(&mut tx, id, maker.acting.person, app.clock.now()).await;
    let other_hands = || Error::Conflict("收款账户须由登记以外的人录入".into());
    entered.on_constraint("payee_entered_by_another", other_hands)?.one_row_or_conflict()?;
    record(app, &mut tx, &maker.acting, &maker.origin, "payee_entered", id, PayeeStatus::Entered).await?;
    tx.commit().await?;
    read(app, &Viewer::of_charity(&maker.acting, false), id).await
}

/// The charity's checker has compared the account by another way than the platform.
pub async fn verify(app: &App, Sure(checker): &Sure<CharityChecker>, id: PayeeId, how: &VerifyPayee) -> Result<Payee> {
    let mut problems = Problems::new();
    let said = how.how.trim();
    problems.require(
        (2..=HOW_MAX).contains(&said.chars().count()),
        "how",
        "请写明怎样核实的，如回拨哪个电话、核对哪份证明",
    );
    let declared = "请先声明：收款方不是本慈善组织管理人员的利害关系人。如果是，不能向它付款";
    problems.require(how.no_interest, "no_interest", declared);
    problems.none_or_err()?;
    let mut tx = app.begin().await?;
    let row = sql::lock(&mut tx, id).await?.filter(|row| row.charity == checker.acting.organisation);
    let row = row.ok_or(Error::NotFound)?;
    if row.status != PayeeStatus::Entered {
        return Err(in_this_state(row.status));
    }
    let concerned = (row.organisation, row.charity);
    // Of two accounts verified at the same moment one is the change.
    sql::lock_organisation(&mut tx, row.organisation).await?;
    let changes = sql::is_a_change(&mut tx, concerned.0, concerned.1, id).await?;
    let held_until = changes.then(|| app.clock.now() + PAYEE_HOLD);
    let verified = sql::set_verified(&mut tx, id, checker.acting.person, said, held_until, app.clock.now()).await;
    if let Some("payee_two_people" | "payee_verified_by_another") = broken(&verified) {
        return Err(Error::Conflict("收款账户须由登记、录入以外的人核实".into()));
    }
    verified?.one_row_or_conflict()?;
    record(app, &mut tx, &checker.acting, &checker.origin, "payee_verified", id, PayeeStatus::Verified).await?;
    if let Some(from) = held_until {
        let snapshot = sql::snapshot(&mut tx, id).await?;
        tell_change(app, &mut tx, concerned, &snapshot, PayeeChange::Verified { paid_from: from }).await?;
    }
    tx.commit().await?;
    read(app, &Viewer::of_charity(&checker.acting, true), id).await
}

/// Whoever proposed it, or the charity, closes it: nothing is paid to it any more.
pub async fn close(app: &App, keeper: &PayeeKeeper, id: PayeeId) -> Result<Payee> {
    let PayeeKeeper { acting, origin } = keeper;
    let mut tx = app.begin().await?;
    let row = sql::lock(&mut tx, id).await?;
    let row =
        row.filter(|row| [row.charity, row.organisation].contains(&acting.organisation)).ok_or(Error::NotFound)?;
    if row.status == PayeeStatus::Closed {
        return Err(in_this_state(row.status));
    }
    // The payer may be at the bank this moment: what is approved is paid or sent back first.
    if sql::awaits_payment(&mut tx, id).await? {
        return Err(Error::Conflict(
            "有一笔已批准的拨付要付到这个账户，现在不能停用。请慈善组织先付款登记，或驳回那笔拨付，再停用".into(),
        ));
    }
    sql::set_closed(&mut tx, id, app.clock.now()).await?.one_row_or_conflict()?;
    record(app, &mut tx, acting, origin, "payee_closed", id, PayeeStatus::Closed).await?;
    let snapshot = sql::snapshot(&mut tx, id).await?;
    tell_change(app, &mut tx, (row.organisation, row.charity), &snapshot, PayeeChange::Closed).await?;
    tx.commit().await?;
    let viewer =
        if row.charity == acting.organisation { Viewer::of_charity(acting, false) } else { Viewer::of_village(acting) };
    read(app, &viewer, id).await
}

/// Writes to village, town and charity that an account changes, so that whoever did not want it can say so in time.
async fn tell_change(
    app: &App,
    tx: &mut PgConnection,
    (village, charity): (OrganisationId, OrganisationId),
    snapshot: &PayeeSnapshot,
    change: PayeeChange,
) -> Result<()> {
    let letter = Letter::PayeeChanged(PayeeChanged {
        village: organisations::name_of(tx, village).await?,
        charity: organisations::name_of(tx, charity).await?,
        name: snapshot.name.clone(),
        bank: snapshot.bank.clone(),
        account_masked: snapshot.account_masked.clone(),
        change,
        path: "/work/payees".into(),
    });
    mail::write_to(tx, app, (village, Village::ROLES), &letter).await?;
    if let Some(town) = sql::town_of(tx, village).await? {
        mail::write_to(tx, app, (town, OrganisationKind::Town.roles()), &letter).await?;
    }
    mail::write_to(tx, app, (charity, CharityStaff::ROLES), &letter).await
}

fn in_this_state(status: PayeeStatus) -> Error {
    Error::Conflict(format!("这个收款账户现在是“{}”，不能这样操作", status.label()))
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    acting: &Acting,
    origin: &Origin,
    verb: &'static str,
    id: PayeeId,
    status: PayeeStatus,
) -> Result<()> {
    let after = Some(json!({ "status": status }));
    let record = Record { verb, subject_kind: "payee", subject: id.0, before: None, after, reason: None };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// Whose payees are read, and whether with the whole account number.
pub struct Viewer {
    organisation: OrganisationId,
    whole_number: bool,
}

impl Viewer {
    fn of_village(acting: &Acting) -> Self {
        Viewer { organisation: acting.organisation, whole_number: false }
    }

    fn of_charity(acting: &Acting, whole_number: bool) -> Self {
        Viewer { organisation: acting.organisation, whole_number }
    }

    /// A village reads its own, a charity those proposed to it, an auditor those of the charity whose books he reads;
    /// checker and payer read the whole number.
    fn of(caller: &Caller) -> Result<Self> {
        if caller.me.is_none() {
            return Err(Error::SignInRequired);
        }
        if let Some(acting) = caller.acting_as(CharityChecker::ROLES).or(caller.acting_as(CharityPayer::ROLES)) {
            return Ok(Viewer::of_charity(&acting, true));
        }
        if let Some(charity) = charity_books::read_by(caller)? {
            return Ok(Viewer { organisation: charity, whole_number: false });
        }
        let village = caller.acting_as(Village::ROLES);
        let acting = village.ok_or(Error::Forbidden("只有村（社区）、慈善组织和审计的账号可以看收款账户"))?;
        Ok(Viewer::of_village(&acting))
    }
}

async fn read(app: &App, viewer: &Viewer, id: PayeeId) -> Result<Payee> {
    let mut connection = app.pool.acquire().await?;
    let payee = sql::by_id(&mut connection, viewer.organisation, id).await?;
    payee.map(|payee| shown(viewer, payee)).ok_or(Error::NotFound)
}

/// The payees that a caller may read, latest first.
pub async fn list(app: &App, caller: &Caller, query: &PayeeQuery) -> Result<List<Payee>> {
    let viewer = Viewer::of(caller)?;
    let after = query.after.as_deref().map(str::parse::<PayeeId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = app.snapshot().await?;
    let mut payees = sql::of(&mut tx, viewer.organisation, query, after, limit).await?;
    let count = Count::capped(sql::count(&mut tx, viewer.organisation, query).await?);
    let more = payees.len() > PAGE;
    payees.truncate(PAGE);
    let next = payees.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(List { items: payees.into_iter().map(|payee| shown(&viewer, payee)).collect(), next, count })
}

fn shown(viewer: &Viewer, mut payee: Payee) -> Payee {
    // Whoever types it anew has it from the document, not from here.
    let typed = payee.status != PayeeStatus::Proposed;
    if !(viewer.whole_number && typed && payee.charity == viewer.organisation) {
        payee.account_no = None;
    }
    payee
}

/// What of payees waits for this maker: those proposed to his charity by somebody else.
pub async fn waiting_to_be_entered(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_entered(tx, acting.organisation, acting.person).await?)
}

/// What of payees waits for this checker: those entered for his charity by somebody else.
pub async fn waiting_to_be_verified(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_verified(tx, acting.organisation, acting.person).await?)
}
