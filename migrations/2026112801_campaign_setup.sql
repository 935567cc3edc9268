-- A campaign is set up by its office: what it is called and known by, its rules, who receives and by which right, who
-- helps, which needs it shows, and what is tried at its rehearsal.

alter table campaign
    -- In its address; data, like every name.
    add column code text,
    add column programme text not null default '',
    add column rules text not null default '',
    add column page text not null default '',
    -- Days between the filing of the plan and the first day on which the public may give (募捐管理办法; the texts differ).
    add column filing_days integer not null default 10
        constraint campaign_filing_days check (filing_days between 0 and 90),
    add column version integer not null default 1;
update campaign set code = '630-' || year;
alter table campaign
    alter column code set not null,
    add constraint campaign_code_once unique (code),
    add constraint campaign_code_form check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(code) between 2 and 24),
    add constraint campaign_held_in_year
        check (held_on between make_date(year, 6, 1) and make_date(year + 1, 5, 31)),
    add constraint campaign_days_known unique (id, filing_days);

-- Whose account it is cannot be another charity's.
alter table bank_account add constraint bank_account_of_its_charity unique (id, charity);
create index campaign_charity_account on campaign_charity (bank_account, charity);

alter table campaign_charity
    add constraint campaign_charity_own_account
        foreign key (bank_account, charity) references bank_account (id, charity),
    -- 公开募捐资格证书.
    add column certificate_no text,
    add column certificate_from date,
    add column certificate_to date,
    -- 公益性捐赠税前扣除资格, where it is known.
    add column tax_from date,
    add column tax_to date,
    -- 募捐方案备案.
    add column filing_no text,
    add column filed_on date,
    add column filing_from date,
    add column filing_to date,
    -- Whom the public asks about its gifts.
    add column contact text not null default '',
    add constraint campaign_charity_certificate check (
        num_nulls(certificate_no, certificate_from, certificate_to) = 3
        or (num_nulls(certificate_no, certificate_from, certificate_to) = 0
            and certificate_no <> '' and certificate_from <= certificate_to)),
    add constraint campaign_charity_tax check (
        num_nulls(tax_from, tax_to) = 2 or (num_nulls(tax_from, tax_to) = 0 and tax_from <= tax_to)),
    add constraint campaign_charity_filing check (
        num_nulls(filing_no, filed_on, filing_from, filing_to) = 4
        or (num_nulls(filing_no, filed_on, filing_from, filing_to) = 0
            and filing_no <> '' and filing_from <= filing_to and filed_on <= filing_from));

-- Who helps a charity to raise without a qualification of its own (慈善法 art. 26).
create table campaign_partner (
    id uuid primary key,
    campaign uuid not null references campaign (id),
    name text not null constraint campaign_partner_named check (name <> ''),
    agreed_on date not null,
    -- Where the agreement is kept, such as the number of its file.
    agreement text not null constraint campaign_partner_agreement check (agreement <> ''),
    evaluated_on date constraint campaign_partner_evaluated_after check (evaluated_on >= agreed_on),
    named_in_plan boolean not null,
    recorded_at timestamptz not null
);
create index partner_of_campaign on campaign_partner (campaign, recorded_at, id);

-- Needs that the office shows with its campaign. A pledge may name any open need, listed or not.
create table campaign_need (
    campaign uuid not null references campaign (id),
    need uuid not null references need (id),
    position integer not null,
    listed_by uuid not null references person (id),
    listed_at timestamptz not null,
    primary key (campaign, need)
);
create index need_of_campaign on campaign_need (campaign, position, need);
create index campaign_of_need on campaign_need (need);

-- What is tried at a rehearsal. A table of its own that nothing else reads: no view, no total and no list of pledges
-- can come upon it.
create table rehearsal_pledge (
    id uuid primary key,
    campaign uuid not null references campaign (id),
    name text not null constraint rehearsal_pledge_named check (name <> ''),
    amount_fen bigint not null
        constraint rehearsal_pledge_amount check (amount_fen between 1 and 10000000000000),
    entered_by uuid not null references person (id),
    entered_at timestamptz not null
);
create index rehearsal_of_campaign on rehearsal_pledge (campaign, entered_at desc, id desc);

create function rehearsal_pledge_in_rehearsal() returns trigger language plpgsql as $$
begin
    perform from campaign where id = new.campaign and stage = 'rehearsal' for share;
    if not found then
        raise exception 'a test pledge is entered in a rehearsal only'
            using errcode = 'check_violation', constraint = 'rehearsal_pledge_in_rehearsal';
    end if;
    return new;
end
$$;
create trigger rehearsal_pledge_in_rehearsal before insert or update on rehearsal_pledge
    for each row execute function rehearsal_pledge_in_rehearsal();
