"""What a page that shows a quote must have."""

PLAIN = "her-2013-it-is-in-the-dissensions"
SPOKEN = "her-2013-a-wife-without-the-challenges"
FLAGGED = "her-2013-the-average-modern-woman"

WORDS = {
    PLAIN: "…it is in the dissensions that you can feel something is genuine rather than just a measure of how full your cup is.",
    SPOKEN: "You always wanted to have a wife without the challenges of actually dealing with anything real;"
    " I am glad that you found someone. It is perfect.",
    FLAGGED: "She has wit, she has charm, and she is helpful, basically, everything lacking in the average modern woman.",
}
SOURCE = "“Her: Perfection is the Enemy of Real”"
CREDITS = {
    PLAIN: f"— on Her (2013), as quoted in {SOURCE}",
    SPOKEN: f"— Catherine, Her (2013), as quoted in {SOURCE}",
    FLAGGED: f"— on Her (2013), as quoted in {SOURCE}",
}


def assert_shown(figure, quote, service):
    """Assert that a figure shows a quote: its words, credit and link, folded if it is flagged."""
    figure.wait_for()
    words = figure.locator("blockquote")
    assert words.inner_text().strip() == WORDS[quote] or quote == FLAGGED
    assert " ".join(figure.locator("figcaption").inner_text().split()) == CREDITS[quote]
    assert figure.get_by_role("link").get_attribute("href") == f"{service.url}/quotes/{quote}"
    if quote == FLAGGED:
        note = figure.locator("summary")
        assert "Demeaning language" in note.inner_text()
        assert not words.is_visible()
        note.click()
        assert words.inner_text().strip() == WORDS[quote]
    assert words.is_visible()
