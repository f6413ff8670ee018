"""Small content after every kind of change, with what must be in no export: it has the word “unseen”."""

from sqlalchemy import select

from models import Alias, QuoteKind, Status, Withdrawal
from models import purge as purges
from models.revision import mark_content_changed
from tests.api.past import HOURS
from tests.models.content import film, quote, theme


def change_everything(past):
    """Make every kind of change to small content; what is never public has the word “unseen”."""
    past.change(
        "line", text="Leave “the light” on.\nPlease, 雪.", editor="bo", note="As spoken.", at=HOURS[0]
    )
    past.change("line", slug="the-lamp-1950-light-on", at=HOURS[1])
    past.change("line", deleted_at=HOURS[2], at=HOURS[2])
    past.change("line", deleted_at=None, at=HOURS[3])
    past.change("line", kind=QuoteKind.FRAGMENT, at=HOURS[4])
    past.change("line", kind=QuoteKind.DIALOGUE, at=HOURS[1])
    past.change("maxim", slug="the-lamp-1950-saying")
    past.change("maxim", deleted_at=HOURS[5])
    past.change("claim", status=Status.DRAFT)
    past.change("claim", text="It is unseen.")
    past.change("doubt", slug="the-lamp-1950-question")
    with past.editing("unseen") as session:
        unseen = film("unseen-1960", status=Status.DRAFT)
        session.add_all([unseen, quote(unseen, "unseen", 1), quote(unseen, "gone", 2, deleted_at=HOURS[0])])
        session.add(theme("unseen-theme", status=Status.DRAFT))
    with past.editing() as session:
        session.add_all([theme("haste"), theme("trust")])
    with past.editing() as session:
        for slug in ("haste", "trust"):
            found = session.scalars(select(type(past.find(session, "light"))).filter_by(slug=slug)).one()
            session.add(Alias(type_name="theme", slug=f"old-{slug}", resource_id=found.id))
            if slug == "haste":
                purges.purge(session, found, reason="Asked for.")
            else:
                found.deleted_at = HOURS[6]
        former = [past.find(session, name) for name in ("claim", "dusk")]
        for resource in former:
            session.add(
                Alias(type_name=resource.type_name, slug=f"{resource.slug}-old", resource_id=resource.id)
            )
        session.add_all(withdrawals())
        mark_content_changed(session)


def withdrawals():
    """Return withdrawals of each kind: with and without a reason, to a public and an unseen target."""
    for slug, reason, moved_to in (
        ("faith", "Said twice.", "light"),
        ("hope", "", None),
        ("envy", "Wrong.", "unseen-theme"),
        # Taken back, but there again.
        ("dark", "Wrong.", None),
        ("trust", "Not ours.", None),
    ):
        yield Withdrawal(type_name="theme", slug=slug, reason=reason, moved_to=moved_to)
