"""Should this payment go out: facts, rules, decisions, cases."""
