//! What has been booked and is talked about anew: a change of purpose, a return that was paid, its reversal; what a need left.

use crate::allocations::changing;
use crate::disbursements::{Ready, allocation, gift};
use crate::money::new_pledge;
use crate::needs::{opened, submitted};
use crate::returns::{goes_back, new_return};
use crate::reversals::reversal;
use domain::api::{disbursements, purpose_changes, reversals};
use domain::reversal::ReversalKind;
use tests::{Client, TestApp};

/// By the parameter of a path, as the world keeps them.
pub async fn booked(test: &TestApp, ready: &Ready<'_>, federation: &Client<'_>) -> Vec<(&'static str, String)> {
    let (charity, enterprise) = (&ready.charity, &ready.enterprise);
    let sent = submitted(&ready.village, 170).await;
    let other = opened(test, federation, &sent).await;
    let new = new_pledge(171, ready.campaign, charity, Some(&other));
    let pledge = gift(charity, enterprise, &new, 172, 300).await;
    charity.maker.call(disbursements::allocate(&allocation(173, &other, Some(&pledge), 100))).await.unwrap();
    let change = changing(174, 173, &ready.need);
    charity.maker.call(purpose_changes::request(&change)).await.unwrap();
    let back = new_return(175, Some(pledge.id), None, 50);
    goes_back(charity, &back).await;
    let wrong = reversal(176);
    charity.maker.call(reversals::propose(ReversalKind::Return, back.id.0, &wrong)).await.unwrap();
    let mut ids = vec![
        ("/purpose-changes/", change.id.to_string()),
        ("/returns/", back.id.to_string()),
        ("/reversals/", wrong.id.to_string()),
    ];
    ids.extend(crate::surpluses::for_rights(test, ready, federation).await);
    ids
}
