"""The trigger that moves an order when a step of its history comes in, and the one that sees it start as received."""

from django.db import migrations

MOVE = """
create function payments_move_order() returns trigger language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    update payments_paymentorder set
        status = new.to_status,
        status_updated_at = new.at,
        status_reasons = case when new.reason_code = '' then '[]'::jsonb else jsonb_build_array(jsonb_build_object(
            'StatusReasonCode', new.reason_code, 'StatusReasonDescription', new.reason)) end
    where id = new.order_id and status = new.from_status;
    if not found then
        raise exception 'order % does not stand at %', new.order_id, new.from_status
            using errcode = 'check_violation', constraint = 'order_step_starts_where_the_order_stands';
    end if;
    return new;
end
$$;
create trigger order_moves after insert on payments_ordertransition
    for each row execute function payments_move_order();

create function payments_order_starts_received() returns trigger language plpgsql set search_path = public, pg_temp
as $$
begin
    if new.status <> 'RCVD' or new.status_updated_at <> new.created_at then
        raise exception 'order % does not start as received', new.id
            using errcode = 'check_violation', constraint = 'order_starts_as_received';
    end if;
    return new;
end
$$;
create trigger order_starts before insert on payments_paymentorder
    for each row execute function payments_order_starts_received();
"""

UNDO = """
drop trigger order_starts on payments_paymentorder;
drop function payments_order_starts_received();
drop trigger order_moves on payments_ordertransition;
drop function payments_move_order();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [migrations.RunSQL(MOVE, UNDO)]
