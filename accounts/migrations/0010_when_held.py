"""A hold also leaves on the account when it began and when it ended: its balances are as of then."""

from django.db import migrations

FUNCTION = """
create or replace function {name}() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp as $$
begin
{body}
end $$;
"""

OPENS = {
    "before": """
    if new.booked_minor <> 0 or new.held_minor <> 0 or new.last_booked_at is not null then
        raise 'an account opens at zero' using errcode = 'check_violation', constraint = 'account_opens_at_zero';
    end if;
    return new;""",
    "after": """
    if new.booked_minor <> 0 or new.held_minor <> 0 or new.last_booked_at is not null or new.last_held_at is not null
    then
        raise 'an account opens at zero' using errcode = 'check_violation', constraint = 'account_opens_at_zero';
    end if;
    return new;""",
}
RAISES = """
    update accounts_account set held_minor = held_minor + new.amount_minor{moment} where id = new.account_id;
    return null;"""
LOWERS = """
    declare held accounts_hold;
    begin
        select * into strict held from accounts_hold where id = new.hold_id;
        perform from accounts_account where id = held.account_id for no key update;
        if exists (select from accounts_holdend where hold_id = new.hold_id) then
            raise 'a hold ends once' using errcode = 'unique_violation', constraint = 'hold_ends_once';
        end if;
        update accounts_account set held_minor = held_minor - held.amount_minor{moment} where id = held.account_id;
        return new;
    end;"""
PLACED = ", last_held_at = greatest(last_held_at, new.placed_at)"
ENDED = ", last_held_at = greatest(last_held_at, new.ended_at)"
GUARD = """
drop trigger account_moves_by_its_ledger on accounts_account;
create trigger account_moves_by_its_ledger before update of {columns} on accounts_account
    for each row when (pg_trigger_depth() = 0) execute function account_moves_by_its_ledger();
"""
SUMS = "booked_minor, held_minor, last_booked_at"


def function(name: str, body: str, before: str) -> migrations.RunSQL:
    """Replace a trigger's function, and put it back as it was."""
    return migrations.RunSQL(FUNCTION.format(name=name, body=body), FUNCTION.format(name=name, body=before))


class Migration(migrations.Migration):
    """Replace the functions of 0004 that move what is held, and guard the new column as the sums are."""

    dependencies = [("accounts", "0009_rates")]

    operations = [
        function("account_opens_at_zero", OPENS["after"], OPENS["before"]),
        function("hold_raises_held", RAISES.format(moment=PLACED), RAISES.format(moment="")),
        function("hold_end_lowers_held", LOWERS.format(moment=ENDED), LOWERS.format(moment="")),
        migrations.RunSQL(GUARD.format(columns=f"{SUMS}, last_held_at"), GUARD.format(columns=SUMS)),
    ]
