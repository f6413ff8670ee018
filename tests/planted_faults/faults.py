"""Planted faults: realistic bugs, each a small edit of one file that a test should catch.

``before`` occurs exactly once in its file. When the code moves, edit ``path``, ``before`` and ``after``: the name
of a fault says what the bug is, wherever the code is now.
"""

from typing import NamedTuple


class Fault(NamedTuple):
    """A bug: ``after`` replaces ``before`` in the file ``path``.

    ``tests`` are the pytest targets that should catch it, separated by spaces, and ``database`` is what they run
    on. ``caught_before`` is False if no test caught the fault when it was first planted.
    """

    name: str
    path: str
    before: str
    after: str
    tests: str
    caught_before: bool = True
    database: str = "sqlite"


#: HTTP: status codes, headers, validation, pagination, caching, rate limits.
HTTP = [
    Fault(
        "daily-refuses-the-newest-date",
        "api/http/response_cache/current_date.py",
        "return day > now(zone).date()",
        "return day >= now(zone).date()",
        "tests/api/test_daily.py",
    ),
    Fault(
        "hidden-parent-still-lists-its-children",
        "api/views/blueprint.py",
        "return view(filters, **path).where(exists)",
        "return view(filters, **path)",
        "tests/api/test_hidden.py",
    ),
    Fault(
        "check-strict-ignores-warnings",
        "subtext_cli/commands.py",
        'if counts["error"] or (strict and counts["warning"]):',
        'if counts["error"]:',
        "tests/seeds/test_commands.py",
    ),
    Fault(
        "trusted-proxy-off-by-one",
        "api/http/client_address.py",
        "forwarded[-trusted_proxies] if trusted_proxies <= len(forwarded)",
        "forwarded[1 - trusted_proxies] if trusted_proxies <= len(forwarded)",
        "tests/api/test_limits.py",
    ),
    Fault(
        "cached-daily-outlives-its-day",
        "api/http/response_cache/current_date.py",
        "response_dependencies().expire_at(_next_midnight(time).timestamp())",
        "response_dependencies()",
        "tests/cache/test_front.py",
    ),
    Fault(
        "port-zero-is-accepted",
        "api/core/config.py",
        "1 <= int(value) <= 65535",
        "0 <= int(value) <= 65535",
        "tests/test_serve.py::TestRefusals",
    ),
    Fault(
        "memory-counter-grants-one-too-many",
        "api/http/rate_limits/bounded_storage.py",
        "+ window.current + amount <= limit",
        "+ window.current + amount <= limit + 1",
        "tests/api/test_counters.py",
    ),
    Fault(
        "retry-after-lost-on-unavailable",
        "api/http/errors.py",
        "if isinstance(error, Unavailable) else []",
        "if code is None else []",
        "tests/api/test_errors.py",
    ),
    Fault(
        "allow-header-lost-on-405",
        "api/http/errors.py",
        'name.lower() != "content-type"]',
        'name.lower() not in ("allow", "content-type")]',
        "tests/api/test_errors.py",
    ),
    Fault(
        "renamed-redirects-with-302",
        "api/http/errors.py",
        "return Response(status=308, headers={",
        "return Response(status=302, headers={",
        "tests/api/test_pages_quotes.py",
    ),
    Fault(
        "internal-error-is-not-logged",
        "api/http/errors.py",
        "if error.code >= 500:",
        "if error.code > 500:",
        "tests/api/test_errors.py",
    ),
    Fault(
        "retry-after-lost-on-429",
        "api/http/rate_limits/limiter.py",
        'headers.append(("Retry-After", str(wait)))',
        'headers.append(("X-Retry-After", str(wait)))',
        "tests/api/test_limits.py",
    ),
    Fault(
        "next-page-after-the-last",
        "api/query/pagination.py",
        "len(rows) > limit",
        "len(rows) >= limit",
        "tests/api/test_walks.py",
    ),
    Fault(
        "etag-without-revision",
        "api/query/resource_reader.py",
        'f"{model.__tablename__}.revision" if hasattr(model, "revision") else "NULL"',
        '"NULL"',
        "tests/api/test_http.py",
    ),
    Fault(
        "included-lists-ignore-max-severity",
        "api/schemas/reference_fields.py",
        'filters["max_severity"] = self.severity_ceiling',
        'filters["max_severity"] = 3',
        "tests/api/test_shapes.py",
    ),
    Fault(
        "vary-without-accept",
        "api/http/responses.py",
        'VARY = "Accept, Accept-Encoding, Authorization"',
        'VARY = "Accept-Encoding, Authorization"',
        "tests/api/test_http.py",
    ),
    Fault(
        "request-id-not-exposed-to-other-origins",
        "api/http/security.py",
        '    "Sunset",\n    "X-Request-Id",',
        '    "Sunset",',
        "tests/api/test_http.py",
    ),
    Fault(
        "signal-to-stop-is-forgotten-when-a-worker-ends",
        "subtext_cli/server.py",
        "if self._server.interrupt_signal:",
        "if self._server.interrupt_signal is None:",
        "tests/api/test_server.py",
    ),
    Fault(
        "refused-coding-is-sent",
        "api/http/response_cache/encoded_response.py",
        "return best if weights[best] > 0 and",
        "return best if weights[best] >= 0 and",
        "tests/cache/test_coding.py",
    ),
    Fault(
        "vary-accept-encoding-lost",
        "api/http/response_cache/encoded_response.py",
        "self._headers = add_vary(headers) if is_encodable else headers",
        "self._headers = headers",
        "tests/cache/test_front.py",
    ),
    Fault(
        "preconditions-of-cached-responses-are-ignored",
        "api/http/response_cache/middleware.py",
        "if (MATCH in environ or UNMODIFIED_SINCE in environ) and not _precondition_holds(entry, environ):",
        "if False:",
        "tests/cache/test_front.py",
    ),
    Fault(
        "cache-survives-a-change-of-content",
        "api/http/response_cache/store.py",
        "            if token != self._token:\n",
        "            if self._token is None:\n",
        "tests/cache/test_store.py",
    ),
    Fault(
        "path-of-the-public-url-stays-in-requests",
        "api/http/path_prefix.py",
        'environ = environ | {"PATH_INFO": rest}',
        "pass",
        "tests/api/test_path_prefix.py",
    ),
    Fault(
        "links-start-at-the-root-of-the-host",
        "api/core/urls.py",
        'return f"{settings().base_path}{path}"',
        "return path",
        "tests/api/test_path_prefix.py",
    ),
    Fault(
        "policy-of-frames-names-a-path",
        "api/embeds/frame.py",
        "format(origin=settings().origin",
        "format(origin=settings().base_url",
        "tests/api/test_path_prefix.py",
    ),
    Fault(
        "served-document-names-no-server",
        "api/resources/service/openapi_document.py",
        'document["servers"] = [{"url": base_url, "description": "This service."}]',
        "pass",
        "tests/openapi/test_document.py",
    ),
]

