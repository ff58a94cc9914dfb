/* What a reader did, kept in the browser's own storage and nowhere else: one item for each page, with names and values.
   Where storage is refused, layout.html puts a short-lived one in its place. */

const PREFIX = "pooling ";
export const here = stem(location.pathname);

/** The name of the page that an address leads to. */
export function stem(path) {
  return path.split(/[?#]/)[0].split("/").at(-1).replace(/\.html$/, "") || "index";
}

/** A short name for a text: what is kept belongs to these words, wherever they move on the page. */
export function name(text) {
  let hash = 0;
  for (const sign of text.replace(/\s+/g, " ").trim()) hash = (31 * hash + sign.codePointAt(0)) | 0;
  return (hash >>> 0).toString(36);
}

export function recall(name, page = here) {
  return read(page)[name];
}

/** Keep a value that JSON can hold; undefined is forgotten. */
export function keep(name, value, page = here) {
  try {
    localStorage.setItem(PREFIX + page, JSON.stringify({ ...read(page), [name]: value }));
  } catch {
    // The storage is full: the page works without.
  }
  dispatchEvent(new Event("kept"));
}

export function forget() {
  for (const page of pages()) localStorage.removeItem(PREFIX + page);
  dispatchEvent(new Event("kept"));
}

/** The pages of which something is kept. */
export function pages() {
  return Object.keys(localStorage).flatMap((key) => (key.startsWith(PREFIX) ? [key.slice(PREFIX.length)] : []));
}

function read(page) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + page)) ?? {};
  } catch {
    return {}; // not written by this book
  }
}
