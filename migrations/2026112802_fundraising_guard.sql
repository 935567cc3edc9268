-- Giving by everybody: only to a charity that is qualified, under a plan that is filed, on a site that is listed. What is
-- open cannot be stored otherwise.

-- Where gifts of individuals are taken: never here. Designated platforms, and charities' own sites.
create table giving_site (
    id uuid primary key,
    kind text not null constraint giving_site_kind check (kind in ('own_site', 'designated_platform')),
    name text not null constraint giving_site_named check (name <> ''),
    host text not null constraint giving_site_host
        check (host ~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$' and length(host) <= 253),
    -- Whose own site it is; none of a designated platform.
    charity uuid references organisation (id),
    -- By which batch it was designated, or where the charity says that it is its own.
    source text not null constraint giving_site_source check (source <> ''),
    active boolean not null default true,
    version integer not null default 1,
    listed_at timestamptz not null,
    constraint giving_site_once unique (host),
    constraint giving_site_whose check ((kind = 'own_site') = (charity is not null)),
    constraint giving_site_known unique (id, kind, host),
    constraint giving_site_own unique (id, charity)
);
create index giving_site_of_charity on giving_site (charity) where charity is not null;

-- What an open way of giving stands on has to be there as it was when it was opened; a change of it asks to close first.
alter table campaign_charity add constraint campaign_charity_qualified unique
    (campaign, charity, certificate_no, certificate_from, certificate_to, filing_no, filed_on, filing_from, filing_to);

create table public_giving (
    id uuid primary key,
    campaign uuid not null references campaign (id),
    charity uuid not null references organisation (id),
    kind text not null constraint public_giving_kind check (kind in ('own_site', 'designated_platform')),
    site uuid not null,
    host text not null,
    own_charity uuid generated always as (case when kind = 'own_site' then charity end) stored,
    url text not null,
    certificate_no text not null,
    certificate_from date not null,
    certificate_to date not null,
    filing_no text not null,
    filed_on date not null,
    filing_from date not null,
    filing_to date not null,
    filing_days integer not null,
    starts_on date not null,
    ends_on date not null,
    opened_by uuid not null references person (id),
    opened_at timestamptz not null,
    closed_at timestamptz,
    closed_because text constraint public_giving_because
        check (closed_because in ('ended', 'by_office', 'site_inactive', 'stage', 'charity')),
    open_campaign uuid generated always as (case when closed_at is null then campaign end) stored,
    constraint public_giving_closed check ((closed_at is null) = (closed_because is null)),
    constraint public_giving_numbers check (certificate_no <> '' and filing_no <> ''),
    constraint public_giving_period check (starts_on <= ends_on),
    constraint public_giving_within_certificate check (starts_on >= certificate_from and ends_on <= certificate_to),
    constraint public_giving_within_filing check (starts_on >= filing_from and ends_on <= filing_to),
    constraint public_giving_filed_before check (filing_days >= 0 and starts_on >= filed_on + filing_days),
    constraint public_giving_link check (
        length(url) <= 500
        and (url = 'https://' || host or starts_with(url, 'https://' || host || '/')
             or starts_with(url, 'https://' || host || '?'))),
    constraint public_giving_site foreign key (site, kind, host) references giving_site (id, kind, host),
    constraint public_giving_own_site foreign key (site, own_charity) references giving_site (id, charity),
    constraint public_giving_filing_days foreign key (open_campaign, filing_days) references campaign (id, filing_days),
    constraint public_giving_qualification
        foreign key (open_campaign, charity, certificate_no, certificate_from, certificate_to, filing_no, filed_on,
                     filing_from, filing_to)
        references campaign_charity (campaign, charity, certificate_no, certificate_from, certificate_to, filing_no,
                                     filed_on, filing_from, filing_to)
);
create index public_giving_of_campaign on public_giving (campaign, opened_at desc, id desc);
create index public_giving_open on public_giving (open_campaign, charity) where closed_at is null;
create index public_giving_of_site on public_giving (site);
create unique index public_giving_once on public_giving (campaign, charity, site) where closed_at is null;