#: Resources of the API: routes, schemas, search, representations.
RESOURCES = [
    Fault(
        "advisory-links-to-what-lacks-it",
        "api/resources/advisories/schemas.py",
        '"commentary", by="advisory"',
        '"commentary", by="exclude_advisory"',
        "tests/openapi/test_document.py",
    ),
    Fault(
        "scene-characters-are-those-of-all-scenes",
        "api/resources/characters/routes.py",
        "return Character.select_where(scene=[scene], **filters)",
        "return Character.select_where(**filters)",
        "tests/api/test_lists.py",
    ),
    Fault(
        "relation-subject-and-object-swapped",
        "api/resources/commentary/schemas.py",
        'attribute="commentary",\n        metadata={"description": "The entry that supports',
        'attribute="target",\n        metadata={"description": "The entry that supports',
        "tests/api/test_commentary.py",
    ),
    Fault(
        "theme-map-route-ignores-max-severity",
        "api/resources/films/routes.py",
        'args.get("max_severity"))',
        "None)",
        "tests/api/test_theme_map.py",
    ),
    Fault(
        "unmigrated-database-is-ready",
        "api/resources/service/routes.py",
        "if not database().is_migrated(connection):",
        "if connection is None:",
        "tests/api/test_errors.py",
    ),
    Fault(
        "character-quotes-ignore-the-speaker",
        "api/resources/quotes/routes.py",
        "return Quote.select_where(speaker=[character], **filters)",
        "return Quote.select_where(**filters)",
        "tests/api/test_lists.py",
    ),
    Fault(
        "theme-scenes-are-those-of-all-themes",
        "api/resources/scenes/routes.py",
        "return Scene.select_where(theme=[theme], **filters)",
        "return Scene.select_where(**filters)",
        "tests/api/test_lists.py",
    ),
    Fault(
        "snippet-html-is-not-escaped",
        "api/resources/search/results.py",
        "return html + str(escape(text[last:]))",
        "return html + text[last:]",
        "tests/api/test_search.py",
        caught_before=False,
    ),
    Fault(
        "paragraph-number-filter-dropped",
        "api/resources/sources/routes.py",
        "return Paragraph.select_where(source=[source], number=[number])",
        "return Paragraph.select_where(source=[source])",
        "tests/api/test_lists.py",
    ),
    Fault(
        "related-themes-ignore-their-limit",
        "api/resources/themes/routes.py",
        'themes[: args["limit"]]',
        "themes",
        "tests/api/test_coverage.py",
    ),
    Fault(
        "underscore-unescaped-in-bibtex",
        "api/representations/bibtex.py",
        '"#$%&_"',
        '"#$%&"',
        "tests/api/test_citations.py",
        caught_before=False,
    ),
    Fault(
        "json-ld-loses-date-modified",
        "api/representations/jsonld.py",
        '        dateModified=item["updated_at"],\n',
        "",
        "tests/openapi/test_document.py",
    ),
]

