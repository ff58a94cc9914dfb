// What stands in #figure, written down as one drawing: pictures, drawings, lines and words at their places.
(alt) => {
  const root = document.getElementById("figure");
  const frame = root.getBoundingClientRect();
  const parts = [];
  const short = (number) => +number.toFixed(2);
  const at = (box) => `x="${short(box.x - frame.x)}" y="${short(box.y - frame.y)}" width="${short(box.width)}" height="${short(box.height)}"`;
  const safe = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

  /** The words of a text, a line of them at a time. */
  function write(node, style) {
    const range = document.createRange();
    let line;
    for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const box = range.getBoundingClientRect();
      if (!box.width) continue;
      if (line && Math.abs(line.y - box.y) < 2) line.words.push(word);
      else lines.push((line = { x: box.x, y: box.y, middle: box.y + box.height / 2, words: [word], style }));
    }
  }

  const lines = [];
  function walk(node) {
    if (node.nodeType === Node.TEXT_NODE) return write(node, getComputedStyle(node.parentElement));
    if (node.nodeType !== Node.ELEMENT_NODE || !node.checkVisibility() || /^(style|script|label)$/i.test(node.tagName)) return;
    const [box, style] = [node.getBoundingClientRect(), getComputedStyle(node)];
    if (node.tagName === "svg") {
      const copy = node.cloneNode(true);
      for (const hidden of copy.querySelectorAll("[visibility=hidden]")) hidden.remove();
      for (const name of ["class", "role", "aria-label"]) copy.removeAttribute(name);
      copy.setAttribute("style", "font-family: sans-serif");
      parts.push(new XMLSerializer().serializeToString(copy).replace(/^<svg/, `<svg ${at(box)}`));
    } else if (node.tagName === "IMG") {
      parts.push(`<image ${at(box)} preserveAspectRatio="none" opacity="${style.opacity}" style="image-rendering: ${style.imageRendering}" href="${node.src}"/>`);
    } else {
      if (style.backgroundColor !== "rgba(0, 0, 0, 0)") parts.push(`<rect ${at(box)} fill="${style.backgroundColor}"/>`);
      const ring = style.outlineStyle === "solid" ? parseFloat(style.outlineWidth) : 0; // a frame, with black around it
      for (const [colour, wide] of ring ? [["black", ring + 1.5], [style.outlineColor, ring]] : []) {
        const around = { x: box.x - wide / 2, y: box.y - wide / 2, width: box.width + wide, height: box.height + wide };
        parts.push(`<rect ${at(around)} fill="none" stroke="${colour}" stroke-width="${wide}"/>`);
      }
      const foot = parseFloat(style.borderBottomWidth);
      if (foot) parts.push(`<rect ${at({ x: box.x, y: box.bottom - foot, width: box.width, height: foot })} fill="${style.borderBottomColor}"/>`);
      node.childNodes.forEach(walk);
    }
  }

  walk(root);
  const words = lines.map(({ x, middle, words, style }) => `<text x="${short(x - frame.x)}" y="${short(middle - frame.y)}" dy=".35em" font-size="${parseFloat(style.fontSize)}"
    font-weight="${style.fontWeight}" font-style="${style.fontStyle}" fill="${style.color}" font-family="sans-serif">${safe(words.join(" "))}</text>`);
  const size = `width="${Math.ceil(frame.width)}" height="${Math.ceil(frame.height)}" viewBox="0 0 ${Math.ceil(frame.width)} ${Math.ceil(frame.height)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${alt}" ${size}>\n${[...parts, ...words].join("\n")}\n</svg>\n`;
}
