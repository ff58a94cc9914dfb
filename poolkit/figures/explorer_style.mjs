// How the explorer looks. Its colours are those of style.py.

export const CSS = `
:host {
  --ink: light-dark(#1f2430, #e8eaf0); --muted: light-dark(#566072, #a9b2c3); --rule: light-dark(#c3cad6, #4a5364);
  --x: light-dark(#dce9fd, #17315a); --x-edge: light-dark(#2459c4, #79aaff);
  --w: light-dark(#ffe7bf, #5c3c00); --w-edge: light-dark(#a34a00, #ffb74d);
  --y: light-dark(#d5f2df, #0e4226); --y-edge: light-dark(#15753a, #5fd694);
  display: block; margin-block: 1rem; max-width: 54rem; color: var(--ink); font: 15px/1.4 system-ui, sans-serif; text-align: start;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.card { border: 1px solid var(--rule); border-radius: 12px; container-type: inline-size; position: relative; }
.top, .foot, .verdict { display: flex; flex-wrap: wrap; gap: .4rem .7rem; align-items: center; padding: .6rem .75rem 0; }
.hint { flex: 1 1 12rem; margin: 0; font-weight: 600; min-height: 1.4em; }
button, select, .stepper, .field > input, .pair > input, .segments {
  height: 34px; border: 1px solid var(--rule); border-radius: 7px; background: none; color: var(--ink); font: inherit;
  font-size: 14px;
}
select, option { background: light-dark(#fff, #1d232d); }
button { padding: 0 .7rem; cursor: pointer; white-space: nowrap; }
button:hover:enabled:not([aria-disabled=true]), .segments label:hover { border-color: var(--x-edge); background: var(--x); }
button:disabled, [aria-disabled=true], select:disabled, input:disabled { opacity: .45; cursor: default; }
button.main { border-color: var(--x-edge); background: var(--x); }
.group { display: flex; flex-wrap: wrap; gap: .35rem; }
.settings { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: end; padding: .5rem .75rem 0; position: relative; }
.field { display: grid; gap: .1rem; font-size: 13px; color: var(--muted); }
.field > .label { line-height: 1.3; }
.stepper { display: flex; overflow: hidden; }
.stepper input { width: 2.6em; min-width: 0; flex: 1; border: 0; background: none; color: inherit; font: inherit; text-align: center; }
.stepper button { border: 0; border-radius: 0; height: 100%; width: 30px; padding: 0; font-size: 17px; }
.pair { display: flex; gap: .35rem; }
.pair > input[type=text] { width: 4em; padding: 0 .4rem; text-align: center; }
#pairs { width: 6em; }
input[type=range] { width: 7rem; margin: 0; height: 34px; padding: 0; border: 0; accent-color: var(--x-edge); }
.segments { display: flex; padding: 2px; gap: 2px; position: relative; width: max-content; }
.segments label { display: grid; place-items: center; padding: 0 .65rem; border-radius: 5px; cursor: pointer; color: var(--ink); }
.segments label:has(:checked) { background: var(--x); box-shadow: inset 0 0 0 1px var(--x-edge); }
.segments label:has(:disabled) { opacity: .45; cursor: default; }
.segments input { position: absolute; opacity: 0; pointer-events: none; }
:focus-visible, .segments label:has(:focus-visible) { outline: 3px solid var(--x-edge); outline-offset: 1px; }
[aria-invalid=true], .stepper:has([aria-invalid=true]) { border-color: var(--w-edge); box-shadow: inset 0 0 0 2px var(--w-edge); border-radius: 7px; }
.stepper [aria-invalid=true] { box-shadow: none; }
.error {
  position: absolute; z-index: 3; width: max-content; max-width: min(24rem, calc(100% - 1.5rem)); margin: .35rem 0 0;
  padding: .4rem .7rem; border: 1.5px solid var(--w-edge); border-radius: 8px; background: var(--w); color: var(--ink);
}
.stage {
  display: grid; justify-content: center; justify-items: center; align-items: center; gap: .7rem 3rem; position: relative;
  padding: .7rem .75rem .2rem; overflow-x: auto; overflow-y: hidden;
}
.stage.stale { opacity: .4; }
.stage.heads { column-gap: 1.25rem; }
.stage.signal { justify-content: safe center; }
figure { margin: 0; width: calc(var(--n) * var(--size)); min-width: 0; }
figure.first { grid-row: 1 / span 2; }
figure.whole { grid-column: 1 / -1; }
figcaption { font-size: 13px; line-height: 1.3; color: var(--muted); margin-bottom: .2rem; min-width: min-content; }
.narrow > figcaption { width: max-content; max-width: 9rem; margin-inline: -1rem; }
.frame { position: relative; font-size: var(--font, 16px); }
.cells { display: grid; grid-template-columns: repeat(var(--n), var(--size)); grid-auto-rows: var(--size); }
[role=row], .cells > [aria-hidden] { display: contents; }
.cell, .pad { position: relative; display: grid; place-items: center; align-content: center; min-width: 0; }
.cell { line-height: 1.1; cursor: pointer; -webkit-user-select: none; user-select: none; font-variant-numeric: tabular-nums; }
.cell:focus-visible, .stepper input:focus-visible { outline-offset: -3px; z-index: 1; }
.pad { border: 1px dotted var(--muted); opacity: .7; }
.pad.seen { background: repeating-linear-gradient(45deg, transparent 0 4px, var(--w) 4px 6px); }
.in .cell { background: var(--x); box-shadow: inset 0 0 0 .5px var(--x-edge); }
.out .cell { background: var(--y); box-shadow: inset 0 0 0 1px var(--y-edge); }
.in .cell.unseen { background: none; color: var(--muted); box-shadow: inset 0 0 0 .5px var(--rule); }
.frame .cell.seen { background: var(--w); touch-action: pan-y; }
.cell.winner { font-weight: 800; }
.cell.still { color: var(--muted); }
.signal .cells { grid-auto-rows: auto; isolation: isolate; }
.signal .frame { --area: 88px; }
.signal.back .frame { --area: 60px; }
.signal .cell, .signal .pad { align-content: end; height: calc(var(--area) + 1.9em); padding-bottom: .3em; }
.signal .frame .cell { background: none; box-shadow: none; }
.signal .cell::before {
  content: ""; position: absolute; inset: auto 0; top: calc(6px + var(--top, 0) * (var(--area) - 12px)); z-index: -1;
  height: calc(var(--high, 0) * (var(--area) - 12px)); background: var(--x); box-shadow: inset 0 0 0 1.5px var(--x-edge);
}
.signal .cells::after {
  content: ""; position: absolute; inset: auto 0; top: calc(6px + var(--zero, 1) * (var(--area) - 12px)); border-top: 1.5px solid var(--ink);
  pointer-events: none;
}
.signal .out .cell::before { background: var(--y); box-shadow: inset 0 0 0 1.5px var(--y-edge); }
.signal .frame .cell.seen { background: color-mix(in srgb, var(--w) 45%, transparent); }
.signal .frame .cell.seen::before { background: var(--w); }
.signal .cell.unseen::before { background: none; box-shadow: inset 0 0 0 1px var(--rule); }
.shaded .frame .cell { --g: calc(var(--v) * 255); background: rgb(var(--g) var(--g) var(--g)); color: #fff; box-shadow: none; }
.shaded .frame .cell.bright { color: #000; }
.shaded .cells { box-shadow: 0 0 0 1px var(--rule); }
.window { position: absolute; pointer-events: none; border: 3px dashed var(--w-edge); transition: inset .22s ease-out; }
.shaded .window { background: color-mix(in srgb, var(--w-edge) 22%, transparent); }
.asked .cell { cursor: text; }
.asked .cell:not(.right, .wrong) { box-shadow: inset 0 0 0 2px var(--y-edge); }
.cell.right { box-shadow: inset 0 0 0 2.5px var(--y-edge); font-weight: 800; }
.frame .cell.wrong { background: none; text-decoration: line-through; color: var(--muted); }
.cell.shown { font-style: italic; }
.cell.right::after, .cell.wrong::after {
  content: "✓" / ""; position: absolute; inset: 1px 3px auto auto; font-size: 12px; font-weight: 800; color: var(--y-edge);
}
.frame .cell.wrong::after { content: "✗" / ""; color: var(--w-edge); }
.beam { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; }
.beam path { fill: var(--w-edge); opacity: .13; transition: d .22s ease-out; }
.editor {
  position: absolute; inset: 0 auto 0 50%; width: max(100%, 3.4em); height: 100%; min-height: 30px; translate: -50%;
  padding: 0; border: 0; text-align: center; font: inherit; font-size: 16px; font-weight: 700; color: var(--ink);
  background: light-dark(#fff, #14181e); outline: 3px solid var(--x-edge); outline-offset: -3px; z-index: 4;
}
.signal .editor { inset-block: auto 0; height: 34px; }
.keys { display: flex; gap: .35rem; justify-content: center; padding: .5rem .75rem 0; }
.sum { margin: .4rem .75rem 0; text-align: center; font-size: 18px; font-weight: 600; min-height: 1.5em; overflow-wrap: anywhere; }
.sum div + div { margin-top: .15rem; }
.sum sup { font-size: 68%; line-height: 0; }
.sum mark { background: var(--w); color: inherit; border-radius: 4px; padding: 0 .2em; }
.note { margin: 0 .75rem .4rem; text-align: center; font-size: 14px; color: var(--muted); min-height: 1.4em; }
.verdict { justify-content: center; padding-block: .1rem .6rem; min-height: 44px; }
.verdict b { font-weight: 600; }
.verdict.success b { padding: .3rem .8rem; border-radius: 99px; background: var(--y); box-shadow: 0 0 0 2px var(--y-edge); font-weight: 800; }
.foot { border-top: 1px solid var(--rule); padding-block: .5rem; }
code { flex: 1 1 12rem; font: 14px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; min-width: 0; }
.program { border-top: 1px solid var(--rule); padding: .5rem .75rem .75rem; }
.program .bar { display: flex; flex-wrap: wrap; gap: .5rem; justify-content: space-between; }
pre { margin: .5rem 0 0; padding: .6rem; border: 1px solid var(--rule); border-radius: 8px; overflow: auto; font: 13px/1.5 ui-monospace, monospace; }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@container (max-width: 32rem) {
  .top, .settings, .foot { gap: .4rem .5rem; padding-inline: .6rem; }
  .hint { flex-basis: 100%; }
  .settings { display: grid; grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr)); }
  .settings select, .settings .stepper { width: 100%; min-width: 0; }
  .settings .wide { grid-column: span 2; }
  .settings .full { grid-column: 1 / -1; }
  .segments label { padding: 0 .5rem; }
  .stage { column-gap: 1.75rem; padding-inline: .5rem; }
  .foot .group { width: 100%; justify-content: end; }
  .foot button { padding-inline: .5rem; }
}
@media (pointer: coarse) {
  button, select, .stepper, .pair > input, .segments { height: 40px; }
  .stepper, .pair > input, select { font-size: 16px; } /* a smaller field would make a phone zoom in */
  .stepper button { width: 34px; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media print { .top .group, .settings, .foot .group, .hint, .verdict button { display: none !important; } }
`;
