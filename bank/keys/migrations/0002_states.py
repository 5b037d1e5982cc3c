"""Keys get a next one, and instants for every step of their life."""

from django.db import migrations, models
from django.db.models import Q

# Until now the newest key of an algorithm signed, and the others were published for their old signatures.
STATES = """
update keys_signingkey set activated_at = created_at;
update keys_signingkey set withdrawn_at = retired_at;
update keys_signingkey old set retired_at = now() where retired_at is null and exists (
    select from keys_signingkey newer
    where newer.algorithm = old.algorithm and newer.retired_at is null and newer.created_at > old.created_at
);
"""


class Migration(migrations.Migration):
    dependencies = [("keys", "0001_initial")]

    operations = [
        migrations.AddField("signingkey", "activated_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("signingkey", "withdrawn_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(STATES, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "signingkey",
            models.UniqueConstraint(
                fields=["algorithm"], condition=Q(activated_at=None, retired_at=None), name="algorithm_has_one_next_key"
            ),
        ),
        migrations.AddConstraint(
            "signingkey",
            models.UniqueConstraint(
                fields=["algorithm"],
                condition=Q(activated_at__isnull=False, retired_at=None),
                name="algorithm_has_one_active_key",
            ),
        ),
        migrations.AddConstraint(
            "signingkey",
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(retired_at__isnull=False), name="withdrawn_key_is_retired"
            ),
        ),
    ]
