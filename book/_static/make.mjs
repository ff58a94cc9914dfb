/** An element with properties and children. */
export function make(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Words that say whether something is right, with a sign and in a colour of their own. */
export function verdict(right, words) {
  return make("span", { className: right ? "verdict-right" : "verdict-wrong" }, words);
}
