/* Code for several libraries, one below the other in the source, becomes tabs. Whoever chooses one library gets it in
   all tabs that have it, here and on other pages. */

import { make } from "./make.mjs";
import { keep, recall } from "./memory.mjs";

const groups = [...document.querySelectorAll(".tabs")].map(open);

function open(element, place) {
  const panels = [...element.querySelectorAll(":scope > .tab")];
  const tabs = panels.map((panel, i) => {
    const tab = make("button", { type: "button", id: `tab-${place}-${i}`, textContent: panel.firstElementChild.textContent });
    panel.firstElementChild.remove();
    panel.dataset.name = tab.textContent; // for paper
    panel.id = `panel-${place}-${i}`;
    const [own, other] = [{ role: "tab", "aria-controls": panel.id }, { role: "tabpanel", "aria-labelledby": tab.id }];
    for (const [key, value] of Object.entries(own)) tab.setAttribute(key, value);
    for (const [key, value] of Object.entries(other)) panel.setAttribute(key, value);
    tab.addEventListener("click", () => choose(tab));
    return tab;
  });
  const list = make("div", { className: "tab-list" }, ...tabs);
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Library");
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const to = { Home: 0, End: tabs.length - 1 }[event.key] ?? (tabs.indexOf(event.target) + step + tabs.length) % tabs.length;
    if (Number.isNaN(to)) return;
    event.preventDefault();
    tabs[to].focus();
    choose(tabs[to]);
  });
  element.prepend(list);
  const group = { tabs, panels };
  show(group, tabs[0]);
  return group;
}

function show({ tabs, panels }, chosen) {
  tabs.forEach((tab, i) => {
    tab.setAttribute("aria-selected", tab === chosen);
    tab.tabIndex = tab === chosen ? 0 : -1;
    panels[i].hidden = tab !== chosen;
  });
}

function choose(tab) {
  const { top } = tab.getBoundingClientRect();
  keep("tab", tab.textContent, "choices");
  follow(tab.textContent);
  scrollBy(0, tab.getBoundingClientRect().top - top); // tabs above may have changed their heights
}

function follow(library) {
  for (const group of groups) {
    const tab = group.tabs.find((each) => each.textContent === library);
    if (tab) show(group, tab);
  }
}

follow(recall("tab", "choices"));
