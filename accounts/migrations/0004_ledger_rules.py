"""The rules of the ledger that hold whoever writes: the owner's triggers.

A trigger that moves a sum on the account runs with the owner's rights (SECURITY DEFINER), since the application's role may
not update these columns. What ON CONFLICT could undo after a BEFORE trigger has run is ruled out: a posting always gets
a fresh id, and the end of a hold is looked for under the account's lock.
"""

from django.db import migrations

FUNCTION = """
create function {name}() returns trigger language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
{body}
end $$;
revoke all on function {name}() from public;
"""

BODIES = {
    "account_opens_at_zero": """
    if new.booked_minor <> 0 or new.held_minor <> 0 or new.last_booked_at is not null then
        raise 'an account opens at zero' using errcode = 'check_violation', constraint = 'account_opens_at_zero';
    end if;
    return new;""",
    "account_moves_by_its_ledger": """
    raise 'the sums of an account are moved by postings and holds alone'
        using errcode = 'check_violation', constraint = 'account_moves_by_its_ledger';""",
    "hold_raises_held": """
    update accounts_account set held_minor = held_minor + new.amount_minor where id = new.account_id;
    return null;""",
    "hold_end_lowers_held": """
    declare held accounts_hold;
    begin
        select * into strict held from accounts_hold where id = new.hold_id;
        perform from accounts_account where id = held.account_id for no key update;
        if exists (select from accounts_holdend where hold_id = new.hold_id) then
            raise 'a hold ends once' using errcode = 'unique_violation', constraint = 'hold_ends_once';
        end if;
        update accounts_account set held_minor = held_minor - held.amount_minor where id = held.account_id;
        return new;
    end;""",
    "posting_moves_booked": """
    update accounts_account
        set booked_minor = booked_minor + new.amount_minor,
            last_booked_at = greatest(last_booked_at, new.booked_at)
        where id = new.account_id
        returning booked_minor, last_booked_at into strict new.balance_minor, new.booked_at;
    new.id := nextval('accounts_posting_id_seq');
    return new;""",
    "transfer_sums_to_zero": """
    if (select sum(amount_minor) from accounts_posting where transfer_id = new.transfer_id) <> 0 then
        raise 'the postings of a transfer must sum to zero'
            using errcode = 'check_violation', constraint = 'transfer_sums_to_zero';
    end if;
    if (select count(distinct a.currency) from accounts_posting p join accounts_account a on a.id = p.account_id
        where p.transfer_id = new.transfer_id) <> 1 then
        raise 'a transfer is of one currency'
            using errcode = 'check_violation', constraint = 'transfer_is_of_one_currency';
    end if;
    return null;""",
    "transfer_has_postings": """
    if not exists (select from accounts_posting where transfer_id = new.id) then
        raise 'a transfer has postings' using errcode = 'check_violation', constraint = 'transfer_has_postings';
    end if;
    return null;""",
}

TRIGGERS = """
create trigger account_opens_at_zero before insert on accounts_account
    for each row execute function account_opens_at_zero();
create trigger account_moves_by_its_ledger before update of booked_minor, held_minor, last_booked_at on accounts_account
    for each row when (pg_trigger_depth() = 0) execute function account_moves_by_its_ledger();
create trigger hold_raises_held after insert on accounts_hold
    for each row execute function hold_raises_held();
create trigger hold_end_lowers_held before insert on accounts_holdend
    for each row execute function hold_end_lowers_held();
create trigger posting_moves_booked before insert on accounts_posting
    for each row execute function posting_moves_booked();
create constraint trigger transfer_sums_to_zero after insert on accounts_posting
    deferrable initially deferred for each row execute function transfer_sums_to_zero();
create constraint trigger transfer_has_postings after insert on accounts_transfer
    deferrable initially deferred for each row execute function transfer_has_postings();
"""


class Migration(migrations.Migration):
    """Functions first, then the triggers that call them; dropping a function drops its trigger."""

    dependencies = [("accounts", "0003_append_only")]

    operations = [
        *(
            migrations.RunSQL(FUNCTION.format(name=name, body=body), f"drop function {name}() cascade")
            for name, body in BODIES.items()
        ),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
    ]
