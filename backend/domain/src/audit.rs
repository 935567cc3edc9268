//! The words of the record of what happened: what each verb and each kind of subject is called, in this one place.
//!
//! Rooms write verbs as they are; `tests/tidy.rs` fails on one without a label. Deliberately absent: who may read it.

use crate::allocation::{AllocationStatus, PurposeChangeStatus};
use crate::api::payees::PayeeStatus;
use crate::arrival::BankLineStatus;
use crate::campaign::CampaignStage;
use crate::commitment::{CommitmentStatus, PartStatus};
use crate::delivery::SpendingStatus;
use crate::disbursement::DisbursementStatus;
use crate::enquiry::{EnquiryStatus, Topic};
use crate::gift_claim::GiftClaimStatus;
use crate::gift_request::GiftRequestStatus;
use crate::goods::{GoodsGiftStatus, GoodsHandOverStatus, GoodsRestStatus};
use crate::need::{NeedStatus, RevisionStatus};
use crate::offer::OfferStatus;
use crate::on_behalf::OnBehalfStatus;
use crate::pairing::PairingStatus;
use crate::place::ListSubject;
use crate::pledge::PledgeStatus;
use crate::round::setup::RoundStatus;
use crate::surplus::{PlacementStatus, SurplusStatus};
use crate::{Fen, Problems};
use chrono::NaiveDate;
use serde_json::Value;