#: Embeds: frames, cards, oEmbed, snippets, the script.
EMBEDS = [
    Fault(
        "oembed-takes-addresses-with-a-user",
        "api/embeds/url_resolver.py",
        ' or not host or "@" in parts.netloc:',
        " or not host:",
        "tests/embeds/test_addressed.py",
    ),
    Fault(
        "flagged-words-on-cards",
        "api/embeds/cards/layout.py",
        "sanitize_text(quote.label if quote.note else quote.text)",
        "sanitize_text(quote.text)",
        "tests/embeds/test_card_routes.py tests/embeds/test_cards.py",
    ),
    Fault(
        "names-on-cards-change-the-order-around-them",
        "api/text/layout.py",
        "isolates=self._isolates)",
        "isolates=())",
        "tests/embeds/test_shaping.py",
    ),
    Fault(
        "svg-text-is-not-escaped",
        "api/embeds/cards/svg.py",
        "title=escape_html(_title(card)),",
        "title=Markup(_title(card)),",
        "tests/embeds/test_cards.py",
    ),
    Fault(
        "frame-of-a-deleted-quote-is-404",
        "api/embeds/frame.py",
        "410 if isinstance(error, Gone) else 404",
        "404",
        "tests/embeds/test_frame.py",
    ),
    Fault(
        "chromium-flagged-frame-is-too-low",
        "api/embeds/frame_metrics.py",
        "max(BUTTON_HEIGHT, content)",
        "BUTTON_HEIGHT",
        "tests/browser/test_frame.py",
    ),
    Fault(
        "oembed-ignores-maxheight",
        "api/embeds/oembed.py",
        "if max_height is None or height <= max_height:",
        "if max_height is None or height > 0:",
        "tests/embeds/test_oembed.py",
    ),
    Fault(
        "pinned-script-expires-in-an-hour",
        "api/embeds/script.py",
        "return _script_response(build, IMMUTABLE)",
        "return _script_response(build, LATEST_CACHE_CONTROL)",
        "tests/api/test_embed_script.py",
    ),
    Fault(
        "chromium-opened-words-get-no-focus",
        "api/embeds/static/embed-3.min.js",
        "t.remove(),e.tabIndex=-1,e.focus()",
        "t.remove(),e.tabIndex=-1",
        "tests/browser/test_embed_script.py",
    ),
    Fault(
        "chromium-frame-tells-amp-nothing",
        "api/embeds/static/frame.js",
        'tell({ sentinel: "amp", type: "embed-size", height });',
        'tell({ sentinel: "amp", type: "embed", height });',
        "tests/browser/test_frame_hosts.py",
    ),
]

