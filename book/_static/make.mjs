/** An element with properties and children. */
export function make(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** A verdict in words, with a sign and in a colour of its own; where it stands must be a live region. */
export function judge(place, right, words) {
  place.replaceChildren(make("span", { className: `verdict-${right ? "right" : "wrong"}` }, words));
}