/// Every verb with what a person reads.
pub const VERBS: &[(&str, &str)] = &[
    ("sign_in", "登录"),
    ("search_written_anew", "重建搜索索引"),
    ("sign_out", "退出登录"),
    ("sign_out_elsewhere", "退出其他设备"),
    ("session_ended_by_copy", "登录凭据被重复使用，登录已终止"),
    ("acting_chosen", "换单位办事"),
    ("charity_books_chosen", "选择看哪个慈善组织的账"),
    ("proved", "再次确认本人"),
    ("password_changed", "改密码"),
    ("second_factor_set", "启用两步验证"),
    ("second_factor_removed", "停用两步验证"),
    ("recovery_codes_made", "换恢复码"),
    ("notice_preferences_set", "改通知方式"),
    ("account_closed", "注销账号"),
    ("bank_line_voided", "作废银行流水"),
    ("donor_registered", "捐赠人注册"),
    ("enterprise_registered", "企业注册"),
    ("enterprise_owner_accepted", "确认担任企业负责人"),
    ("owner_confirmed", "确认企业负责人"),
    ("owner_named", "指定企业负责人"),
    ("email_confirmed", "确认邮箱"),
    ("password_reset", "重设密码"),
    ("password_reset_asked", "申请为村里的人重设密码"),
    ("password_reset_approved", "同意重设密码"),
    ("password_reset_refused", "不同意重设密码"),
    ("phone_changed", "改手机号"),
    ("registration_document_added", "上传证照"),
    ("registration_document_removed", "删除证照"),
    ("registration_lapsed", "邮箱未确认，登记失效"),
    ("registration_answered", "答复认证意见"),
    ("registration_amended", "更新联系资料"),
    ("registration_resubmitted", "重新提交认证"),
    ("organisation_opened", "开通单位"),
    ("organisation_parent_set", "指定上级单位"),
    ("invitation_made", "发出邀请"),
    ("invitation_accepted", "接受邀请"),
    ("invitation_revoked", "撤销邀请"),
    ("roles_changed", "改岗位"),
    ("text_passed_on", "转告短信内容"),
    ("pledge_cancelled", "取消认捐"),
    ("agreement_asked", "请签捐赠协议"),
    ("agreement_written", "改捐赠协议的文本"),
    ("agreement_confirmed", "确认捐赠协议"),
    ("agreement_paper_sent", "上传盖章的捐赠协议"),
    ("agreement_made", "签订捐赠协议"),
    ("gift_request_made", "申请豁免、更正或退回"),
    ("gift_request_recommended", "写申请的核实意见"),
    ("gift_request_decided", "决定申请"),
    ("gift_request_withdrawn", "撤回申请"),
    ("gift_request_opened_again", "退回已冲正，申请重新等待办理"),
    ("gift_request_settled", "登记申请已办理"),
    ("on_behalf_noted", "代为记录认捐"),
    ("on_behalf_claimed", "认领代为记录的认捐"),
    ("on_behalf_declined", "说明不认领代为记录的认捐"),
    ("on_behalf_withdrawn", "撤回代为记录的认捐"),
    ("on_behalf_lapsed", "代为记录的认捐过期"),
    ("gift_claim_made", "认领到账的捐款"),
    ("gift_claim_named", "核对认领"),
    ("gift_claim_confirmed", "确认认领的归属"),
    ("gift_claim_refused", "不确认认领"),
    ("gift_claim_withdrawn", "撤回认领"),
    ("goods_offered", "捐物资"),
    ("goods_withdrawn", "撤回物资捐赠"),
    ("goods_display_changed", "改物资捐赠的公开方式"),
    ("goods_inspected", "登记物资验收"),
    ("goods_sent_back", "退回物资重新验收"),
    ("goods_accepted", "复核接受物资"),
    ("goods_refused", "不接受物资"),
    ("goods_set_aside", "把物资安排给需求"),
    ("goods_reversal_asked", "申请冲正物资的接受"),
    ("goods_reversal_dropped", "不冲正物资的接受"),
    ("goods_reversed", "冲正物资的接受"),
    ("goods_unbound", "同意物资改用于其他需求"),
    ("goods_release_asked", "申请收回物资另行安排"),
    ("goods_released", "确认收回物资"),
    ("goods_write_off_asked", "申请物资报损"),
    ("goods_written_off", "确认物资报损"),
    ("goods_rest_dropped", "不办物资的收回或报损"),
    ("goods_handed_over", "登记物资移交"),
    ("goods_received", "确认收到物资"),
    ("goods_objected", "对物资移交有异议"),
    ("goods_hand_over_accepted", "核对通过物资移交"),
    ("goods_hand_over_refused", "核对不通过物资移交"),
    ("pledge_overdue", "认捐的一期过期"),
    ("pledge_reminded", "提醒认捐的一期"),
    ("pledge_designated", "为定向认捐指定需求"),
    ("allocation_requested", "申请把到账的款分配到需求"),
    ("allocation_accepted", "受理分配申请"),
    ("allocation_refused", "不受理分配申请"),
    ("allocation_released", "释放分配"),
    ("idle_reminded", "提醒到账的款没有指定需求"),
    ("purpose_change_requested", "申请调整用途"),
    ("purpose_change_consented", "同意调整用途"),
    ("purpose_change_filed", "登记募捐方案变更备案"),
    ("purpose_changed", "办理用途变更"),
    ("purpose_change_refused", "不调整用途"),
    ("surplus_declared", "申报结余"),
    ("surplus_confirmed", "确认结余"),
    ("surplus_sent_back", "退回结余申报"),
    ("surplus_placement_proposed", "申请把结余转用于另一条需求"),
    ("surplus_placed", "确认结余转用"),
    ("surplus_placement_sent_back", "退回结余转用的申请"),
    ("consent_given", "表示同意"),
    ("consent_withdrawn", "撤回同意"),
    ("organisation_verified", "认证单位"),
    ("organisation_returned", "退回认证"),
    ("organisation_suspended", "停用单位"),
    ("organisation_restored", "恢复单位"),
    ("role_seconded", "同意岗位"),
    ("role_refused", "不同意岗位"),
    ("private_data_read", "查看个人信息"),
    ("audit_exported", "导出操作记录"),
    ("need_drafted", "写需求草稿"),
    ("need_edited", "修改需求"),
    ("need_table_read", "上传需求表格核对"),
    ("needs_imported", "导入需求表格"),
    ("need_submitted", "提交需求"),
    ("need_returned", "退回需求"),
    ("need_passed", "镇审通过需求"),
    ("need_taken_up", "提级审核需求"),
    ("need_approved", "审核通过并公开需求"),
    ("need_opened", "公示结束，需求可对接"),
    ("need_promised", "需求的落实情况变化"),
    ("need_paused", "暂停需求"),
    ("need_resumed", "恢复需求"),
    ("need_withdrawn", "撤回需求"),
    ("need_renewed", "重新申报需求"),
    ("need_expired", "需求到期失效"),
    ("need_warned", "提醒需求快到期"),
    ("need_started", "需求开工"),
    ("need_finished", "需求申请验收"),
    ("need_sent_back", "退回继续实施"),
    ("need_closed", "需求验收办结"),
    ("need_revised", "需求按已审核的修改更新"),
    ("revision_drafted", "提出修改公开的需求"),
    ("revision_edited", "改需求的修改稿"),
    ("revision_submitted", "提交需求的修改"),
    ("revision_passed", "镇审通过需求的修改"),
    ("revision_taken_up", "提级审核需求的修改"),
    ("revision_returned", "退回需求的修改"),
    ("revision_approved", "审核通过需求的修改"),
    ("revision_took_effect", "公示结束，需求的修改生效"),
    ("revision_dropped", "撤销需求的修改"),
    ("offer_drafted", "写供给意向草稿"),
    ("offer_edited", "修改供给意向"),
    ("offer_opened", "发布供给意向"),
    ("offer_closed", "结束供给意向"),
    ("offer_expired", "供给意向到期"),
    ("profile_changed", "修改对接资料"),
    ("need_dismissed", "把推荐的需求标为不合适"),
    ("need_dismissal_undone", "撤销“不合适”"),
    ("pledged", "认捐"),
    ("pledge_display_changed", "修改认捐的公开方式"),
    ("committed", "承诺资金以外的需求"),
    ("commitment_withdrawn", "撤回承诺"),
    ("commitment_waived", "豁免承诺的余下部分"),
    ("commitment_display_changed", "修改承诺的公开方式"),
    ("commitment_part_reported", "登记兑现"),
    ("commitment_part_received", "登记收到"),
    ("commitment_part_confirmed", "确认收到兑现"),
    ("commitment_part_disputed", "对兑现有异议"),
    ("commitment_part_taken_back", "冲回一笔兑现"),
    ("commitment_reminded", "提醒企业兑现承诺"),
    ("commitment_part_reminded", "提醒村里确认兑现"),
    ("pairing_proposed", "提出结对"),
    ("pairing_countered", "改提结对条款"),
    ("pairing_agreed", "同意结对条款"),
    ("pairing_declined", "不结对"),
    ("pairing_withdrawn", "撤回结对意向"),
    ("pairing_taken_up", "受理结对审核"),
    ("pairing_returned", "退回结对协商"),
    ("pairing_approved", "审核通过结对"),
    ("pairing_confirmed", "确认结对协议书"),
    ("pairing_paper_sent", "上传盖章的结对协议书"),
    ("pairing_signed", "核对盖章的结对协议书，签约"),
    ("pairing_began", "结对生效"),
    ("pairing_ended", "结对到期"),
    ("pairing_renewed", "结对由续约接替"),
    ("pairing_renewal_proposed", "提出结对续约"),
    ("pairing_terminated", "终止结对协议"),
    ("pairing_notice_given", "提出终止结对协议"),
    ("pairing_notice_withdrawn", "撤回终止结对的通知"),
    ("pairing_left_early", "同意提前终止结对"),
    ("pairing_left", "通知期满，结对终止"),
    ("pairing_contact_named", "登记结对的联系人"),
    ("pairing_contact_emptied", "清空结对的联系人"),
    ("pairing_handed_over", "结对移交给另一家企业"),
    ("pairing_taken_over", "接手移交的结对"),
    ("pairing_message_written", "在结对里留言"),
    ("pairing_display_changed", "修改结对的公开方式"),
    ("pairing_end_reminded", "提醒结对快到期"),
    ("matching_round_started", "新建对接轮次"),
    ("matching_round_changed", "修改对接轮次"),
    ("matching_round_rule_added", "给对接轮次加条件"),
    ("matching_round_rule_dropped", "取消对接轮次的条件"),
    ("matching_round_computed", "计算对接方案"),
    ("matching_round_cancelled", "取消计算对接方案"),
    ("matching_round_sent", "把对接方案送出为结对意向"),
    ("matching_round_closed", "关闭对接轮次"),
    ("campaign_set_up", "新建活动"),
    ("campaign_changed", "修改活动的设置"),
    ("campaign_stage_set", "改变活动的阶段"),
    ("campaign_charity_set", "登记活动的慈善组织"),
    ("campaign_charity_removed", "把慈善组织移出活动"),
    ("campaign_partner_set", "登记活动的合作方"),
    ("campaign_partner_removed", "把合作方移出活动"),
    ("campaign_needs_listed", "把需求列入活动"),
    ("campaign_needs_unlisted", "把需求移出活动"),
    ("campaign_need_moved", "改变需求在活动里的位置"),
    ("public_giving_opened", "打开个人捐赠链接"),
    ("public_giving_closed", "关闭个人捐赠链接"),
    ("giving_site_listed", "把网站列入捐赠网站名单"),
    ("giving_site_changed", "修改捐赠网站名单"),
    ("rehearsal_pledged", "录入演练的认捐"),
    ("rehearsal_cleared", "清除演练的认捐"),
    ("milestone_planned", "加共建计划的节点"),
    ("milestone_day_proposed", "提议改节点的日期"),
    ("milestone_day_accepted", "同意节点的日期"),
    ("milestone_day_dropped", "不采用提议的节点日期"),
    ("milestone_submitted", "报告节点做成"),
    ("milestone_verified", "核验节点"),
    ("milestone_returned", "退回节点"),
    ("milestone_reminded", "提醒共建计划的节点"),
    ("bank_account_proposed", "登记银行账户"),
    ("bank_account_step_proposed", "提出改银行账户"),
    ("bank_account_step_confirmed", "确认银行账户的登记或改动"),
    ("bank_account_step_dropped", "不采用银行账户的登记或改动"),
    ("bank_line_entered", "录入银行流水"),
    ("bank_line_matched", "对账"),
    ("bank_line_unmatched", "撤回对账"),
    ("bank_line_confirmed", "确认到账"),
    ("rebooking_proposed", "提出冲正并重记到账"),
    ("rebooking_confirmed", "确认冲正并重记到账"),
    ("rebooking_dropped", "不采用冲正重记"),
    ("reversal_proposed", "提出冲正"),
    ("reversal_confirmed", "确认冲正"),
    ("reversal_dropped", "不采用冲正"),
    ("return_prepared", "申请退回捐赠方"),
    ("return_approved", "同意退回捐赠方"),
    ("return_rejected", "驳回退回捐赠方"),
    ("return_paid", "登记退回捐赠方已付款"),
    ("line_back_said", "说明收入是退回来的拨付"),
    ("line_back_confirmed", "确认拨付退汇或交回"),
    ("line_back_dropped", "撤回拨付退回的说明"),
    ("outgoing_explained", "说明银行支出是什么"),
    ("outgoing_confirmed", "确认银行支出是什么"),
    ("outgoing_dropped", "撤回银行支出的说明"),
    ("month_end_prepared", "编制月结"),
    ("month_end_signed", "签字月结"),
    ("month_end_dropped", "撤下月结"),
    ("month_end_reopening_asked", "申请重开月份"),
    ("month_end_reopened", "重开月份"),
    ("ledger_exported", "导出账簿"),
    ("unmatched_exported", "导出两边都没对上的"),
    ("bank_line_not_donation", "把流水放到一边，不算捐款"),
    ("bank_line_donation", "把流水放回，算作捐款"),
    ("bank_statement_read", "读取了银行对账单"),
    ("bank_statement_columns_set", "说明了对账单各列的含义"),
    ("bank_statement_taken_in", "导入了银行对账单"),
    ("payee_proposed", "登记收款账户"),
    ("payee_entered", "录入收款账户"),
    ("payee_verified", "核实收款账户"),
    ("payee_closed", "停用收款账户"),
    ("allocated", "分配到需求"),
    ("approval_rule_set", "设定须两人批准的金额"),
    ("disbursement_prepared", "申请拨付"),
    ("disbursement_checked", "复核拨付"),
    ("disbursement_approved", "批准拨付"),
    ("disbursement_rejected", "驳回拨付"),
    ("disbursement_paid", "付款"),
    ("reported", "报告进展和支出"),
    ("spending_accepted", "核销支出"),
    ("spending_returned", "退回支出"),
    ("spending_corrected", "补正支出"),
    ("enquiry_received", "收到来信"),
    ("enquiry_continued", "来信补充"),
    ("enquiry_answered", "答复来信"),
    ("places_imported", "导入镇村资料"),
    ("earlier_pairings_imported", "导入以往的结对"),
    ("earlier_pairings_withdrawn", "撤回导入的以往结对"),
    ("earlier_display_chosen", "选择以往结对的公开方式"),
    ("search_saved", "保存搜索"),
    ("search_changed", "修改保存的搜索"),
    ("search_dropped", "删除保存的搜索"),
    ("searches_stopped", "按邮件链接停发新需求的通知"),
    ("job_retried", "重办后台任务"),
    ("job_set_aside", "后台任务另行处理"),
];

