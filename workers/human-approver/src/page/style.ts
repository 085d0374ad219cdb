import { constantHtml } from './html.ts';

/** The style of every page: light and dark, wide and narrow, with focus that can be seen. */
export const STYLE = constantHtml(`
:root { color-scheme: light dark; --back: #f3f4f7; --card: #fff; --text: #1b1f27; --soft: #586072; --line: #d5d9e2;
  --field: #fff; --code: #f6f7fa; --link: #1456c4; --good: #14713a; --good-back: #e4f5ea; --bad: #b3261e; --bad-back: #fdeceb;
  --warm: #8a5200; --warm-back: #fdf1dc; --key: #6b3fa0; --value: #0b6b57; }
@media (prefers-color-scheme: dark) { :root { --back: #12151b; --card: #1b2029; --text: #e7eaf0; --soft: #a3acbd;
  --line: #343c4a; --field: #12151b; --code: #141820; --link: #8ab4ff; --good: #6fd79a; --good-back: #15301f; --bad: #ff9d95;
  --bad-back: #3a1b1a; --warm: #f2bd6b; --warm-back: #35270f; --key: #c9a6ff; --value: #77dcc3; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
main:focus, .message:focus { outline: none; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .5rem 1rem; z-index: 1; }
.top { display: flex; justify-content: space-between; align-items: center; gap: 1rem; padding: .6rem max(1rem, calc(50vw - 29rem));
  background: var(--card); border-bottom: 1px solid var(--line); }
.top a::before { content: ''; display: inline-block; width: .3rem; height: .85rem; margin-right: .55rem; border: solid var(--warm); border-width: 0 .25rem; box-sizing: content-box; vertical-align: -.05rem; }
.top a { color: inherit; text-decoration: none; font-weight: 600; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
.narrow { max-width: 28rem; margin: 0 auto; }
h1 { font-size: 1.5rem; margin: 1rem 0; }
h2 { font: 600 1.15rem/1.3 ui-monospace, "DejaVu Sans Mono", monospace; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: .8rem; letter-spacing: .04em; text-transform: uppercase; color: var(--soft); margin: 1.1rem 0 .35rem; }
small, dt { color: var(--soft); font-size: .85rem; font-weight: 400; }
.hold { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.1rem 1.25rem; margin: 0 0 1.25rem; }
.hold > header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: .5rem 1rem; }
.gone > :not(header, .notice) { opacity: .45; }
.gone h2 { text-decoration: line-through; }
.badges { display: flex; flex-wrap: wrap; gap: .4rem; margin: 0; }
.badge { border: 1px solid var(--line); border-radius: 1rem; padding: .1rem .7rem; font-size: .85rem; font-variant-numeric: tabular-nums; }
.level { background: var(--warm-back); color: var(--warm); border-color: transparent; font-weight: 600; }
.level.incident_commander { background: var(--bad-back); color: var(--bad); }
.why { display: grid; grid-template-columns: auto 1fr; column-gap: 1.1rem; align-items: center; }
.why h3, .why > p { grid-column: 1 / -1; }
.why > p { margin: .5rem 0 0; }
.blast { display: grid; justify-items: center; background: var(--warm-back); color: var(--warm); border-radius: .6rem; padding: .35rem .9rem; }
.blast strong { font-size: 1.6rem; line-height: 1.2; }
.blast span { font-size: .75rem; }
ul { margin: 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .5rem 1.25rem; margin: 1.1rem 0 0; padding: .9rem 0 0; border-top: 1px solid var(--line); }
dt { line-height: 1.3; }
dd { margin: 0; overflow-wrap: anywhere; overflow: hidden; }
.hot { color: var(--bad); font-weight: 600; }
code, pre, .code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .85em; overflow-wrap: anywhere; }
pre { margin: 0; padding: .75rem .9rem; background: var(--code); border: 1px solid var(--line); border-radius: .5rem; max-height: 26rem;
  overflow: auto; contain: paint; white-space: pre-wrap; line-height: 1.45; direction: ltr; }
bdi { unicode-bidi: isolate; }
pre bdi { direction: ltr; }
.key { color: var(--key); }
.text { color: var(--value); }
pre b { color: var(--link); font-weight: 400; }
mark { background: var(--warm-back); color: var(--warm); border-radius: .25rem; padding: 0 .3rem; }
section p { margin: .4rem 0 0; font-size: .9rem; }
.hold form, form.hold { display: grid; gap: .35rem; }
.hold > form { border-top: 1px solid var(--line); margin-top: 1.1rem; padding-top: .9rem; }
.meaning { margin: 0 0 .3rem; }
label { font-weight: 600; font-size: .9rem; }
textarea, input, select { font: inherit; color: inherit; background: var(--field); border: 1px solid var(--soft); border-radius: .45rem; padding: .45rem .6rem; width: 100%; }
select { width: auto; }
textarea.code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9rem; }
[aria-invalid] { border-color: var(--bad); border-width: 2px; }
.problem { color: var(--bad); margin: 0; }
.buttons { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem; margin-top: .5rem; }
.escalation { display: flex; align-items: center; gap: .45rem; margin-left: auto; }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .4rem 1.15rem; border-radius: .5rem; border: 1px solid var(--soft); background: transparent; color: inherit; cursor: pointer; }
button:hover:not(:disabled) { border-color: currentColor; box-shadow: inset 0 0 0 1px currentColor; }
button:disabled { opacity: .5; cursor: not-allowed; }
.top button { min-height: 2.2rem; font-weight: 400; }
.approve { background: var(--good); border-color: var(--good); color: var(--card); }
.deny { color: var(--bad); border-color: var(--bad); }
.message, .notice { border-radius: .5rem; padding: .6rem .9rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
section .notice, .notice { background: var(--warm-back); color: var(--warm); margin: .5rem 0 0; }
.good { background: var(--good-back); color: var(--good); }
.bad, #status[data-problem] { background: var(--bad-back); color: var(--bad); }
.message pre { margin-top: .5rem; color: var(--text); }
#status { margin: 0 0 .75rem; font-weight: 600; }
#status[data-problem] { border-radius: .5rem; padding: .6rem .9rem; }
@media (max-width: 34rem) { main { padding: .75rem; } .hold { padding: .9rem; } .buttons { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
  .escalation { grid-column: 1 / -1; margin: 0; } .escalation select { flex: 1; min-width: 0; padding-inline: .35rem; } .escalation button { padding-inline: .8rem; } dl { grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); } }
`);
