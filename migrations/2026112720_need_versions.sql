-- What of a need was approved, version by version, and the village's proposals to change a need that is public: the
-- approved text stays until another one is approved.

-- The text of a need as the API reads it. What is approved is a copy of this, so that both can always be compared.
create function need_content(of_need need) returns jsonb
    language sql stable
    return jsonb_build_object(
        'village', of_need.village, 'kind', of_need.kind, 'field', of_need.field, 'title', of_need.title,
        'description', of_need.description,
        'items', coalesce((
            select jsonb_agg(jsonb_build_object('name', i.name, 'amount_fen', i.amount_fen) order by i.position)
            from need_item i where i.need = of_need.id), '[]'),
        'amount_fen', of_need.amount_fen, 'price_basis', of_need.price_basis,
        'quotes', coalesce((
            select jsonb_agg(q.file order by q.position) from need_quote q where q.need = of_need.id), '[]'),
        'lines', of_need.asked, 'procured', of_need.procured, 'form', of_need.form, 'joint', of_need.joint,
        'wanted_by', of_need.wanted_by, 'outcome', of_need.outcome, 'indicator', of_need.indicator,
        'outcome_quantity', of_need.outcome_quantity, 'outcome_unit', of_need.outcome_unit,
        'photos', coalesce((
            select jsonb_agg(p.file order by p.position) from need_photo p where p.need = of_need.id), '[]'));

create table need_approved (
    need uuid not null references need (id),
    number integer not null constraint need_approved_number check (number > 0),
    content jsonb not null,
    -- What the village said of the change.
    why text not null,
    -- Of the federation; none where nobody wrote it down yet.
    approved_by uuid references person (id),
    approved_at timestamptz not null,
    -- Later than the approval where it was shown for objections before.
    shown_from timestamptz not null,
    primary key (need, number),
    constraint need_approved_then_shown check (approved_at <= shown_from)
);
create trigger need_approved_append_only before update or delete on need_approved
    for each row execute function refuse_change();

-- What is public today was approved as it is.
insert into need_approved (need, number, content, why, approved_at, shown_from)
select n.id, 1, need_content(n), '', n.published_at, n.published_at
from need n
where n.id in (select id from needs_public);

create table need_revision (
    id uuid primary key,
    need uuid not null references need (id),
    -- The approved version that it would change.
    based_on integer not null,
    status text not null constraint need_revision_status check (status in (
        'draft', 'town_review', 'federation_review', 'publicized', 'returned', 'approved', 'dropped')),
    -- Counts the changes of the text; a decision names the version that was read.
    version integer not null default 1,
    content jsonb not null,
    why text not null constraint need_revision_why check (char_length(why) <= 500),
    created_by uuid not null references person (id),
    created_at timestamptz not null,
    changed_at timestamptz not null,
    approved_by uuid references person (id),
    approved_at timestamptz,
    -- The last day on which it is shown for objections.
    publicized_until date,
    foreign key (need, based_on) references need_approved (need, number),
    constraint need_revision_approved check ((approved_by is null) = (approved_at is null)),
    constraint need_revision_decided check
        (status in ('draft', 'town_review', 'federation_review', 'returned', 'dropped') or approved_at is not null),
    constraint need_revision_shown check (status <> 'publicized' or publicized_until is not null)
);
create unique index need_revision_live on need_revision (need)
    where status in ('draft', 'town_review', 'federation_review', 'publicized', 'returned');
create index need_revision_waiting on need_revision (status, changed_at)
    where status in ('town_review', 'federation_review', 'returned');
create index need_revision_to_take_effect on need_revision (publicized_until, id) where status = 'publicized';

-- Pictures that a version or a revision of a need names. Who may see the need may see them, once they were handed in.
create table need_version_file (
    need uuid not null references need (id),
    file uuid not null references file (id),
    handed_in boolean not null,
    primary key (file, need)
);
create index need_version_file_of_need on need_version_file (need);

insert into need_version_file (need, file, handed_in)
select a.need, named.file, true
from need_approved a
join lateral (
    select p.file from need_photo p where p.need = a.need
    union
    select q.file from need_quote q where q.need = a.need
) named on true;

-- Needs of a place in any state, among which those are looked for that may be the same.
create index need_by_village on need (village text_pattern_ops, changed_at desc);