/// Every kind of subject with what a person reads.
pub const SUBJECTS: &[(&str, &str)] = &[
    ("person", "人员"),
    ("session", "登录"),
    ("organisation", "单位"),
    ("audit", "操作记录"),
    ("search", "搜索"),
    ("need", "需求"),
    ("need_revision", "需求的修改"),
    ("offer", "供给意向"),
    ("campaign", "活动"),
    ("public_giving", "个人捐赠链接"),
    ("giving_site", "捐赠网站"),
    ("pledge", "认捐"),
    ("agreement", "捐赠协议"),
    ("gift_claim", "认领"),
    ("on_behalf", "代为记录的认捐"),
    ("gift_request", "豁免、更正和退回的申请"),
    ("goods_gift", "捐赠物资"),
    ("goods_hand_over", "物资移交"),
    ("goods_rest", "余下物资的收回和报损"),
    ("commitment", "资金以外的承诺"),
    ("pairing", "结对"),
    ("matching_round", "对接轮次"),
    ("bank_account", "银行账户"),
    ("bank_line", "银行流水"),
    ("bank_statement", "银行对账单"),
    ("gift_return", "退回捐赠方"),
    ("month_end", "月结"),
    ("outgoing", "银行支出"),
    ("payee", "收款账户"),
    ("allocation", "分配"),
    ("purpose_change", "用途变更"),
    ("surplus", "结余"),
    ("surplus_placement", "结余转用"),
    ("disbursement", "拨付"),
    ("report", "进展报告"),
    ("spending_item", "支出明细"),
    ("enquiry", "来信"),
    ("consent", "同意"),
    ("link", "一次性链接"),
    ("invitation", "邀请"),
    ("reset", "重设密码"),
    ("text", "短信内容"),
    ("place_import", "镇村资料"),
    ("need_import", "需求表格"),
    ("earlier_import", "以往结对的名单"),
    ("saved_search", "保存的搜索"),
    ("job", "后台任务"),
];

