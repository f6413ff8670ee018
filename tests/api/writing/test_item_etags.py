"""The ETags of items begin with the validator of their revision (ADR 0035)."""

from sqlalchemy import select

from models import Revision, Theme


def test_an_etag_begins_with_the_pin_of_an_editors_revision(client_and_change, packed):
    client, change = client_and_change
    path = "/v1/themes/loneliness"
    first = client.get(path)
    assert first.headers["ETag"].startswith(f'"{first.json["revision"]}.')
    change(Theme, "loneliness", definition="Being alone, and minding it.")
    changed = client.get(path)
    with packed.read_session() as session:
        resource = Theme.by_slug(session, "loneliness")
        of_resource = Revision.type_name == "theme", Revision.resource_id == resource.id
        packs, editors = session.scalars(
            select(Revision).where(*of_resource).order_by(Revision.number.desc()).limit(2)
        ).all()[::-1]
    for response, revision in ((first, packs), (changed, editors)):
        assert response.headers["ETag"].startswith(f'"{revision.validator}.')
        assert len(response.headers["ETag"].removeprefix(f'"{revision.validator}.')) == 33
    assert packs.validator == str(packs.number)
    assert editors.validator == str(editors.pin)