#: Web pages, feeds and the sitemap.
PAGES = [
    Fault(
        "atom-entry-loses-its-rights",
        "api/pages/atom_feed.py",
        '("id", "title", "published", "updated", "rights")',
        '("id", "title", "published", "updated")',
        "tests/api/test_pages_feeds.py",
        caught_before=False,
    ),
    Fault(
        "feed-content-is-decoded-to-markup",
        "api/pages/feed_entries.py",
        '"html": _defused(_flagged_html(quote) if quote.note else render_figure(quote)),',
        '"html": str(_flagged_html(quote) if quote.note else render_figure(quote)),',
        "tests/api/test_pages_hostile_quotes.py",
        caught_before=False,
    ),
    Fault(
        "preview-cuts-a-quote-of-200-characters",
        "api/pages/page_metadata.py",
        "room = max(MAX_WHOLE_WORDS, MAX_DESCRIPTION - len(credit) - 5)",
        "room = MAX_DESCRIPTION - len(credit) - 5",
        "tests/api/test_link_previews.py",
        caught_before=False,
    ),
    Fault(
        "daily-feed-entry-id-changes",
        "api/pages/feeds.py",
        'id=tag_uri(_filtered_path(f"/quotes/daily/{day}", filters)),',
        "id=tag_uri(_filtered_path(f\"/quotes/{item['id']}\", filters)),",
        "tests/api/test_pages_feeds.py",
    ),
    Fault(
        "last-modified-ignores-content",
        "api/pages/rendering.py",
        "times = (started_at(), content, response_dependencies().day_began_at)",
        "times = (started_at(), response_dependencies().day_began_at)",
        "tests/cache/test_front.py",
    ),
    Fault(
        "latest-feed-is-oldest-first",
        "api/pages/feeds.py",
        '"sort": ["-created_at", "-id"]',
        '"sort": ["created_at", "-id"]',
        "tests/api/test_pages_feeds.py",
        caught_before=False,
    ),
    Fault(
        "flagged-words-in-the-page-json-ld",
        "api/pages/page_metadata.py",
        'if item["advisories"]:\n        del node["text"]',
        'if not item["text"]:\n        del node["text"]',
        "tests/api/test_pages_quotes.py",
    ),
    Fault(
        "sitemap-parts-overlap",
        "api/pages/sitemap.py",
        "(number - 1) * MAX_URLS + 1, number * MAX_URLS",
        "(number - 1) * MAX_URLS, number * MAX_URLS",
        "tests/api/test_pages_sitemap.py",
    ),
    Fault(
        "chromium-copy-button-copies-markup",
        "api/pages/static/copy.js",
        "document.getElementById(button.dataset.copy).textContent",
        "document.getElementById(button.dataset.copy).innerHTML",
        "tests/browser/test_pages_quotes.py",
    ),
    Fault(
        "chromium-no-copy-buttons-after-a-choice",
        "api/pages/static/gallery.js",
        'document.dispatchEvent(new Event("gallery-updated"));',
        'form.dispatchEvent(new Event("gallery-updated"));',
        "tests/browser/test_pages_quotes.py",
    ),
]

