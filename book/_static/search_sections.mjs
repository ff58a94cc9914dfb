/* Below each page that a search finds: its sections that have the words, each with a sentence in which they stand. */

/* global Search */
import { make } from "./make.mjs";

const SECTIONS = 3; // of a page, at most
const LENGTH = 180; // characters of an excerpt
const APART = "nav, .contents, .headerlink, .cell, .quiz, details > :not(summary), .runs-in-jupyter, script, style, annotation";
const WORDS = "p, li, dd, td, summary";

const plain = (element) => element.textContent.replace(/\s+/g, " ").trim();

/** How well a text has the words: all of them first, then how often. */
function count(text, words) {
  const numbers = words.map((word) => text.toLowerCase().split(word).length - 1);
  return numbers.filter(Boolean).length * 100 + Math.min(numbers.reduce((a, b) => a + b, 0), 99);
}

/** The part of a text around its first word that is looked for. */
function excerpt(text, words) {
  const places = words.map((word) => text.toLowerCase().indexOf(word)).filter((place) => place >= 0);
  const first = Math.max(0, Math.min(...places) - LENGTH / 3);
  const start = first && text.indexOf(" ", first) + 1;
  const end = start + LENGTH < text.length ? text.lastIndexOf(" ", start + LENGTH) : text.length;
  return `${start ? "… " : ""}${text.slice(start, end)}${end < text.length ? " …" : ""}`;
}

/** What of a section is not in a section below it: its heading, and its best paragraph. */
function read(section, words) {
  const own = [...section.querySelectorAll(WORDS)].filter((one) => one.closest("section") === section && !one.querySelector(WORDS));
  const texts = own.map(plain);
  const heading = plain(section.querySelector(":scope > :is(h1, h2, h3, h4)") ?? section);
  const best = texts.reduce((best, text) => (count(text, words) > count(best, words) ? text : best), "");
  return { id: section.id, heading, best, score: count([heading, heading, heading, ...texts].join(" "), words) };
}

Search.makeSearchSummary = (html, terms, anchor) => {
  const words = [...terms].map((term) => term.toLowerCase());
  const page = new DOMParser().parseFromString(html, "text/html");
  page.querySelectorAll(APART).forEach((one) => one.remove());
  const chosen = anchor ? page.querySelectorAll(`section${anchor}`) : page.querySelectorAll("article section[id]");
  const found = [...chosen].map((section) => read(section, words)).filter(({ best }) => best);
  found.sort((a, b) => b.score - a.score);
  const links = [];
  const items = found.slice(0, SECTIONS).map(({ id, heading, best }) => {
    const context = make("span", { className: "context", textContent: excerpt(best, words) });
    if (anchor) return make("li", {}, context);
    links.push([make("a", { textContent: heading }), id]);
    return make("li", {}, links.at(-1)[0], context);
  });
  const list = make("ul", { className: "found" }, ...items);
  queueMicrotask(() => { // when it stands below the page's link
    const page = list.parentElement.querySelector("a").href;
    for (const [link, id] of links) link.href = `${page}#${id}`;
  });
  return list;
};
