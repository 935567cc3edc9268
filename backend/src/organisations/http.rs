//! The routes of organisations, their members and invitations.

use super::{invitations, members, parent};
use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Caller, CharityMember, Inviter, Owner, PlatformAdmin, SignedIn, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::List;
use domain::api::invitations::{
    ACCEPT, AcceptInvitation, Accepted, INVITATIONS, Invitation, InvitationMade, Invited, InvitedByName, LOOK, LookAt,
    MINE, NewInvitation, REVOKE, RevokeInvitation,
};
use domain::api::members::{ChangeMember, MEMBER, MEMBERS, Members, PARENT, Parent, SECOND, SecondRole, SetParent};
use domain::api::organisations::{FoundOrganisation, ORGANISATIONS, OrganisationQuery, OrganisationRow};
use domain::{InvitationId, OrganisationId, PersonId};

pub fn routes() -> Endpoints {
    Endpoints::new("单位和成员")
        .get(ORGANISATIONS, "按名称、类别、地方找单位", list)
        .post(ORGANISATIONS, "开通一个单位", found)
        .get(MEMBERS, "一个单位的人和岗位", people)
        .post(MEMBER, "改一个人的岗位，或请他离开", change)
        .post(SECOND, "同意或不同意同事的经手钱款的岗位", second)
        .get(PARENT, "上级单位和可以请来帮忙的人", above)
        .post(PARENT, "指定慈善组织的上级", set_above)
        .get(MINE, "请本人担任岗位的邀请", mine)
        .get(INVITATIONS, "一个单位的邀请", invited)
        .post(INVITATIONS, "邀请一个人", invite)
        .post(REVOKE, "作废一张邀请", revoke)
        .post(LOOK, "看一个代码邀请您做什么", look)
        .post(ACCEPT, "接受邀请", accept)
}

async fn list(
    State(app): State<App>,
    admin: PlatformAdmin,
    Query(query): Query<OrganisationQuery>,
) -> Result<Json<List<OrganisationRow>>> {
    Ok(Json(super::list(&app, &admin, &query).await?))
}

async fn found(
    State(app): State<App>,
    admin: Sure<PlatformAdmin>,
    Body(new): Body<FoundOrganisation>,
) -> Result<(StatusCode, Json<OrganisationRow>)> {
    Ok((StatusCode::CREATED, Json(super::found(&app, &admin, &new).await?)))
}

async fn people(
    State(app): State<App>,
    _: SignedIn,
    caller: Caller,
    Path(id): Path<OrganisationId>,
) -> Result<Json<Members>> {
    Ok(Json(members::list(&app, &caller, id).await?))
}

async fn change(
    State(app): State<App>,
    owner: Sure<Owner>,
    caller: Caller,
    Path(whom): Path<(OrganisationId, PersonId)>,
    Body(asked): Body<ChangeMember>,
) -> Result<Json<Members>> {
    Ok(Json(members::change(&app, &owner, &caller, whom, &asked).await?))
}

async fn second(
    State(app): State<App>,
    colleague: Sure<CharityMember>,
    caller: Caller,
    Path(whom): Path<(OrganisationId, PersonId)>,
    Body(asked): Body<SecondRole>,
) -> Result<Json<Members>> {
    Ok(Json(members::second(&app, &colleague, &caller, whom, asked).await?))
}

async fn above(
    State(app): State<App>,
    _: Inviter,
    caller: Caller,
    Path(id): Path<OrganisationId>,
) -> Result<Json<Parent>> {
    Ok(Json(parent::get(&app, &caller, id).await?))
}

async fn set_above(
    State(app): State<App>,
    admin: Sure<PlatformAdmin>,
    caller: Caller,
    Path(id): Path<OrganisationId>,
    Body(asked): Body<SetParent>,
) -> Result<Json<Parent>> {
    Ok(Json(parent::set(&app, &admin, &caller, id, asked.parent).await?))
}

async fn mine(State(app): State<App>, signed_in: SignedIn) -> Result<Json<List<InvitedByName>>> {
    Ok(Json(invitations::mine(&app, &signed_in).await?))
}

async fn invited(
    State(app): State<App>,
    _: Inviter,
    caller: Caller,
    Path(id): Path<OrganisationId>,
) -> Result<Json<List<Invitation>>> {
    Ok(Json(invitations::list(&app, &caller, id).await?))
}

async fn invite(
    State(app): State<App>,
    inviter: Sure<Inviter>,
    caller: Caller,
    Path(id): Path<OrganisationId>,
    Body(new): Body<NewInvitation>,
) -> Result<(StatusCode, Json<InvitationMade>)> {
    Ok((StatusCode::CREATED, Json(invitations::invite(&app, &inviter, &caller, id, &new).await?)))
}

async fn revoke(
    State(app): State<App>,
    inviter: Inviter,
    caller: Caller,
    Path(which): Path<(OrganisationId, InvitationId)>,
    Body(RevokeInvitation {}): Body<RevokeInvitation>,
) -> Result<Json<Invitation>> {
    Ok(Json(invitations::revoke(&app, &inviter, &caller, which).await?))
}

async fn look(State(app): State<App>, caller: Caller, Body(at): Body<LookAt>) -> Result<Json<Invited>> {
    Ok(Json(invitations::look(&app, &caller.origin, &at.code).await?))
}

async fn accept(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(asked): Body<AcceptInvitation>,
) -> Result<Json<Accepted>> {
    Ok(Json(invitations::accept(&app, &caller, &code, &asked).await?))
}
