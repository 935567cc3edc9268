//! The stamped paper of a donation agreement: one side hands in its pictures, the other one looks at them.
//!
//! Deliberately absent: accepting one's own.

use super::{Held, get, make, not_now, own_name, record, sql, tell};
use crate::app::App;
use crate::error::{Error, OneRow, Result, broken};
use crate::gift_papers::{self, Kind};
use crate::http::caller::{AgreementParty, AgreementSigner, Sure};
use crate::mail::letter::gift::News;
use domain::agreement::{AgreementNotNow, AgreementSide, AgreementWay, check_pictures};
use domain::api::agreements::{AcceptAgreementPaper, AgreementPaper, GiftAgreement, NewAgreementPaper};
use domain::{AgreementId, PersonId};
use serde_json::json;
use sqlx::PgConnection;

/// A side hands in the pictures of the stamped paper. The same id and content again changes nothing.
pub async fn send(
    app: &App,
    party: &AgreementParty,
    id: AgreementId,
    new: &NewAgreementPaper,
) -> Result<GiftAgreement> {
    check_pictures(new.pictures.len())?;
    let acting = &party.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock(&mut tx, acting, id).await?;
    let other = || Error::Conflict("这个编号已经交过别的内容，请重新打开页面上传".into());
    if let Some(known) = sql::paper(&mut tx, new.id).await? {
        let pictures = gift_papers::of(&mut tx, new.id.0).await?;
        let same = known.agreement == id && crate::files::same(&mut tx, &pictures, &new.pictures).await?;
        tx.rollback().await?;
        return if same { get(app, acting, id).await } else { Err(other()) };
    }
    held.open()?;
    if held.stored.hash != new.hash {
        return Err(Error::changed_meanwhile());
    }
    let inserted =
        sql::insert_paper(&mut tx, (id, held.stored.number), (new.id, held.side), acting.person, app.clock.now()).await;
    if broken(&inserted) == Some("donation_agreement_paper_pkey") {
        return Err(other());
    }
    inserted?;
    gift_papers::keep(&mut tx, acting.person, (Kind::Agreement, new.id.0), &new.pictures).await?;
    let after = json!({ "number": held.stored.number, "side": held.side.label() });
    record(app, &mut tx, (acting, &party.origin), ("agreement_paper_sent", id), after).await?;
    tell(app, &mut tx, &held, &[held.side.other()], News::AgreementPaper { by: own_name(&held) }).await?;
    tx.commit().await?;
    get(app, acting, id).await
}

/// The other side has looked at the paper: the agreement is made.
pub async fn accept(
    app: &App,
    Sure(signer): &Sure<AgreementSigner>,
    id: AgreementId,
    asked: AcceptAgreementPaper,
) -> Result<GiftAgreement> {
    let acting = &signer.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock(&mut tx, acting, id).await?;
    let paper = sql::paper(&mut tx, asked.paper).await?.filter(|paper| paper.agreement == id);
    let paper = paper.ok_or(Error::NotFound)?;
    if paper.accepted_by == Some(acting.person) {
        tx.rollback().await?;
        return get(app, acting, id).await;
    }
    held.open()?;
    if paper.number != held.stored.number {
        return Err(Error::changed_meanwhile());
    }
    if paper.side == held.side {
        return Err(Error::Forbidden("自己一方上传的协议，由对方核对"));
    }
    if paper.uploaded_by == acting.person {
        return Err(not_now(AgreementNotNow::SamePerson));
    }
    sql::accept_paper(&mut tx, asked.paper, acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    make(app, &mut tx, &held, AgreementWay::Paper, (acting, &signer.origin)).await?;
    tx.commit().await?;
    get(app, acting, id).await
}

/// The papers of an agreement, latest first; `signs`: the side for which the reader may accept one.
pub(super) async fn of(
    tx: &mut PgConnection,
    (id, number): (AgreementId, i32),
    signs: Option<AgreementSide>,
    reader: PersonId,
) -> Result<Vec<AgreementPaper>> {
    let papers = sql::papers(tx, id).await?;
    let ids: Vec<_> = papers.iter().map(|paper| paper.id.0).collect();
    let mut pictures = gift_papers::of_all(tx, &ids).await?;
    let read = papers.into_iter().map(|paper| {
        let current = paper.number == number;
        let other = signs.is_some_and(|side| side != paper.side) && paper.uploaded_by != reader;
        AgreementPaper {
            id: paper.id,
            side: paper.side,
            at: paper.at,
            pictures: pictures.remove(&paper.id.0).unwrap_or_default(),
            accepted_at: paper.accepted_at,
            current,
            may_accept: current && other && paper.accepted_at.is_none(),
        }
    });
    Ok(read.collect())
}
