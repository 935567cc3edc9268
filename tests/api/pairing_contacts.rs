//! Whom the sides of a pairing name: who reads it, when it is masked, and that nothing of it stays.

use crate::pairings::{SILENT, TOWN, Table, VILLAGE, approved, new_pairing, signed, step, table, terms, to};
use chrono::Duration;
use domain::PairingId;
use domain::api::own_data;
use domain::api::pairings::{self, NewPairingContact, Pairing, Renewal};
use domain::organisation::{OrganisationKind, Role};
use domain::pairing::{PairingPerson, PairingSide, PairingStep, PairingTerms};
use tests::{Client, Refused, TestApp};
use uuid::Uuid;

fn person(name: &str, phone: &str) -> PairingPerson {
    PairingPerson { name: name.into(), position: "项目经理".into(), phone: phone.into() }
}

fn village_side() -> PairingSide {
    PairingSide::Place(VILLAGE.parse().unwrap())
}

async fn names(
    client: &Client<'_>,
    id: PairingId,
    side: PairingSide,
    person: Option<PairingPerson>,
) -> Result<Pairing, Refused> {
    client.call(pairings::name_contact(id, &NewPairingContact { side, person })).await
}

/// Whom somebody reads for a side, and whether he reads it whole.
async fn reads(client: &Client<'_>, id: PairingId, side: &PairingSide) -> Option<(PairingPerson, bool)> {
    let read = client.call(pairings::get(id)).await.unwrap();
    let contact = read.contacts.into_iter().find(|contact| contact.side == *side)?;
    contact.person.map(|person| (person, contact.masked))
}

async fn stored(test: &TestApp) -> i64 {
    sqlx::query_scalar("select count(*) from pairing_contact").fetch_one(&test.app.pool).await.unwrap()
}

#[tokio::test]
async fn contacts_are_masked_until_the_sides_agree_and_gone_when_it_is_over() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let Table { enterprise, village, federation, firm } = &table;
    let made = enterprise.call(pairings::propose(&new_pairing(1, *firm, terms()))).await.unwrap();
    let (id, side) = (made.row.id, PairingSide::Enterprise);
    assert!(made.contacts.iter().all(|contact| contact.person.is_none()), "nobody is made up: {:?}", made.contacts);
    let whole = person("李四光", "13800138000");
    let named = names(enterprise, id, side.clone(), Some(person(" 李四光 ", "138 0013 8000"))).await.unwrap();
    assert_eq!(named.version, made.version, "what was read and agreed on is the same");
    assert_eq!(reads(enterprise, id, &side).await, Some((whole.clone(), false)));
    assert_eq!(reads(federation, id, &side).await, Some((whole.clone(), false)));
    assert_eq!(reads(village, id, &side).await, Some((person("李**", "138****00"), true)), "an intention only");
    let page = village.page(&format!("/pairings/{id}")).await.text();
    assert!(page.contains("138****00") && !page.contains("13800138000") && !page.contains("李四光"), "{page}");

    let agreed = village.call(pairings::agree(id, &to(&made))).await.unwrap();
    assert_eq!(reads(village, id, &side).await, Some((whole.clone(), false)));
    let other = names(village, id, side.clone(), Some(person("王五", "13900139000"))).await.unwrap_err();
    assert_eq!(other.status, 403, "each side names its own");
    names(village, id, village_side(), Some(person("王五六", "0753-2233445"))).await.unwrap();
    assert_eq!(reads(enterprise, id, &village_side()).await, Some((person("王五六", "07532233445"), false)));
    let page = enterprise.page(&format!("/pairings/{id}")).await.text();
    assert!(page.contains("tel:07532233445"), "{page}");

    // Nobody else: not the town of a village that speaks for itself, not the auditor, not another enterprise.
    let town = test.person("town", OrganisationKind::Town, Some(TOWN), Role::TownReviewer).await;
    for client in [&town, &test.auditor().await] {
        assert!(client.call(pairings::get(id)).await.unwrap().contacts.is_empty());
        let page = client.page(&format!("/pairings/{id}")).await.text();
        assert!(!page.contains("07532233445") && !page.contains("王五六"), "{page}");
    }
    assert_eq!(test.enterprise("别家").await.call(pairings::get(id)).await.unwrap_err().status, 404);

    // The record knows that, and not whom.
    let events: Vec<String> =
        sqlx::query_scalar("select event::text from event").fetch_all(&test.app.pool).await.unwrap();
    assert!(events.iter().any(|event| event.contains("pairing_contact_named")));
    for value in ["李四光", "13800138000", "王五六", "2233445"] {
        assert!(events.iter().all(|event| !event.contains(value)), "{value} stands in the record");
    }

    let active = signed(&table, &approved(federation, &agreed).await, 1).await;
    assert_eq!(stored(&test).await, 2);
    step(federation, &active, PairingStep::Terminate, "双方有纠纷，协调不成").await;
    assert_eq!((stored(&test).await, reads(enterprise, id, &side).await), (0, None));
    let over = names(enterprise, id, side, Some(whole)).await.unwrap_err();
    assert_eq!(over.status, 409);
    test.done().await;
}

