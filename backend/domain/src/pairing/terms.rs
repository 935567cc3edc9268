//! What both sides agree on: form, places, term, purpose, who does what; checks of it, and what two versions differ in.
//!
//! Terms are written once; whoever wants others writes a new version. Deliberately absent: amounts of money.

use super::notice;
use crate::need::Field;
use crate::need::joint::{JointBuilding, PairingForm, Readiness};
use crate::place::{PlaceCode, PlaceLevel};
use crate::{Problem, Problems};
use chrono::{Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// The longest term of one agreement, in years.
pub const YEARS_MAX: u32 = 10;
/// The shortest, in days: less is a single gift.
pub const DAYS_MIN: u64 = 30;
/// How far away its first day may be.
const BEGINS_WITHIN_MONTHS: u32 = 24;
pub const PURPOSE_MAX: usize = 500;
pub const DUTIES_MAX: usize = 1_000;
/// More than any town of Meizhou has.
pub const VILLAGES_MAX: usize = 60;

/// What is agreed on. Field names are those of the form and of the JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingTerms {
    pub form: PairingForm,
    /// Of a town's coverage.
    #[serde(default)]
    pub town: Option<PlaceCode>,
    /// One or several; of a town's coverage those of the town that it covers.
    pub villages: Vec<PlaceCode>,
    pub first_day: NaiveDate,
    /// Counts too.
    pub last_day: NaiveDate,
    pub purpose: String,
    pub enterprise_does: String,
    /// What the villages, or the town, do.
    pub places_do: String,
    /// In which of the nine fields.
    pub fields: Vec<Field>,
    /// How many days ahead a side says that it leaves before the last day, 0 to 365; 30 where nothing is said.
    #[serde(default = "notice::default_days")]
    pub notice_days: u16,
    /// Of joint building: shares, duties, land and permits.
    #[serde(default)]
    pub joint: Option<JointBuilding>,
}

impl PairingTerms {
    /// As they are stored: texts without blanks around them, each place and field once and in order.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        let mut terms = PairingTerms {
            purpose: self.purpose.trim().into(),
            enterprise_does: self.enterprise_does.trim().into(),
            places_do: self.places_do.trim().into(),
            joint: self.joint.as_ref().map(JointBuilding::trimmed),
            ..self.clone()
        };
        terms.villages.sort_unstable();
        terms.villages.dedup();
        terms.fields.sort_unstable();
        terms.fields.dedup();
        terms
    }

    /// Checks what was handed in. `known`: whether there is such a place.
    ///
    /// # Errors
    /// A sentence for each field that is wrong, all at once.
    pub fn check(&self, today: NaiveDate, known: impl Fn(&PlaceCode) -> bool) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        self.check_places(&mut problems, known);
        self.check_term(&mut problems, today);
        let said = |text: &str, most: usize| (5..=most).contains(&text.trim().chars().count());
        problems.require(said(&self.purpose, PURPOSE_MAX), "purpose", "请写明结对要做成什么（5 至 500 个字）");
        let duties = "请写明做什么、怎么做（5 至 1,000 个字）";
        problems.require(said(&self.enterprise_does, DUTIES_MAX), "enterprise_does", duties);
        problems.require(said(&self.places_do, DUTIES_MAX), "places_do", duties);
        problems.require(!self.fields.is_empty(), "fields", "请至少选择一个参与领域");
        match (&self.joint, self.form) {
            (Some(joint), PairingForm::JointBuilding) => joint.check(&mut problems, true),
            (None, PairingForm::JointBuilding) => {
                problems.add("village_percent", "村企共建要写明双方的份额、分工、用地和手续");
            }
            (Some(_), _) => problems.add("form", "只有村企共建才写份额和分工"),
            (None, _) => {}
        }
        problems.none_or_err()
    }

    fn check_places(&self, problems: &mut Problems, known: impl Fn(&PlaceCode) -> bool) {
        let villages = &self.villages;
        problems.require(!villages.is_empty(), "villages", "请至少选择一个村（社区）");
        problems.require(villages.len() <= VILLAGES_MAX, "villages", "一份协议最多 60 个村（社区），请分开结对");
        let real = villages.iter().all(|code| code.level() == PlaceLevel::Village && known(code));
        problems.require(real, "villages", "有的村（社区）不在名录里，请从页面上选");
        match (&self.town, self.form) {
            (Some(town), PairingForm::TownCoverage) => {
                let is_town = town.level() == PlaceLevel::Town && known(town);
                problems.require(is_town, "town", "这个镇（街道）不在名录里，请从页面上选");
                let inside = villages.iter().all(|village| town.contains(village));
                problems.require(
                    inside,
                    "villages",
                    "连片包镇只列本镇的村（社区）。别的镇的村，请另外结对或由那个镇的协议列入",
                );
            }
            (None, PairingForm::TownCoverage) => problems.add("town", "请选择包哪个镇（街道）"),
            (Some(_), _) => problems.add("town", "只有连片包镇才选镇（街道），结对和共建请选村（社区）"),
            (None, _) => {}
        }
    }

    fn check_term(&self, problems: &mut Problems, today: NaiveDate) {
        let latest = today.checked_add_months(Months::new(BEGINS_WITHIN_MONTHS)).unwrap_or(NaiveDate::MAX);
        problems.require(self.first_day >= today, "first_day", "起始日期不能早于今天");
        problems.require(self.first_day <= latest, "first_day", "起始日期最多在两年以内");
        let longest = self.first_day.checked_add_months(Months::new(12 * YEARS_MAX)).unwrap_or(NaiveDate::MAX);
        let shortest = self.first_day.checked_add_days(Days::new(DAYS_MIN - 1)).unwrap_or(NaiveDate::MAX);
        problems.require(self.last_day >= shortest, "last_day", "期限至少 30 天");
        problems.require(self.last_day < longest, "last_day", "期限最长 10 年，到期可以续约");
        notice::check_days(problems, self.notice_days);
    }

    /// What the later of two versions says otherwise, in the order in which terms are read.
    #[must_use]
    pub fn changes(&self, later: &PairingTerms) -> Vec<TermsChange> {
        let both = TermsPart::ALL.iter().map(|part| (*part, part.of(self), part.of(later)));
        both.filter(|(_, before, after)| before != after)
            .map(|(part, before, after)| TermsChange { part, before, after })
            .collect()
    }
}

