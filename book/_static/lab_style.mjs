/* How the lab looks. Its colours are those of the book's figures: input blue, window amber and dashed, output green. */

export const COLOURS = `
:host {
  --ink: light-dark(#1f2430, #e8eaf0); --muted: light-dark(#566072, #a9b2c3); --rule: light-dark(#c3cad6, #4a5364);
  --x: light-dark(#dce9fd, #17315a); --x-edge: light-dark(#2459c4, #79aaff);
  --w: light-dark(#ffe7bf, #5c3c00); --w-edge: light-dark(#a34a00, #ffb74d);
  --y: light-dark(#d5f2df, #0e4226); --y-edge: light-dark(#15753a, #5fd694);
  --paper: light-dark(#fff, #14181e); --adds: light-dark(#c8102e, #ff6b6b); --takes: light-dark(#1450c8, #6ea8ff);
  display: block; margin-block: 1rem; color: var(--ink); font: 15px/1.4 system-ui, sans-serif;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, select {
  min-height: 34px; border: 1px solid var(--rule); border-radius: 7px; background: none; color: var(--ink);
  font: inherit; font-size: 14px;
}
select, option { background: var(--paper); }
button { padding: 0 .65rem; cursor: pointer; white-space: nowrap; }
button:hover { border-color: var(--x-edge); background: var(--x); }
:focus-visible { outline: 3px solid var(--x-edge); outline-offset: 1px; }
canvas { display: block; width: 100%; image-rendering: pixelated; background: var(--paper); }
canvas.ink { color: var(--ink); }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

export const CSS = `${COLOURS}
slot { display: none; }
.card { border: 1px solid var(--rule); border-radius: 12px; container-type: inline-size; overflow: hidden; position: relative; }
h2, h3, p, figure, ol, fieldset { margin: 0; padding: 0; }
h2 { font-size: 17px; line-height: 1.3; }
h3 { font-size: 15px; }
h3 small { margin-inline-start: .6em; font-weight: 400; color: var(--muted); font-size: 13px; }
ol { list-style: none; }
.lead, .told, .why, .facts, figcaption, .hint { font-size: 13.5px; color: var(--muted); }
:where(.top, .draw, .panel, .votes, .stages, .rows, .rows > li, .head) { grid-template-columns: minmax(0, 1fr); }
.top { display: grid; gap: .75rem; padding: .75rem; }
.draw { display: grid; gap: .5rem; justify-items: center; align-content: start; }
.pad { position: relative; width: min(100%, 264px); }
.pad canvas { border-radius: 8px; box-shadow: inset 0 0 0 1px var(--rule), 0 0 0 1px var(--rule); touch-action: none; cursor: crosshair; }
.pad .limit { position: absolute; inset: 10%; border: 1px dotted var(--rule); pointer-events: none; }
.pad .invite { position: absolute; inset: 0; display: grid; place-items: center; pointer-events: none; color: var(--muted); }
i { pointer-events: none; }
.field { position: absolute; border: 2px dashed var(--w-edge); background: color-mix(in srgb, var(--w-edge) 14%, transparent); }
.tools { display: flex; flex-wrap: wrap; gap: .35rem; align-items: center; justify-content: center; }
.push button { min-width: 38px; padding: 0; font-size: 17px; }
.push .name { font-size: 13.5px; color: var(--muted); margin-inline-end: .2rem; }
.hint { min-height: 2.8em; text-align: center; max-width: 20rem; }
.digits { border: 0; min-width: 0; }
.digits legend { font-size: 13.5px; color: var(--muted); padding: 0 0 .25rem; }
.digits > div { display: grid; grid-template-columns: repeat(10, 1fr); gap: 3px; }
.digits label { position: relative; cursor: pointer; }
.digits input { position: absolute; opacity: 0; inset: 0; margin: 0; cursor: pointer; }
.digits canvas { border-radius: 4px; box-shadow: 0 0 0 1px var(--rule); aspect-ratio: 1; }
.digits label:has(:checked) canvas { box-shadow: 0 0 0 2px var(--x-edge); background: var(--x); }
.digits label:has(:focus-visible) canvas { outline: 3px solid var(--x-edge); outline-offset: 2px; }