#[tokio::test]
async fn what_is_wrong_is_named_and_a_contact_is_taken_back() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let made = table.enterprise.call(pairings::propose(&new_pairing(1, table.firm, terms()))).await.unwrap();
    let (id, side) = (made.row.id, PairingSide::Enterprise);
    let wrong = PairingPerson { name: "李".into(), position: String::new(), phone: "1380013".into() };
    let refused = names(&table.enterprise, id, side.clone(), Some(wrong)).await.unwrap_err();
    assert_eq!(refused.fields(), ["name", "position", "phone"]);
    let numbered = PairingPerson { position: "11010519491231002X".into(), ..person("李四光", "13800138000") };
    let refused = names(&table.enterprise, id, side.clone(), Some(numbered)).await.unwrap_err();
    assert_eq!(refused.fields(), ["position"], "no identity number");
    let stranger = PairingSide::Place(SILENT.parse().unwrap());
    assert_eq!(names(&table.village, id, stranger, None).await.unwrap_err().status, 403, "no side of it");
    assert_eq!(stored(&test).await, 0);

    let path = format!("/pairings/{id}");
    let typed = |phone| {
        [
            ("row", "contact-enterprise"),
            ("side", "enterprise"),
            ("name", "李四光"),
            ("position", "经理"),
            ("phone", phone),
            ("action", "contact"),
        ]
    };
    let refused = table.enterprise.form(&path, &typed("1380")).await;
    let page = refused.text();
    assert!(refused.status == 422 && page.contains("11 位手机号") && page.contains("value=\"李四光\""), "{page}");
    let saved = table.enterprise.form(&path, &typed("13800138000")).await;
    assert_eq!(saved.location(), format!("{path}?done=contact-named"), "{}", saved.text());
    let empty = [("row", "contact-enterprise"), ("side", "enterprise"), ("action", "empty-contact")];
    assert_eq!(table.enterprise.form(&path, &empty).await.location(), format!("{path}?done=contact-emptied"));
    assert_eq!(stored(&test).await, 0);
    test.done().await;
}

#[tokio::test]
async fn contacts_go_along_with_a_renewal_and_go_with_the_account_of_whom_they_name() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let active = crate::pairings::paired(&table, 1, terms()).await;
    names(&table.enterprise, active.row.id, PairingSide::Enterprise, Some(person("金柚", "13800138000")))
        .await
        .unwrap();
    names(&table.village, active.row.id, village_side(), Some(person("王五六", "13900139000"))).await.unwrap();
    let next =
        PairingTerms { first_day: "2027-06-30".parse().unwrap(), last_day: "2028-06-29".parse().unwrap(), ..terms() };
    let renewal = Renewal { id: PairingId(Uuid::from_u128(2)), terms: next, voluntary: true, message: String::new() };
    let proposed = table.enterprise.call(pairings::renew(active.row.id, &renewal)).await.unwrap();
    assert_eq!((stored(&test).await, proposed.contacts.len()), (4, 2));
    assert!(proposed.contacts.iter().all(|contact| contact.person.is_some()), "{:?}", proposed.contacts);
    test.clock.advance(Duration::seconds(1));
    let firm = test.organisation_of(&table.enterprise).await;
    test.member("second", firm, Role::EnterpriseOwner).await;
    table.enterprise.call(own_data::close("注销")).await.unwrap();
    let left: Vec<String> =
        sqlx::query_scalar("select distinct name from pairing_contact").fetch_all(&test.app.pool).await.unwrap();
    assert_eq!(left, ["王五六"]);
    test.done().await;
}
