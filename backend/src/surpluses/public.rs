//! What everybody reads of a need's surplus, which the law wants disclosed; and how much waits for whom.

mod sql;

use crate::app::App;
use crate::error::{Error, Result};
use domain::NeedId;
use domain::api::surpluses::NeedSurplus;
use domain::organisation::Acting;
use domain::todo::Waiting;
use sqlx::PgConnection;

/// What a public need left and what became of it, and what came to it of others.
pub async fn of_need(app: &App, need: NeedId) -> Result<NeedSurplus> {
    let mut tx = app.snapshot().await?;
    if !sql::is_public(&mut tx, need).await? {
        return Err(Error::NotFound);
    }
    let found = sql::found(&mut tx, need, app.clock.today()).await?;
    Ok(NeedSurplus { found, came: sql::came(&mut tx, need).await? })
}

/// What waits for this checker: what somebody else declared or proposed.
pub async fn waiting_to_be_confirmed(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::to_confirm(tx, acting).await?)
}

/// What the charity has to use or to give back.
pub async fn waiting_to_be_handled(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::to_handle(tx, acting.organisation).await?)
}