words! {
    /// The parts of terms, as they are compared.
    pub enum TermsPart {
        Form = "form" / "形式",
        Town = "town" / "镇（街道）",
        Villages = "villages" / "村（社区）",
        FirstDay = "first_day" / "起始日期",
        LastDay = "last_day" / "截止日期",
        NoticeDays = "notice_days" / "终止的提前通知期",
        Purpose = "purpose" / "目标",
        EnterpriseDoes = "enterprise_does" / "企业做什么",
        PlacesDo = "places_do" / "村、镇做什么",
        Fields = "fields" / "参与领域",
        VillagePercent = "village_percent" / "村里的份额",
        VillageDuties = "village_duties" / "共建中村里负责",
        EnterpriseDuties = "enterprise_duties" / "共建中企业负责",
        Land = "land" / "用地",
        Permits = "permits" / "手续",
        JointNote = "joint_note" / "用地和手续的说明",
    }
}

impl TermsPart {
    /// What terms say of this part. Places are codes: their names are the reader's matter.
    fn of(self, terms: &PairingTerms) -> String {
        let joint = terms.joint.as_ref();
        let text = |of: fn(&JointBuilding) -> &String| joint.map(of).cloned().unwrap_or_default();
        let ready = |of: fn(&JointBuilding) -> Option<Readiness>| {
            joint.and_then(of).map(|readiness| readiness.label().to_owned()).unwrap_or_default()
        };
        match self {
            TermsPart::Form => terms.form.label().to_owned(),
            TermsPart::Town => terms.town.as_ref().map(ToString::to_string).unwrap_or_default(),
            TermsPart::Villages => terms.villages.iter().map(ToString::to_string).collect::<Vec<_>>().join("、"),
            TermsPart::FirstDay => terms.first_day.to_string(),
            TermsPart::LastDay => terms.last_day.to_string(),
            TermsPart::NoticeDays => format!("{} 天", terms.notice_days),
            TermsPart::Purpose => terms.purpose.clone(),
            TermsPart::EnterpriseDoes => terms.enterprise_does.clone(),
            TermsPart::PlacesDo => terms.places_do.clone(),
            TermsPart::Fields => terms.fields.iter().map(|field| field.label()).collect::<Vec<_>>().join("、"),
            TermsPart::VillagePercent => {
                let percent = joint.and_then(|joint| joint.village_percent);
                percent.map(|percent| format!("{percent}%")).unwrap_or_default()
            }
            TermsPart::VillageDuties => text(|joint| &joint.village_duties),
            TermsPart::EnterpriseDuties => text(|joint| &joint.enterprise_duties),
            TermsPart::Land => ready(|joint| joint.land),
            TermsPart::Permits => ready(|joint| joint.permits),
            TermsPart::JointNote => text(|joint| &joint.note),
        }
    }
}

