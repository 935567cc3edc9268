//! What a need's success is counted in: two or three indicators for each field, so that outcomes can be added up.
//!
//! Whoever finds none that fits names a unit of his own. Deliberately absent: what has been reached (deliveries).

use super::Field;

words! {
    /// A standard indicator. Its unit and its field belong to it.
    pub enum Indicator {
        IncomeHouseholds = "income_households" / "带动增收农户",
        PlantedArea = "planted_area" / "新增或改造种养面积",
        SoldProduce = "sold_produce" / "帮助销售农产品",
        SoldHouseholds = "sold_households" / "销售受益农户",
        RoadLength = "road_length" / "修建道路、渠道",
        ServedPeople = "served_people" / "设施受益人口",
        InstalledSets = "installed_sets" / "安装设施设备",
        ServiceVisits = "service_visits" / "提供服务",
        ServedElders = "served_elders" / "服务老人、儿童",
        ImprovedSites = "improved_sites" / "整治提升点",
        GreenedArea = "greened_area" / "绿化美化面积",
        HeldEvents = "held_events" / "举办活动",
        Participants = "participants" / "参加活动",
        TrainedPeople = "trained_people" / "培训人员",
        CertifiedPeople = "certified_people" / "取得证书或上岗",
        SupportedHouseholds = "supported_households" / "帮扶低收入户",
        EmployedPeople = "employed_people" / "吸纳就业",
        RelievedPeople = "relieved_people" / "救助特困人员",
        HomeVisits = "home_visits" / "上门探访、护理",
        BenefitedPeople = "benefited_people" / "受益人口",
    }
}

impl Indicator {
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Indicator::IncomeHouseholds | Indicator::SoldHouseholds | Indicator::SupportedHouseholds => "户",
            Indicator::PlantedArea => "亩",
            Indicator::SoldProduce => "公斤",
            Indicator::RoadLength => "米",
            Indicator::InstalledSets => "台（套、盏）",
            Indicator::ServiceVisits | Indicator::Participants | Indicator::HomeVisits => "人次",
            Indicator::ImprovedSites => "处",
            Indicator::GreenedArea => "平方米",
            Indicator::HeldEvents => "场",
            Indicator::ServedPeople
            | Indicator::ServedElders
            | Indicator::TrainedPeople
            | Indicator::CertifiedPeople
            | Indicator::EmployedPeople
            | Indicator::RelievedPeople
            | Indicator::BenefitedPeople => "人",
        }
    }
}

/// How needs of a field are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    pub title: &'static str,
    pub outcome: &'static str,
}

impl Field {
    /// The indicators that fit the field.
    #[must_use]
    pub const fn indicators(self) -> &'static [Indicator] {
        match self {
            Field::SpecialtyIndustry => {
                &[Indicator::IncomeHouseholds, Indicator::PlantedArea, Indicator::InstalledSets]
            }
            Field::ConsumptionAssistance => &[Indicator::SoldProduce, Indicator::SoldHouseholds],
            Field::Infrastructure => &[Indicator::ServedPeople, Indicator::RoadLength, Indicator::InstalledSets],
            Field::SocializedServices => &[Indicator::ServiceVisits, Indicator::ServedElders],
            Field::VillageLandscape => &[Indicator::ImprovedSites, Indicator::GreenedArea],
            Field::RuralCivility => &[Indicator::HeldEvents, Indicator::Participants],
            Field::TalentCultivation => &[Indicator::TrainedPeople, Indicator::CertifiedPeople],
            Field::LowIncomeSupport => &[Indicator::SupportedHouseholds, Indicator::EmployedPeople],
            Field::SpecialHardshipRelief => &[Indicator::RelievedPeople, Indicator::HomeVisits],
            Field::Other => &[Indicator::BenefitedPeople],
        }
    }

    /// How a village writes one of its needs in this field.
    #[must_use]
    pub const fn example(self) -> Example {
        let (title, outcome) = match self {
            Field::SpecialtyIndustry => ("老茶园低产改造 60 亩", "42 户茶农每亩多收干茶 8 斤"),
            Field::ConsumptionAssistance => ("金柚上市季集中采购", "卖出一级果 2 万斤，价格不低于收购价"),
            Field::Infrastructure => ("下角片饮水管网更换", "156 户常年用上自来水"),
            Field::SocializedServices => ("独居老人助餐点", "35 位老人每天吃上一顿热饭"),
            Field::VillageLandscape => ("村口荒地改建小公园", "整治 3 处荒地，种树 120 株"),
            Field::RuralCivility => ("客家山歌队服装和音响", "每年演出 12 场"),
            Field::TalentCultivation => ("农村电商和直播培训班", "40 人学会开店，10 人持续经营"),
            Field::LowIncomeSupport => ("家门口的来料加工车间", "20 户低收入家庭各有一人就业"),
            Field::SpecialHardshipRelief => ("特困老人住房修缮", "8 户住房不漏雨、能安全过冬"),
            Field::Other => ("村史资料抢救整理", "全村 1200 人看得到自己的村史"),
        };
        Example { title, outcome }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_field_has_one_to_three_indicators_and_every_indicator_a_field() {
        let mut used = BTreeSet::new();
        for field in Field::ALL {
            let indicators = field.indicators();
            assert!((1..=3).contains(&indicators.len()), "{field}");
            used.extend(indicators.iter().copied());
            assert!(field.example().title.chars().count() <= super::super::TITLE_MAX, "{field}");
        }
        assert_eq!(used.len(), Indicator::ALL.len());
        assert!(Indicator::ALL.iter().all(|indicator| indicator.unit().chars().count() <= 10));
    }
}
