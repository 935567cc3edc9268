//! The routes of what can be deducted.

use crate::app::App;
use crate::error::Result;
use crate::http::Body;
use crate::http::caller::Enterprise;
use crate::http::endpoints::Endpoints;
use axum::Json;
use axum::extract::State;
use domain::api::deductions::{DEDUCTIONS, DeductionTable, ESTIMATE, EstimateDeductions, GivenYears};

pub fn routes() -> Endpoints {
    Endpoints::new("税前扣除测算").get(DEDUCTIONS, "本企业各年的捐赠，按到账日期，已减退回", given).post(
        ESTIMATE,
        "按各年利润总额测算每年能扣除多少、结转多少；所填不保存",
        estimate,
    )
}

async fn given(State(app): State<App>, enterprise: Enterprise) -> Result<Json<GivenYears>> {
    Ok(Json(super::given(&app, &enterprise).await?))
}

async fn estimate(
    State(app): State<App>,
    enterprise: Enterprise,
    Body(asked): Body<EstimateDeductions>,
) -> Result<Json<DeductionTable>> {
    Ok(Json(super::estimate(&app, &enterprise, &asked).await?))
}