.networks { display: grid; gap: .75rem; align-content: start; }
.networks[data-count="2"] { grid-template-columns: repeat(2, minmax(0, 1fr)); }
.network { min-width: 0; }
summary { cursor: pointer; min-height: 44px; font-size: 14px; line-height: 1.35; }
summary :is(.sub, .facts) { color: var(--muted); font-size: 13px; display: block; }
summary .sub::after { content: " ✎"; }
.choices { display: grid; gap: .35rem; padding-block: .4rem; }
.choices label { display: grid; font-size: 12.5px; color: var(--muted); }
.choices select { width: 100%; min-width: 0; }
.answer { display: flex; align-items: baseline; gap: .5rem; border-block: 1px solid var(--rule); margin-bottom: .4rem; }
.answer b { font-size: 40px; line-height: 1.25; min-width: 1.1ch; font-variant-numeric: tabular-nums; }
.answer span { font-size: 13.5px; line-height: 1.25; color: var(--muted); }
.network.changed .answer { background: var(--w); box-shadow: 0 0 0 4px var(--w); }
.network.changed .answer span { color: var(--ink); }
.network.changed .answer span::after { content: " · changed"; font-weight: 600; }
.bars { display: grid; gap: 2px; }
.bars button {
  display: grid; grid-template-columns: 1.1rem 1fr 3.4rem; gap: .35rem; align-items: center; min-height: 24px; padding: 0 .2rem;
  border-color: transparent; text-align: start; font-variant-numeric: tabular-nums; line-height: 1;
}
.bars i { height: 13px; border-radius: 3px; background: linear-gradient(var(--y-edge) 0 0) 0 / calc(var(--v, 0) * 100%) 100% no-repeat, light-dark(#eef1f5, #262d38); }
.bars .share { text-align: end; font-size: 13px; color: var(--muted); white-space: nowrap; }
.bars .best { font-weight: 700; }
.bars .best .share { color: var(--ink); }
.bars [aria-pressed=true] { border-color: var(--x-edge); background: var(--x); }

.panel { border-top: 1px solid var(--rule); padding: .75rem; display: grid; gap: .6rem; min-width: 0; }
.strip { overflow-x: auto; min-height: 10.2em; scrollbar-width: thin; }
table { border-collapse: separate; border-spacing: 3px; font-size: 14px; }
th { font-weight: 400; color: var(--muted); font-size: 13px; white-space: nowrap; position: relative; }
th[scope=col] { min-width: 46px; height: 2.6em; vertical-align: bottom; line-height: 1.25; }
th[scope=row] { text-align: start; padding-inline-end: .5rem; position: sticky; left: 0; background: var(--paper); z-index: 1; }
td { text-align: center; border-radius: 6px; padding: .15rem .1rem; min-width: 46px; }
td b { display: block; font-size: 19px; line-height: 1.2; }
td small { font-size: 12px; white-space: nowrap; }
.same { background: var(--y); box-shadow: inset 0 0 0 1px var(--y-edge); }
.changed:is(td, span) { background: var(--w); box-shadow: inset 0 0 0 2px var(--w-edge); font-weight: 700; }
.sweep { display: flex; flex-wrap: wrap; gap: .4rem .8rem; align-items: center; }
.sweep .lead { flex: 1 1 14rem; }
.shift-maps { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 270px), 1fr)); }
.shift-maps figure { max-width: 340px; width: 100%; justify-self: center; }
.grid { display: grid; grid-template-columns: repeat(var(--n), 1fr); gap: 1px; }
.grid span:not([class]) { background: light-dark(#eef1f5, #262d38); }
.grid span { aspect-ratio: 1; display: grid; place-items: center; font-size: 12px; line-height: 1; cursor: pointer; font-variant-numeric: tabular-nums; }
.grid span:nth-child(85) { outline: 2px solid var(--ink); outline-offset: -2px; }
.kept { font-size: 13.5px; text-align: center; }

.votes { display: grid; gap: .75rem; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .5rem; }
.pair canvas { border-radius: 6px; box-shadow: 0 0 0 1px var(--rule); aspect-ratio: 1; }
.pair figcaption { min-height: 2.8em; }
.facts { min-height: 2.8em; }
.why { min-height: 8.4em; }
.key { padding: 0 .3em; border-radius: 3px; white-space: nowrap; color: var(--ink); }
.key.adds { background: color-mix(in srgb, var(--adds) 30%, transparent); }
.key.takes { background: color-mix(in srgb, var(--takes) 30%, transparent); }
.key:is(.window, .field) { position: static; outline-offset: -2px; }
.colour.adds { color: var(--adds); }
.colour.takes { color: var(--takes); }

.segments { display: flex; gap: 2px; padding: 2px; border: 1px solid var(--rule); border-radius: 7px; width: fit-content; position: relative; }
.segments label { display: grid; place-items: center; min-height: 32px; padding: 0 .8rem; border-radius: 5px; cursor: pointer; font-size: 14px; }
.segments label:has(:checked) { background: var(--x); box-shadow: inset 0 0 0 1px var(--x-edge); }
.segments input { position: absolute; opacity: 0; pointer-events: none; }
.segments label:has(:focus-visible) { outline: 3px solid var(--x-edge); outline-offset: 1px; }
.stages { display: grid; gap: .75rem; }
.rows { display: grid; gap: 1.5rem; }
.rows > li:not(.first)::before, .head::before {
  content: "↓"; position: absolute; inset: -1.45rem 0 auto; text-align: center; font-size: 20px; line-height: 1.4rem; color: var(--muted);
}
.stages .head { margin-top: .75rem; }
.rows > li, .head { position: relative; }
.rows > li { border: 1px solid var(--rule); border-radius: 10px; padding: .6rem; display: grid; gap: .35rem; }
.rows > li.active { border-color: var(--w-edge); }
.views { display: grid; gap: .5rem .75rem; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); align-items: start; }
.frame { position: relative; box-shadow: 0 0 0 1px var(--rule); }
.frame canvas { aspect-ratio: 1; }
.frame canvas.maps { cursor: pointer; }
canvas.map { color: var(--x-edge); cursor: crosshair; touch-action: pan-y; }
canvas.maps, canvas.numbers, canvas.column { color: var(--x-edge); }
[data-stage="0"] canvas.map { color: var(--ink); }
.sum { font-size: 14.5px; min-height: 2.8em; font-variant-numeric: tabular-nums; }
.all { grid-column: 1 / -1; }
.first .turn { display: none; }
.first .views > div { display: grid; gap: .5rem; align-content: start; }
.cell { position: absolute; outline: 2px solid var(--w-edge); box-shadow: 0 0 0 1px var(--paper); min-width: 3px; min-height: 3px; }
.active .large .cell { outline-width: 3px; }
.window { position: absolute; outline: 2px solid var(--y-edge); background: color-mix(in srgb, var(--y-edge) 25%, transparent); }
.first .large figcaption { justify-content: center; }
.large figcaption { display: flex; gap: .4rem; align-items: center; justify-content: space-between; min-height: 34px; font-variant-numeric: tabular-nums; }
.turn { min-width: 32px; min-height: 28px; padding: 0; font-size: 18px; line-height: 1; }
.head { border: 1px solid var(--rule); border-radius: 10px; padding: .6rem; display: grid; gap: .35rem; }
.table { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .6rem; }
.table figure { min-width: 0; }
.table canvas { height: 180px; box-shadow: 0 0 0 1px var(--rule); }
.table .means { width: 44px; }
.table:has(.means[hidden]) { grid-template-columns: minmax(0, 1fr); }
.logits { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 2px; text-align: center; font-size: clamp(9px, 2.9cqi, 12.5px); font-variant-numeric: tabular-nums; }
.logits li { display: grid; grid-template-rows: auto 84px auto; }
.logits b { font-weight: 400; }
.logits i { position: relative; border-bottom: 0; background: linear-gradient(var(--rule) 0 0) 0 50% / 100% 1px no-repeat; }
.logits i::after {
  content: ""; position: absolute; inset-inline: 15%; height: calc(max(var(--v), -1 * var(--v)) * 50%);
  bottom: calc(50% + min(var(--v), 0) * 50%); background: var(--y-edge);
}
.logits span { font-weight: 700; }

@container (min-width: 34rem) {
  .top { grid-template-columns: 264px 1fr; gap: .75rem 1.25rem; padding: 1rem; }
  .digits { grid-column: 1 / -1; }
  .digits > div { grid-template-columns: repeat(20, 1fr); }
  .panel { padding: 1rem; }
  .votes:has(section + section) { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.25rem; }
  .views { grid-template-columns: 8.5rem 13rem minmax(0, 1fr); }
  .all { grid-column: auto; }
  .sum { min-height: 1.4em; }
  .first .views { grid-template-columns: 18rem 1fr; }
  .table canvas { height: 240px; }
}
@media (pointer: coarse) {
  button, select { min-height: 44px; }
  .bars button { min-height: 26px; }
  .push button { min-width: 44px; }
  .turn { min-width: 44px; }
}
@media print {
  slot { display: block; }
  .card { display: none; }
}
`;
