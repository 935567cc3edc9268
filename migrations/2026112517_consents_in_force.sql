-- Consents take effect: what is shown of a person hangs on his latest word, in the text that is in force.

-- Whether the latest of a kind gives it, in this version of its text. Nobody's consent is never there.
create function consent_in_force(of_person uuid, of_kind text, in_version text) returns boolean
    language sql stable
    return coalesce(
        (select c.given and c.version = in_version
         from consent c
         where c.person = of_person and c.kind = of_kind
         order by c.seq desc
         limit 1),
        false);

-- A picture as pages show it: where it was taken only as long as its uploader consents to that in this version.
create function file_shown(shown file, in_version text) returns json
    language sql stable
    return json_build_object(
        'id', shown.id,
        'width', shown.width,
        'height', shown.height,
        'place', case
            when shown.latitude is not null and consent_in_force(shown.uploader, 'photo_place', in_version)
            then json_build_object('latitude', shown.latitude::text, 'longitude', shown.longitude::text)
        end);

-- As what its writer wrote a report. Of an older one it is known where he has one role at the village only.
alter table report add column submitted_as text
    constraint report_role check (submitted_as in ('village_reporter', 'village_head'));
update report r
set submitted_as = (
    select min(m.role)
    from membership m
    where m.person = r.submitted_by and m.organisation = r.organisation
      and m.role in ('village_reporter', 'village_head') and m.created_at <= r.submitted_at
    having count(*) = 1
);

-- Whose consent covers the numbers of identity or bank cards in a text; none where there are none. They are erased when
-- he withdraws it.
alter table enquiry_message add column consented_by uuid references person (id)
    constraint enquiry_message_own_consent check (consented_by is null or answered_by is null);
create index enquiry_message_by_consent on enquiry_message (consented_by) where consented_by is not null;
alter table verification_text add column consented_by uuid references person (id);
create index verification_text_by_consent on verification_text (consented_by) where consented_by is not null;