/// One part in which two versions differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TermsChange {
    pub part: TermsPart,
    pub before: String,
    pub after: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: &str = "2026-06-30";

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn place(code: &str) -> PlaceCode {
        code.parse().unwrap()
    }

    fn good() -> PairingTerms {
        PairingTerms {
            form: PairingForm::VillagePairing,
            town: None,
            villages: vec![place("441424125207")],
            first_day: day("2026-07-01"),
            last_day: day("2029-06-30"),
            purpose: "三年里把柚子卖出去".into(),
            enterprise_does: "派技术员，包销一部分柚子".into(),
            places_do: "组织农户，提供场地".into(),
            fields: vec![Field::SpecialtyIndustry],
            notice_days: 30,
            joint: None,
        }
    }

    fn joint() -> JointBuilding {
        JointBuilding {
            village_percent: Some(30),
            village_duties: "提供旱地".into(),
            enterprise_duties: "建大棚并包销".into(),
            land: Some(Readiness::Ready),
            permits: Some(Readiness::NotNeeded),
            note: String::new(),
        }
    }

    fn refused(terms: &PairingTerms) -> Vec<String> {
        let problems = terms.check(day(TODAY), |code| code.as_str() != "441424125999").err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.field).collect()
    }

    type Spoil = fn(&mut PairingTerms);

    #[test]
    fn each_wrong_field_is_named() {
        assert_eq!(refused(&good()), Vec::<String>::new());
        let table: &[(&str, Spoil)] = &[
            ("villages", |terms| terms.villages.clear()),
            ("villages", |terms| terms.villages = vec![place("441424125")]),
            ("villages", |terms| terms.villages = vec![place("441424125999")]),
            ("town", |terms| terms.town = Some(place("441424125"))),
            ("first_day", |terms| terms.first_day = day("2026-06-29")),
            ("last_day", |terms| terms.last_day = day("2026-07-20")),
            ("last_day", |terms| terms.last_day = day("2036-07-01")),
            ("purpose", |terms| terms.purpose = "好".into()),
            ("enterprise_does", |terms| terms.enterprise_does = "长".repeat(1_001)),
            ("places_do", |terms| terms.places_do = String::new()),
            ("fields", |terms| terms.fields.clear()),
            ("notice_days", |terms| terms.notice_days = 366),
            ("form", |terms| terms.joint = Some(joint())),
            ("village_percent", |terms| terms.form = PairingForm::JointBuilding),
        ];
        for (field, spoil) in table {
            let mut terms = good();
            spoil(&mut terms);
            assert_eq!(refused(&terms), [*field]);
        }
        assert_eq!(refused(&PairingTerms { last_day: day("2036-06-30"), ..good() }), Vec::<String>::new(), "ten years");
    }

    #[test]
    fn joint_building_settles_its_shares_and_a_town_lists_its_own_villages() {
        let building = PairingTerms { form: PairingForm::JointBuilding, joint: Some(joint()), ..good() };
        assert_eq!(refused(&building), Vec::<String>::new());
        let half = JointBuilding { village_percent: None, ..joint() };
        assert_eq!(refused(&PairingTerms { joint: Some(half), ..building }), ["village_percent"]);
        let town = PairingTerms { form: PairingForm::TownCoverage, town: Some(place("441424125")), ..good() };
        assert_eq!(refused(&town), Vec::<String>::new());
        let elsewhere = PairingTerms { villages: vec![place("441424103203")], ..town.clone() };
        assert_eq!(refused(&elsewhere), ["villages"]);
        assert_eq!(refused(&PairingTerms { town: None, ..town }), ["town"]);
    }

    #[test]
    fn what_a_counter_proposal_changes_is_told_part_by_part() {
        let later = PairingTerms {
            last_day: day("2028-06-30"),
            notice_days: 0,
            fields: vec![Field::SpecialtyIndustry, Field::TalentCultivation],
            ..good()
        };
        let parts: Vec<_> = good().changes(&later).into_iter().map(|change| change.part).collect();
        assert_eq!(parts, [TermsPart::LastDay, TermsPart::NoticeDays, TermsPart::Fields]);
        assert_eq!(good().changes(&good()), []);
        let twice = PairingTerms {
            villages: vec![place("441424125208"), place("441424125207"), place("441424125208")],
            ..good()
        };
        assert_eq!(twice.trimmed().villages, [place("441424125207"), place("441424125208")]);
    }
}