#: Models: visibility, constraints, lists, facets, search, revisions, migrations.
MODELS = [
    Fault(
        "max-severity-excludes-its-own-value",
        "models/filters.py",
        "owner.class_.severity > max_severity",
        "owner.class_.severity >= max_severity",
        "tests/api/test_chance.py",
    ),
    Fault(
        "alias-of-another-type-redirects",
        "models/alias.py",
        ".where(cls.type_name == model.type_name, cls.slug == slug)",
        ".where(cls.slug == slug)",
        "tests/models/test_resources.py",
    ),
    Fault(
        "deleted-is-404-instead-of-410",
        "models/base.py",
        "return Gone(cls.type_name, slug)",
        "return NotFound(cls.type_name, slug)",
        "tests/models/test_resources.py",
    ),
    Fault(
        "facet-counts-a-value-once-per-link",
        "models/facet_queries.py",
        "return linked if self.model else linked.distinct()",
        "return linked",
        "tests/api/test_facets.py",
    ),
    Fault(
        "postgresql-reader-sees-two-states",
        "models/database.py",
        r'"default_transaction_isolation": r"repeatable\ read"',
        r'"default_transaction_isolation": r"read\ committed"',
        "tests/models/test_database.py",
        database="postgresql",
    ),
    Fault(
        "postgresql-cut-connections-are-not-replaced",
        "models/database.py",
        "pool_pre_ping=True,",
        "pool_pre_ping=False,",
        "tests/models/test_database.py",
        caught_before=False,
        database="postgresql",
    ),
    Fault(
        "closed-database-leaves-its-watcher-open",
        "models/database.py",
        'if "commit_watcher" in vars(self):',
        'if "watch" in vars(self):',
        "tests/models/test_watching.py",
        caught_before=False,
    ),
    Fault(
        "postgresql-plans-for-slow-disks",
        "models/database.py",
        '"random_page_cost": "1.1"',
        '"random_page_cost": "4.0"',
        "tests/models/test_database.py::TestPlanning",
        database="postgresql",
    ),
    Fault(
        "postgresql-lock-timeout-lost",
        "models/database.py",
        '"lock_timeout": 500,',
        "",
        "tests/models/test_database.py",
        database="postgresql",
    ),
    Fault(
        "scene-theme-facet-ignores-the-hierarchy",
        "models/scene.py",
        '"theme": theme_facet(cls),',
        '"theme": LinkFacet(SceneTheme.theme_id, Theme, SceneTheme.scene_id),',
        "tests/api/test_facets.py",
    ),
    Fault(
        "postgresql-commit-notifies-nobody",
        "models/content_generation.py",
        'if connection.dialect.name == "postgresql":',
        'if connection.dialect.name == "postgres":',
        "tests/models/test_watching.py",
        caught_before=False,
        database="postgresql",
    ),
    Fault(
        "postgresql-sorts-by-its-own-collation",
        "models/migrations/versions/0001_the_first_tables.py",
        'return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")',
        'return sa.String(length).with_variant(sa.String(length, collation="en-x-icu"), "postgresql")',
        "tests/models/test_database.py",
        database="postgresql",
    ),
    Fault(
        "downgrade-leaves-an-index",
        "models/migrations/versions/0003_the_order_of_coming.py",
        'op.drop_index("ix_quotes_latest", "quotes")',
        "pass",
        "tests/models/test_migrations.py",
        caught_before=False,
    ),
    Fault(
        "downgrade-leaves-a-column",
        "models/migrations/versions/0004_the_order_of_lists.py",
        'op.drop_column("search_documents", "position")',
        "pass",
        "tests/models/test_migrations.py",
    ),
    Fault(
        "copied-table-loses-descending-indexes",
        "models/migrations/sqlite_indexes.py",
        '("desc",)',
        "()",
        "tests/models/test_migrations.py",
        caught_before=False,
    ),
    Fault(
        "dropped-resource-leaves-its-revisions",
        "models/migrations/env.py",
        "forget_dropped_resources(connection, tables_before)",
        "pass",
        "tests/test_alembic.py",
        caught_before=False,
    ),
    Fault(
        "migration-loses-severities",
        "models/migrations/versions/0006_the_order_of_lots.py",
        "r.random_key, coalesce({flag}, 0)",
        "r.random_key, 0",
        "tests/models/test_migrations.py",
    ),
    Fault(
        "changed-part-leaves-no-revision",
        "models/revision.py",
        "resource = row.owner if isinstance(row, OwnedRow) else row",
        "resource = row",
        "tests/models/test_changed_links.py tests/models/test_transactions.py",
    ),
    Fault(
        "rolled-back-savepoint-is-remembered",
        "models/revision.py",
        "touched.stored, touched.deleted = touched.savepoints[savepoint]",
        "touched.savepoints.pop(savepoint)",
        "tests/models/test_transactions.py",
    ),
    Fault(
        "stemmer-bypassed",
        "models/search/stemming.py",
        "stemmed: str = _stemmer().stemWord(word)",
        "stemmed: str = word",
        "tests/models/test_analysis.py",
    ),
    Fault(
        "scene-titles-weigh-as-summaries",
        "models/scene.py",
        'search_weights: ClassVar = {"title": 3, "summary": 1}',
        'search_weights: ClassVar = {"title": 1, "summary": 1}',
        "tests/models/test_search_golden.py",
    ),
    Fault(
        "highlights-shifted-behind-an-ellipsis",
        "models/search/snippets.py",
        "shift = len(before) - start",
        "shift = -start",
        "tests/models/test_search_snippets.py",
    ),
    Fault(
        "postgresql-prefix-matches-whole-words",
        "models/search/query_compiler.py",
        "return f\"'={clause.exact[0]}':*\"",
        "return f\"'={clause.exact[0]}'\"",
        "tests/models/test_search_golden.py",
        database="postgresql",
    ),
    Fault(
        "postgresql-phrase-words-in-any-order",
        "models/search/query_compiler.py",
        'conditions.append("(" + " <-> ".join(',
        'conditions.append("(" + " & ".join(',
        "tests/models/test_search_golden.py",
        database="postgresql",
    ),
    Fault(
        "forgotten-words-stay-known",
        "models/search/index_writer.py",
        "DocumentFrequency.documents <= 0",
        "DocumentFrequency.documents < 0",
        "tests/models/test_search_index.py",
    ),
    Fault(
        "postgresql-own-commit-counts-late",
        "models/commit_watcher.py",
        "watcher.record_commit()",
        "watcher.version_token()",
        "tests/models/test_watching.py",
        database="postgresql",
    ),
]

