//! How village and enterprise would work together: the three forms of pairing, and what a joint project has to settle.
//!
//! Deliberately absent: pairings themselves. A need says only what its village wishes for.

use crate::Problems;
use serde::{Deserialize, Serialize};

words! {
    /// The three forms of the programme.
    pub enum PairingForm {
        VillagePairing = "village_pairing" / "村企结对",
        JointBuilding = "joint_building" / "村企共建",
        TownCoverage = "town_coverage" / "连片包镇",
    }
}

words! {
    /// How far land or permits are.
    pub enum Readiness {
        NotNeeded = "not_needed" / "不需要",
        Ready = "ready" / "已办妥",
        UnderWay = "under_way" / "办理中",
        Missing = "missing" / "还没有",
    }
}

/// What a joint project settles before anybody invests: shares, duties, land and permits. A draft may lack anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct JointBuilding {
    /// The village's share of what is invested and earned, in percent; the rest is the enterprise's.
    pub village_percent: Option<u8>,
    pub village_duties: String,
    pub enterprise_duties: String,
    pub land: Option<Readiness>,
    pub permits: Option<Readiness>,
    /// Which land, which permits, what is missing.
    pub note: String,
}

impl JointBuilding {
    #[must_use]
    pub fn trimmed(&self) -> Self {
        JointBuilding {
            village_duties: self.village_duties.trim().into(),
            enterprise_duties: self.enterprise_duties.trim().into(),
            note: self.note.trim().into(),
            ..self.clone()
        }
    }

    pub(crate) fn check(&self, problems: &mut Problems, complete: bool) {
        let fits = self.village_percent.is_none_or(|percent| percent <= 100);
        problems.require(fits, "village_percent", "村里的份额应在 0 到 100 之间");
        let at_most = |text: &str| text.trim().chars().count() <= 500;
        for (field, text) in [("village_duties", &self.village_duties), ("enterprise_duties", &self.enterprise_duties)]
        {
            problems.require(at_most(text), field, "最多 500 个字");
            problems.require(!complete || !text.trim().is_empty(), field, "请写清谁负责什么");
        }
        problems.require(at_most(&self.note), "joint_note", "最多 500 个字");
        if complete {
            problems.require(self.village_percent.is_some(), "village_percent", "请填写村里占的份额（百分之几）");
            problems.require(self.land.is_some(), "land", "请选择用地的情况");
            problems.require(self.permits.is_some(), "permits", "请选择手续的情况");
            let open = |readiness| matches!(readiness, Some(Readiness::UnderWay | Readiness::Missing));
            let said = !self.note.trim().is_empty() || !(open(self.land) || open(self.permits));
            problems.require(said, "joint_note", "请写明还缺什么、什么时候能办好");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled() -> JointBuilding {
        JointBuilding {
            village_percent: Some(30),
            village_duties: "提供 20 亩旱地和日常看护".into(),
            enterprise_duties: "出资建大棚并包销".into(),
            land: Some(Readiness::Ready),
            permits: Some(Readiness::NotNeeded),
            note: String::new(),
        }
    }

    fn refused(joint: &JointBuilding, complete: bool) -> Vec<String> {
        let mut problems = Problems::new();
        joint.check(&mut problems, complete);
        problems.into_vec().into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_joint_project_says_who_owns_and_does_what_on_which_land() {
        assert!(refused(&settled(), true).is_empty());
        assert!(refused(&JointBuilding::default(), false).is_empty());
        let fields = ["village_duties", "enterprise_duties", "village_percent", "land", "permits"];
        assert_eq!(refused(&JointBuilding::default(), true), fields);
        let unsettled = JointBuilding { permits: Some(Readiness::Missing), ..settled() };
        assert_eq!(refused(&unsettled, true), ["joint_note"]);
        assert_eq!(refused(&JointBuilding { village_percent: Some(101), ..settled() }, false), ["village_percent"]);
    }
}
