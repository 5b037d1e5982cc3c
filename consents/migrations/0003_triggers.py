"""What the database itself holds to: a status moves by a Transition, content never changes, history is not rewritten.

The functions run as the owner, so the application needs no right to the columns that they move; they name their schema
first, so that no temporary table can stand in for a real one.
"""

from django.db import migrations

CREATE = """
create function consents_consent_starts() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if new.status <> 'AWAU' or new.deleted_at is not null then
        raise exception 'a consent starts as AWAU, not %', new.status
            using errcode = 'check_violation', constraint = 'consent_starts_awaiting_authorisation';
    end if;
    return new;
end $$;

create trigger consent_starts_awaiting_authorisation before insert on consents_consent
    for each row execute function consents_consent_starts();

create function consents_consent_changes() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if (new.id, new.kind, new.client_id, new.data, new.risk, new.permissions, new.from_at, new.to_at, new.expires_at,
            new.created_at, new.created_version)
        is distinct from (old.id, old.kind, old.client_id, old.data, old.risk, old.permissions, old.from_at, old.to_at,
            old.expires_at, old.created_at, old.created_version) then
        raise exception 'the content of consent % never changes', old.id
            using errcode = 'check_violation', constraint = 'consent_content_never_changes';
    end if;
    if (new.status, new.status_updated_at, new.status_reasons)
            is distinct from (old.status, old.status_updated_at, old.status_reasons) and pg_trigger_depth() < 2 then
        raise exception 'the status of consent % moves by a transition only', old.id
            using errcode = 'check_violation', constraint = 'consent_status_moves_by_a_transition';
    end if;
    if old.customer_id is not null and new.customer_id is distinct from old.customer_id then
        raise exception 'consent % belongs to one customer', old.id
            using errcode = 'check_violation', constraint = 'consent_belongs_to_one_customer';
    end if;
    if old.deleted_at is not null then
        raise exception 'consent % was deleted', old.id
            using errcode = 'check_violation', constraint = 'consent_is_deleted_once';
    end if;
    return new;
end $$;

create trigger consent_keeps_its_content before update on consents_consent
    for each row execute function consents_consent_changes();

create function consents_transition_moves() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update consents_consent
        set status = new.to_status, status_updated_at = new.at, status_reasons = new.reasons
        where id = new.consent_id and status = new.from_status and deleted_at is null;
    if not found then
        raise exception 'consent % does not stand at %', new.consent_id, new.from_status
            using errcode = 'check_violation', constraint = 'transition_starts_where_the_consent_stands';
    end if;
    return null;
end $$;

create trigger transition_moves_the_consent after insert on consents_transition
    for each row execute function consents_transition_moves();

create function consents_is_kept() returns trigger
language plpgsql as $$
begin
    raise exception 'rows of % are kept for good', tg_table_name using errcode = 'insufficient_privilege';
end $$;

create trigger transition_is_kept before update or delete on consents_transition
    for each row execute function consents_is_kept();

create trigger consent_is_kept before delete on consents_consent
    for each row execute function consents_is_kept();
"""

REMOVE = """
drop trigger consent_is_kept on consents_consent;
drop trigger transition_is_kept on consents_transition;
drop trigger transition_moves_the_consent on consents_transition;
drop trigger consent_keeps_its_content on consents_consent;
drop trigger consent_starts_awaiting_authorisation on consents_consent;
drop function consents_is_kept();
drop function consents_transition_moves();
drop function consents_consent_changes();
drop function consents_consent_starts();
"""


class Migration(migrations.Migration):
    dependencies = [("consents", "0002_initial")]

    operations = [migrations.RunSQL(CREATE, REMOVE)]
