"""What a reader sees of a frame, measured in the browser: whether something is missing, and whether that shows."""

#: A frame of some size on a page that does not resize it.
FRAME = (
    '<iframe title="A quote" src="{url}" width="600" height="400" frameborder="0" scrolling="no"></iframe>'
)
#: Resize the frame of the page, in pixels.
RESIZE = """([width, height]) => {
  const frame = document.querySelector('iframe');
  [frame.width, frame.height] = [width, height];
}"""
#: What is wrong with a frame, as sentences. A range has the boxes of glyphs, which in tall scripts are higher than
#: their line, on both sides; and glyphs stand out of their box by a few pixels.
FAULTS = """async () => {
  await document.fonts.ready;
  for (let turns = 3; turns--;) await new Promise(requestAnimationFrame);
  const faults = [], check = (is_right, fault) => is_right || faults.push(fault);
  const isInside = ({left, top, right, bottom}) =>
    left >= 0 && top >= 0 && right <= innerWidth + 1 && bottom <= innerHeight + 1;
  const isSeen = (element) => {
    const box = element.getBoundingClientRect(), line = element.getClientRects()[0];
    if (!line || !isInside(box)) return false;
    return element.contains(document.elementFromPoint(line.left + 4, (line.top + line.bottom) / 2));
  };
  const credit = document.querySelector('figcaption'), link = document.querySelector('.rest a');
  check(isSeen(credit), 'the credit is not seen');
  check(credit.offsetHeight >= 20, 'the credit has no line');
  check(document.documentElement.scrollWidth <= innerWidth, 'it is too wide');
  const summary = document.querySelector('summary');
  if (summary && !summary.parentElement.open) {
    check(isSeen(summary.querySelector('span')), 'the note is not seen');
    check(isSeen(summary.querySelector('b')), 'the button is not seen');
  } else {
    const range = document.createRange(), words = document.querySelector('blockquote p');
    range.selectNodeContents(words);
    const box = document.querySelector('figure > :first-child').getBoundingClientRect();
    const lines = [...range.getClientRects()].filter(line => line.width > 1);
    const seen = lines.filter(line => line.left < box.right && line.right > box.left && line.top < box.bottom - 1);
    check(seen.length, 'no line of the words is seen');
    const lineHeight = parseFloat(getComputedStyle(words).lineHeight);
    const bottom = ({top, bottom}) => Math.min(bottom, (top + bottom + lineHeight) / 2);
    const limit = Math.min(box.bottom, innerHeight) + 9;
    check(seen.every(line => bottom(line) <= limit), 'a line is cut in two');
    if (seen.length < lines.length) check(isSeen(link), 'the end of the words is missing, and no link leads to it');
  }
  if (link.offsetWidth) check(isSeen(link), 'the link is not seen');
  return faults;
}"""


def show_frame(page, site, url):
    """Show a frame on another site that does not listen to it; return its document."""
    page.goto(site.add_page(FRAME.format(url=url)))
    page.frame_locator("iframe").locator("figcaption").wait_for()
    return page.frames[1]


def find_faults(page, frame, width, height):
    """Return what is wrong with the frame in this size, in sentences that begin with the size."""
    page.evaluate(RESIZE, [width, height])
    frame.wait_for_function(
        "([width, height]) => innerWidth === width && innerHeight === height", arg=[width, height]
    )
    return [f"{width} × {height}: {fault}" for fault in frame.evaluate(FAULTS)]