#: Content packs, the OpenAPI document, the guides.
REPOSITORY = [
    Fault(
        "annotation-properties-end-early",
        "seeds/diagnostics.py",
        '.replace(":", "%3A")',
        "",
        "tests/seeds/test_commands.py",
        caught_before=False,
    ),
    Fault(
        "moved-entries-are-not-loaded",
        "seeds/load.py",
        "[valid.body, valid.entry.position]",
        "[valid.body]",
        "tests/seeds/test_load.py",
    ),
    Fault(
        "verbatim-rule-is-off",
        "seeds/rules.py",
        "    verbatim,\n",
        "",
        "tests/seeds/test_rules.py",
    ),
    Fault(
        "changed-formats-break-no-promise",
        "openapi/compatibility_facts.py",
        'yield f"The format of {place}", frozenset([schema.get("format", "no format")])',
        'yield f"The format of {place}", frozenset()',
        "tests/openapi/test_promise.py",
    ),
    Fault(
        "breaking-changes-are-not-compared",
        "openapi/promise.py",
        'if change["impact"] == "major" and not',
        'if change["impact"] == "critical" and not',
        "tests/openapi/test_promise.py",
    ),
    Fault(
        "setting-missing-in-the-readme",
        "README.md",
        "`SUBTEXT_BUILD`",
        "`SUBTEXT_BUILDS`",
        "tests/test_readme.py",
    ),
    Fault(
        "guide-checker-lets-cuts-hide-a-loss",
        "tests/documented/matching.py",
        "assert CUT not in expected or len(actual) > len(keys)",
        "assert len(actual) >= len(keys)",
        "tests/documented/test_matching.py",
    ),
]

FAULTS = (*HTTP, *RESOURCES, *EMBEDS, *PAGES, *MODELS, *REPOSITORY)