fn label<'a>(table: &[(&str, &'static str)], word: &'a str) -> &'a str {
    table.iter().find(|(known, _)| *known == word).map_or(word, |(_, label)| label)
}

/// What a verb is called; one that this version does not know stands for itself.
#[must_use]
pub fn verb_label(verb: &str) -> &str {
    label(VERBS, verb)
}

/// What a kind of subject is called.
#[must_use]
pub fn subject_label(kind: &str) -> &str {
    label(SUBJECTS, kind)
}

/// What stood before or after a change, as names and values for a person.
#[must_use]
pub fn told(subject_kind: &str, value: &Value) -> Vec<(String, String)> {
    let Value::Object(fields) = value else { return Vec::new() };
    fields
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (field_label(name).to_owned(), field_value(subject_kind, name, value)))
        .collect()
}

fn field_label(name: &str) -> &str {
    match name {
        "status" => "状态",
        "version" => "版本",
        "amount_fen" => "金额",
        "value_fen" => "折款",
        "accepted_fen" => "核定的折款",
        "show_value" => "公开折款",
        "gift" => "捐赠物资",
        "need" => "需求",
        "pledge" => "认捐",
        "items" => "支出笔数",
        "place" => "地区",
        "topic" => "主题",
        "organisation" => "单位",
        "role" => "岗位",
        "filters" | "rule" => "条件",
        "list" => "内容",
        "source" => "来源",
        "as_of" => "截至日期",
        "rows_read" => "行数",
        "changed" => "改动处数",
        "quantity" => "数量",
        "due_on" => "约定日期",
        "ends_on" => "终止日期",
        "side" => "哪一方",
        "number" => "第几稿",
        "kind" => "种类",
        "enterprise" => "企业",
        "form" => "形式",
        "follows" => "接续的结对",
        "milestone" => "节点",
        "name" => "公开的方式",
        "needs" => "需求条数",
        "ready" => "可导入条数",
        "import" => "导入批次",
        "row" => "表格的行",
        "run" => "第几次计算",
        "proposals" => "结对意向件数",
        other => other,
    }
}

