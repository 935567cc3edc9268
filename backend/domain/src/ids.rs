//! Typed identifiers: a need's id cannot be handed to a function that wants a pledge's.
//!
//! All are UUIDs of version 7 made by the server's clock, except those of money-like writes, which the
//! client makes so that a repeated request is recognised. Deliberately absent: a way to make one here.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = Uuid))]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                $name(id)
            }
        }
    )+};
}

ids! {
    /// A natural person with an account.
    PersonId,
    /// One sign-in of a person on one device.
    SessionId,
    /// A village committee, federation, enterprise, charity or other party.
    OrganisationId,
    /// What a village asks for.
    NeedId,
    /// A village's proposal to change a need that is public.
    RevisionId,
    /// What an enterprise could give; no promise.
    OfferId,
    /// That an enterprise set a recommended need aside.
    DismissalId,
    /// An uploaded, re-encoded picture.
    FileId,
    /// One row of the append-only record of what happened.
    EventId,
    /// A promise of money to a campaign; not money.
    PledgeId,
    /// A promise of something besides money.
    CommitmentId,
    /// One delivery of what was promised.
    CommitmentPartId,
    /// One campaign of one charity in one campaign year.
    CampaignId,
    /// Who helps a campaign's charities to raise.
    PartnerId,
    /// A pledge that was tried at a rehearsal; never a real one.
    RehearsalPledgeId,
    /// A site that takes gifts: a charity's own, or a designated platform.
    GivingSiteId,
    /// A way by which everybody may give to a campaign's charity.
    PublicGivingId,
    /// One part of a pledge, by its day.
    InstalmentId,
    /// The donation agreement of a pledge.
    AgreementId,
    /// The stamped paper of a donation agreement.
    AgreementPaperId,
    /// What an enterprise asks of its charity about a pledge.
    GiftRequestId,
    /// A note of what an enterprise is said to have promised.
    OnBehalfId,
    /// A claim of a gift that came without an account.
    GiftClaimId,
    /// A gift of goods, from the offer to the hand-over.
    GoodsGiftId,
    /// One hand-over of given goods to the village.
    GoodsHandOverId,
    /// What is done with given goods that are left: taken back, or written off.
    GoodsRestId,
    /// A bank account of a charity.
    BankAccountId,
    /// One step in the life of a bank account: opening, its opening balance, closing.
    AccountStepId,
    /// One line of a bank statement.
    BankLineId,
    /// One statement of a bank account, uploaded.
    BankStatementId,
    /// A confirmed part of a bank line (or a receipt of goods): what a fen came in with, for ever.
    LotId,
    /// A confirmed line that is reversed and booked anew.
    RebookingId,
    /// Something confirmed besides arrivals that is taken back.
    ReversalId,
    /// The end of a month of a bank account.
    MonthEndId,
    /// Money given back to its giver.
    ReturnId,
    /// A row of a bank statement by which money went out.
    OutgoingId,
    /// Arrived money set aside for one need.
    AllocationId,
    /// What is left of a need that is over.
    SurplusId,
    /// That of it is used for another need.
    SurplusPlacementId,
    /// That money is to be used for something else than it was given for.
    PurposeChangeId,
    /// One payment of a charity to a payee.
    DisbursementId,
    /// A checked account that may be paid: an organisation's own, or the town's in custody.
    PayeeId,
    /// A village's report on the progress of a need.
    ReportId,
    /// One invoice or voucher of what the money was spent on.
    SpendingItemId,
    /// One row of the ledger.
    TransferId,
    /// One piece of work that is done after its transaction.
    JobId,
    /// A one-time link that goes out by mail.
    LinkId,
    /// One entry in the history of an organisation's verification.
    VerificationStepId,
    /// An invitation to take a role in an organisation.
    InvitationId,
    /// A new password for somebody of a village, which two people of the town agree to.
    ResetId,
    /// A text that staff pass on by telephone.
    TextId,
    /// Something that was told to one person.
    NoticeId,
    /// A letter from anybody to a federation, with its answers.
    EnquiryId,
    /// An uploaded table that waits to be read into the platform.
    TableFileId,
    /// One list of what is said of places, imported.
    PlaceImportId,
    /// One table of needs, read and perhaps imported.
    NeedImportId,
    /// One list of earlier pairings, imported.
    EarlierImportId,
    /// A search that somebody saved.
    SavedSearchId,
    /// An enterprise and villages, or a town, that agree on a term.
    PairingId,
    /// One message of a pairing's thread.
    PairingMessageId,
    /// The stamped paper of a pairing's agreement.
    PairingPaperId,
    /// One step of a pairing's joint plan.
    MilestoneId,
    /// A matching round of a federation.
    MatchingRoundId,
    /// One rule of a matching round: a capacity, a floor, a wish, a pair that is fixed or forbidden.
    RoundRuleId,
}
