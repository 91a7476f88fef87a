/**
 * The look of the report: graphite neutrals, amber only where attention is due, light and dark by the
 * system, readable on paper. Contrast of text is at least 4.5:1, of marks at least 3:1, in both schemes.
 */
import { CHART_STYLE } from './style-charts.ts';
import { PRINT_STYLE } from './style-print.ts';

const BASE = `
:root{color-scheme:light dark;
--ground:#f6f6f5;--surface:#ffffff;--line:#dddedf;--faint:#ebecec;--text:#1b1e21;--muted:#565c62;--mark:#3b4148;--soft:#858c93;--hint:#c9ccd0;
--amber:#8a5200;--amber-mark:#c27200;--amber-wash:#fdf3e1;--radius:10px}
@media (prefers-color-scheme:dark){:root{
--ground:#141618;--surface:#1c1f22;--line:#33383d;--faint:#26292d;--text:#e9ebed;--muted:#a9b0b7;--mark:#cdd2d7;--soft:#7d858d;--hint:#474d54;
--amber:#f3b04a;--amber-mark:#e09a2d;--amber-wash:#2c2415}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1.5rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;font-variant-numeric:tabular-nums lining-nums;overflow-wrap:anywhere}
.page{display:grid;grid-template-columns:11rem minmax(0,1fr);gap:3rem;max-width:1560px;margin:0 auto;padding:3rem 2.5rem 5rem}
nav ul{position:sticky;top:3rem;list-style:none;margin:0;padding:0;font-size:.875rem}
nav a{display:block;padding:.3rem 0 .3rem .75rem;border-left:2px solid var(--line);color:var(--muted);text-decoration:none}
nav a:hover,nav a.here{color:var(--text);border-left-color:var(--text)}
a{color:inherit}
:focus-visible{outline:3px solid var(--amber-mark);outline-offset:3px;border-radius:4px}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--surface);padding:.5rem 1rem;z-index:9}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
h1{font-size:2.1rem;line-height:1.2;letter-spacing:-.015em;margin:.2rem 0 1.4rem;font-weight:650}
h2{font-size:1.5rem;line-height:1.25;letter-spacing:-.01em;margin:0 0 .6rem;font-weight:650}
h3{font-size:1.0625rem;margin:2rem 0 .25rem;font-weight:650}
p{margin:.4rem 0}
section{margin-top:4.5rem}
.lead,.data{max-width:46rem;margin-bottom:1.2rem}
.muted,.note,.brand,.term,.interval,.reference,.cap,small{color:var(--muted)}
.note{font-size:.9rem;max-width:46rem;margin:0 0 .6rem}
.brand{font-size:.875rem;margin:0}
.amber{color:var(--amber);font-weight:600}
.empty,tr.missing td{color:var(--muted);background:var(--faint);border-radius:var(--radius);padding:1rem 1.25rem;max-width:46rem}
tr.missing td{border-radius:0;max-width:none}
.strip{display:flex;gap:.75rem;list-style:none;margin:0 0 1.25rem;padding:0}
.strip li{flex:0 1 5.5rem;min-width:0;font-size:.8rem;color:var(--muted);text-align:center;line-height:1.3}
.strip img{display:block;width:100%;height:auto;aspect-ratio:1;border-radius:8px;margin-bottom:.3rem;object-fit:cover}
.strip .more{align-self:center;flex-shrink:0}
.strip span{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.answer{max-width:56rem;font-size:1.5rem;line-height:1.42;letter-spacing:-.008em;margin:.4rem 0 2rem}
.answer p{margin:0 0 .65rem}
.answer b{font-weight:680}
.runs{display:grid;grid-template-columns:repeat(auto-fit,minmax(25rem,1fr));gap:1.25rem}
.run,.changes{background:var(--surface);border:1px solid var(--line);border-radius:var(--radius);padding:1.25rem 1.5rem}
.changes{margin-top:1.25rem}
.run h3,.changes h3{margin-top:0}
.lower::first-letter{text-transform:lowercase}
.findings{margin:.9rem 0 0}
.finding{display:grid;grid-template-columns:7.2rem minmax(0,1fr);gap:1rem;padding:.7rem 0;border-top:1px solid var(--faint);align-items:baseline}
.finding dt .topic{display:block;font-size:.78rem;color:var(--muted)}
.finding dt .number{display:block;font-size:1.45rem;line-height:1.2;font-weight:650;letter-spacing:-.01em;white-space:nowrap}
.finding dd{margin:0;font-size:.95rem}
.finding.attention .number,.finding.attention .topic{color:var(--amber)}
.finding.attention dt{border-left:3px solid var(--amber-mark);margin-left:-.8rem;padding-left:calc(.8rem - 3px)}
.finding.open dd{color:var(--muted)}
.finding.none .number,.finding.open .number{color:var(--muted);font-weight:400}
.changes .findings{columns:2;column-gap:3rem}.changes .finding{break-inside:avoid;grid-template-columns:5.2rem minmax(0,1fr)}
.mark{display:inline-block;width:11px;height:11px;border:2px solid var(--mark);border-radius:50%;background:var(--surface);vertical-align:-1px;flex:none;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.m1,.m3,.m5,.m7{background:var(--mark)}
.m2,.m3{border-radius:2px;transform:rotate(45deg)}
.m4,.m5{border-radius:2px}
.m6,.m7{border-radius:50% 50% 0 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.95rem}
th,td{text-align:left;vertical-align:top;padding:.65rem .9rem .65rem 0;border-top:1px solid var(--line);font-weight:400}
thead th{font-weight:600;border-top:0;vertical-align:bottom;font-size:.9rem}
tr.group th{font-weight:650;padding-top:1.9rem;border-top:0;font-size:1rem}
.figures th[scope=row]{width:25%;min-width:14rem}
summary{cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
th details{position:relative;padding-left:1.6rem}th summary::before{content:"?";position:absolute;left:0;top:.2rem;width:1.1rem;height:1.1rem;line-height:1.05rem;border:1px solid var(--soft);border-radius:50%;font-size:.7rem;text-align:center;color:var(--muted)}th summary:hover::before{border-color:var(--text);color:var(--text)}
th details[open]>summary::before{background:var(--mark);color:var(--surface);border-color:var(--mark)}
th details p{font-size:.875rem;color:var(--muted);margin:.35rem 0 0;max-width:26rem}
.term{display:block;font-size:.8rem}
td.value,td.change{white-space:nowrap}td .reference{white-space:normal;max-width:9.5rem}
td b{font-weight:650;display:block}
.interval,.reference,.verdict{display:block;font-size:.8rem}
.verdict{color:var(--muted)}
.better .verdict{color:var(--text);font-weight:600}.better .verdict::before{content:"\\2713\\00a0"}
.worse .verdict,.worse b{color:var(--amber);font-weight:650}.worse .verdict::before{content:"!\\00a0"}
.none b,.unknown b{font-weight:400;color:var(--muted)}
td.scale,th.scale{width:26%;min-width:12rem;padding-right:6px}
th.scale span{color:var(--muted);font-weight:400;font-size:.8rem}th.scale span:last-child{float:right}
.track{position:relative;display:block;padding:2px 0;background:linear-gradient(90deg,var(--line) 1px,transparent 1px) 0 0/25% 100%,linear-gradient(var(--line),var(--line)) 100% 0/1px 100% no-repeat}
.lane{position:relative;display:block;height:18px}
.lane .mark{position:absolute;top:4.5px;margin-left:-4.5px;width:9px;height:9px}
.whisker,.tick,.zero{position:absolute;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.whisker{top:8px;height:2px;background:var(--mark);min-width:2px;border-radius:2px}
.tick{top:1px;bottom:1px;width:0;border-left:2px dotted var(--mark)}
.zero{top:0;bottom:0;border-left:1px solid var(--soft)}
.ticklet{display:inline-block;height:.75rem;border-left:2px dotted var(--mark);margin-right:.2rem;vertical-align:-1px}
.classlist{list-style:none;margin:0;padding:0;columns:2;column-gap:3rem}
.classlist li{display:grid;grid-template-columns:8rem minmax(0,1fr) auto;gap:.9rem;align-items:center;break-inside:avoid;font-size:.9rem;padding:.15rem 0}
.classlist .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;text-align:right}
.numbers{display:flex;gap:.8rem;color:var(--muted);font-size:.85rem}
.rest>summary{margin:.8rem 0;text-decoration:underline;font-size:.95rem}.rest>summary:hover{color:var(--amber)}.rest[open]>summary{font-weight:650;text-decoration:none}
.ramp{display:flex;align-items:center;gap:.8rem;font-size:.85rem;color:var(--muted);margin:.2rem 0 0}
.ramp i{width:11rem;height:.7rem;border-radius:3px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(23.5rem,1fr));gap:1.25rem}
.card{background:var(--surface);border:1px solid var(--line);border-radius:var(--radius);padding:.9rem 1rem 1rem;break-inside:avoid;content-visibility:auto;contain-intrinsic-size:auto 34rem}
.card header{display:flex;align-items:baseline;gap:.6rem;font-size:.8rem;color:var(--muted);margin-bottom:.5rem}
.rank{font-weight:650;color:var(--text);font-size:.95rem}
.path{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.look{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:.35rem .5rem;width:100%;border:0;background:none;color:inherit;font:inherit;padding:0;text-align:left;cursor:zoom-in}
.cell{position:relative;display:block;min-width:0}
.cell img{display:block;width:100%;height:auto;aspect-ratio:1;border-radius:6px;background:var(--faint)}
.cell img.over{position:absolute;inset:0 0 auto 0;opacity:0}
.flick .cell img.over{opacity:1}
.flick .cell[data-part=original] .cap,.flick .cell[data-part=heatmap] .cap{color:var(--amber)}
.cap{display:block;font-size:.75rem;line-height:1.35;margin-top:.2rem;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.nothing{display:grid;place-items:center;aspect-ratio:1;border-radius:6px;background:var(--faint);color:var(--muted);font-size:.8rem}
.scores{display:flex;flex-direction:column;justify-content:center;gap:.3rem;padding-left:.5rem;aspect-ratio:1;align-self:start}
.scores .e{font-size:1.9rem;font-weight:650;line-height:1.05;letter-spacing:-.01em}
.scores small{display:block;font-size:.75rem;font-weight:400;letter-spacing:0;line-height:1.3}
.scores .sq{font-size:.9rem;line-height:1.25}
.says{margin:.8rem 0 .6rem;font-size:.875rem}
.says>div{display:grid;grid-template-columns:3.6rem minmax(0,1fr) auto;gap:.6rem;align-items:center;padding:.12rem 0}
.says dt{color:var(--muted)}.says dd{margin:0}
.says .who{display:inline-block;width:7rem;max-width:50%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;vertical-align:bottom}
.meter{display:inline-block;width:calc(100% - 7.6rem);height:.5rem;background:var(--faint);border-radius:3px;overflow:hidden;vertical-align:.1rem}
.meter i{display:block;height:100%;background:var(--soft);print-color-adjust:exact;-webkit-print-color-adjust:exact}
.wrong .meter i{background:var(--amber-mark)}.wrong .who{color:var(--amber);font-weight:600}
.p{white-space:nowrap}
.sentence{font-size:.95rem;line-height:1.45;margin:0}
.sentence em{font-style:normal;font-weight:650}
.limits{max-width:46rem;padding-left:1.2rem}.limits li{margin:.5rem 0}
.definitions{margin:.5rem 0 1rem;max-width:62rem}
.definitions>div{display:grid;grid-template-columns:13rem minmax(0,1fr);gap:1.5rem;padding:.6rem 0;border-top:1px solid var(--line)}
.definitions dt{font-weight:600}.definitions dd{margin:0}
code{font:.85em/1.4 ui-monospace,"SFMono-Regular",Menlo,Consolas,"DejaVu Sans Mono",monospace}
.facts{font-size:.875rem}.facts th,.facts td{padding-top:.35rem;padding-bottom:.35rem}.facts th[scope=row]{width:18rem}
.facts td{color:var(--muted)}.measured th[scope=row]{width:auto;white-space:nowrap}.facts .differs td{color:var(--text);font-weight:650}
#large{border:0;padding:1.25rem;border-radius:14px;background:var(--surface);color:var(--text);width:min(70rem,94vw);max-height:96vh}
#large::backdrop{background:rgba(12,13,14,.8)}
.large-pictures{display:grid;grid-template-columns:1fr 1fr;gap:1rem;max-width:calc((96vh - 11rem)*2);margin:0 auto}
.large-sentence{font-size:1.1rem;max-width:52rem;margin:.9rem auto .2rem}
.large-keys{font-size:.8rem;color:var(--muted);max-width:52rem;margin:.2rem auto}
kbd{font:inherit;border:1px solid var(--line);border-radius:4px;padding:0 .35rem;margin-left:.5rem}kbd:first-child{margin-left:0}
.close{position:absolute;right:1rem;bottom:1rem;font:inherit;color:inherit;background:var(--faint);border:1px solid var(--line);border-radius:8px;padding:.35rem 1rem;cursor:pointer}
@media (max-width:1080px){.page{grid-template-columns:minmax(0,1fr);gap:1.5rem;padding:1.5rem}nav ul{position:static;display:flex;flex-wrap:wrap;gap:.25rem 1rem}nav a{border:0;padding:.2rem 0;text-decoration:underline}.changes .findings,.classlist{columns:1}}
@media (max-width:560px){.runs,.cards,.curves,.panels{grid-template-columns:minmax(0,1fr)}.finding,.definitions>div{grid-template-columns:minmax(0,1fr);gap:.2rem}.answer{font-size:1.25rem}}
@media (min-width:1700px){.page{grid-template-columns:13rem minmax(0,1fr);gap:4rem}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
`;

export const STYLE = BASE + CHART_STYLE + PRINT_STYLE;