fn field_value(subject_kind: &str, name: &str, value: &Value) -> String {
    match (name, value) {
        ("status", Value::String(word)) => status_label(subject_kind, word),
        ("list", Value::String(word)) => {
            word.parse().map_or_else(|_| word.clone(), |list: ListSubject| list.label().to_owned())
        }
        ("topic", Value::String(word)) => word.parse().map_or_else(|_| word.clone(), |t: Topic| t.label().to_owned()),
        ("amount_fen" | "value_fen" | "accepted_fen", Value::Number(number)) => {
            number.as_i64().and_then(|fen| Fen::new(fen).ok()).map_or_else(|| number.to_string(), |fen| fen.to_string())
        }
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

fn status_label(subject_kind: &str, word: &str) -> String {
    macro_rules! of {
        ($set:ty) => {
            word.parse::<$set>().ok().map(<$set>::label)
        };
    }
    let label = match subject_kind {
        "need" => of!(NeedStatus),
        "need_revision" => of!(RevisionStatus),
        "offer" => of!(OfferStatus),
        "campaign" => of!(CampaignStage),
        "pledge" => of!(PledgeStatus),
        "gift_request" => of!(GiftRequestStatus),
        "gift_claim" => of!(GiftClaimStatus),
        "goods_gift" => of!(GoodsGiftStatus),
        "goods_hand_over" => of!(GoodsHandOverStatus),
        "goods_rest" => of!(GoodsRestStatus),
        "on_behalf" => of!(OnBehalfStatus),
        "commitment" => of!(CommitmentStatus).or_else(|| of!(PartStatus)),
        "pairing" => of!(PairingStatus),
        "matching_round" => of!(RoundStatus),
        "bank_line" => of!(BankLineStatus),
        "payee" => of!(PayeeStatus),
        "disbursement" => of!(DisbursementStatus),
        "allocation" => of!(AllocationStatus),
        "purpose_change" => of!(PurposeChangeStatus),
        "surplus" => of!(SurplusStatus),
        "surplus_placement" => of!(PlacementStatus),
        "spending_item" => of!(SpendingStatus),
        "enquiry" => of!(EnquiryStatus),
        _ => None,
    };
    label.unwrap_or(word).to_owned()
}

/// Characters of a reason for reading somebody's personal data, at least and at most.
pub const REASON: std::ops::RangeInclusive<usize> = 4..=200;

/// Checks why somebody wants to read another's personal data in full.
///
/// # Errors
/// A sentence at `reason`.
pub fn check_reading_reason(reason: &str) -> Result<(), Vec<crate::Problem>> {
    let mut problems = Problems::new();
    let said = REASON.contains(&reason.trim().chars().count());
    problems.require(said, "reason", "请写明为什么要看（4 至 200 字），如信访编号、核查事项");
    problems.none_or_err()
}

/// Checks the days between which events are looked for.
///
/// # Errors
/// A sentence at `to`.
pub fn check_days(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<(), Vec<crate::Problem>> {
    let mut problems = Problems::new();
    let ordered = from.zip(to).is_none_or(|(from, to)| from <= to);
    problems.require(ordered, "to", "截止日期不能早于起始日期");
    problems.none_or_err()
}

/// A cell of a table that a spreadsheet opens: text that would be taken for a formula is marked as text.
///
/// See OWASP, “CSV Injection”.
#[must_use]
pub fn spreadsheet_cell(text: &str) -> String {
    let begins_a_formula =
        text.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if begins_a_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn every_word_has_one_label() {
        for table in [VERBS, SUBJECTS] {
            let words: BTreeSet<_> = table.iter().map(|(word, _)| word).collect();
            assert_eq!(words.len(), table.len());
            assert!(table.iter().all(|(word, label)| !label.is_empty() && !label.is_ascii() && word.is_ascii()));
        }
        assert_eq!((verb_label("pledged"), verb_label("unheard_of")), ("认捐", "unheard_of"));
        assert_eq!(subject_label("need"), "需求");
    }

    #[test]
    fn a_change_is_told_in_the_readers_words() {
        let sentences = |kind: &str, value: Value| -> Vec<String> {
            told(kind, &value).into_iter().map(|(name, value)| format!("{name}：{value}")).collect()
        };
        assert_eq!(sentences("need", json!({ "status": "returned", "version": 2 })), ["状态：退回补正", "版本：2"]);
        assert_eq!(sentences("pledge", json!({ "amount_fen": 123_450, "need": null })), ["金额：1,234.50 元"]);
        assert_eq!(sentences("enquiry", json!({ "topic": "giving" })), ["主题：捐赠"]);
        assert_eq!(sentences("unknown", json!({ "more": [1], "status": "odd" })), ["more：[1]", "状态：odd"]);
        assert_eq!(sentences("need", json!("text")), Vec::<String>::new());
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+86 138", "'+86 138"),
            ("-2", "'-2"),
            ("@sum(a1)", "'@sum(a1)"),
            (" =1+1", "' =1+1"),
            ("\t=1", "'\t=1"),
            ("＝1+1", "'＝1+1"),
            ("黄沙村", "黄沙村"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(spreadsheet_cell(text), cell, "{text}");
        }
    }

    #[test]
    fn a_reason_is_said_and_days_are_in_order() {
        assert!(check_reading_reason(" 核查 ").is_err() && check_reading_reason("信访 2026-18 号").is_ok());
        assert!(check_reading_reason(&"字".repeat(201)).is_err());
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        assert!(
            check_days(day("2026-06-30"), day("2026-06-30")).is_ok() && check_days(None, day("2026-01-01")).is_ok()
        );
        assert!(check_days(day("2026-07-01"), day("2026-06-30")).is_err());
    }
}
