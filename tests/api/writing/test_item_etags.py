"""The ETags of items begin with the validator of their revision (ADR 0035)."""

from sqlalchemy import select, text

from models import ContentGeneration, Revision, Theme


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


class TestAfterARestore:
    """A restored backup has lost revisions, and their numbers are given to other content."""

    def lose_last_revision(self, editor, slug, label):
        with editor.database.write_session() as session:
            connection, values = session.connection(), {"slug": slug, "label": label}
            row = "SELECT id FROM themes WHERE slug = :slug"
            number = "SELECT revision FROM themes WHERE slug = :slug"
            lost = f"type_name = 'theme' AND resource_id = ({row}) AND number = ({number})"
            connection.execute(text(f"DELETE FROM revisions WHERE {lost}"), values)
            update = "UPDATE themes SET revision = revision - 1, label = :label WHERE slug = :slug"
            connection.execute(text(update), values)
            ContentGeneration.begin_epoch(session, 0)

    def test_a_tag_of_lost_content_never_matches(self, editor):
        path = "/v1/themes/loneliness"
        read, label = editor.tag(path), editor.get(path).json["label"]
        lost = editor.patch(path, {"label": "Lost words"}).headers["ETag"]
        self.lose_last_revision(editor, "loneliness", label)
        assert editor.patch(path, {"label": "Mine"}, tag=lost).status_code == 412
        other = editor.patch(path, {"label": "Other words"}, tag=read)
        # The content that the client has read is there again, so nothing is overwritten unseen.
        assert other.status_code == 200
        assert other.headers["ETag"].split(".")[0] == lost.split(".")[0]
        assert editor.patch(path, {"label": "Mine"}, tag=lost).status_code == 412
        assert editor.get(path).json["label"] == "Other words"
