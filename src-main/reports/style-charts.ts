/** Charts and the tables that are charts. */
export const CHART_STYLE = `
figure{margin:0}
figcaption{font-size:.9rem;margin-bottom:.3rem}
.rounds{margin-top:1.6rem}
.how{display:grid;grid-template-columns:repeat(4,minmax(0,9.5rem)) minmax(0,14rem);gap:1.1rem;align-items:start;margin:1.4rem 0 2.2rem;padding:0;list-style:none}
.how img{display:block;width:100%;height:auto;aspect-ratio:1;border-radius:8px}
.how li{font-size:.85rem;line-height:1.4;color:var(--muted)}.how b{color:var(--text);display:block;margin-top:.4rem}
.how .sum{align-self:center}.how .sum span{display:block;font-size:1.9rem;font-weight:650;color:var(--text);line-height:1.15}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(13.5rem,1fr));gap:1.25rem 1.5rem;margin-top:.8rem}
.panel-note{font-size:.8rem;color:var(--muted);margin:.15rem 0 0}
.chart{display:block;width:100%;height:auto;overflow:visible}
.chart .label{font-size:10.5px;fill:var(--muted)}
.chart .grid{stroke:var(--line);stroke-width:1}
.chart .axis{stroke:var(--soft);stroke-width:1}
.bar{fill:var(--soft)}.bar.low{fill:var(--amber-mark)}
.mean{stroke:var(--text);stroke-width:1.5}
.curve{fill:none;stroke:var(--mark);stroke-width:2.25;stroke-linejoin:round}
.c0{stroke:var(--soft)}.c2{stroke-dasharray:7 4}.c3{stroke-dasharray:2 3}.c4{stroke:var(--soft);stroke-dasharray:7 4}.c5{stroke:var(--soft);stroke-dasharray:2 3}.c6{stroke-width:1}.c7{stroke:var(--soft);stroke-width:1}
.key{width:28px;height:8px;vertical-align:2px}
.curves{display:grid;grid-template-columns:repeat(auto-fit,minmax(24rem,1fr));gap:2.5rem}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem;font-size:.9rem;margin:.4rem 0 .8rem}
.chart .range{stroke:var(--mark);stroke-width:1.5;opacity:.55}
.curve.faint{stroke:var(--soft);stroke-width:2;stroke-dasharray:2 3}
.level{stroke:var(--mark);stroke-width:1.5;stroke-dasharray:1.5 3.5}
.upright{stroke:var(--mark);stroke-width:1.25}.upright.c0{stroke:var(--soft)}
.dot{fill:var(--ground);stroke:var(--mark);stroke-width:2}.dot.filled{fill:var(--mark)}
.ideal{stroke:var(--text);stroke-width:1.25;stroke-dasharray:5 4}
.gap{fill:var(--hint);stroke:var(--soft);stroke-width:.75}.gap.low{fill:var(--amber-mark);stroke:none;opacity:.8}
.bar.few{fill:var(--hint)}
.chartbox{max-width:46rem}.chart.square{max-width:19rem}
.panels.attack{grid-template-columns:repeat(3,minmax(0,1fr));margin-bottom:1rem}
.panels.calibrations{grid-template-columns:repeat(auto-fill,minmax(17rem,1fr))}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(26rem,1fr));gap:1.5rem 2rem}.stack figure{margin-bottom:2rem}
.barhead{font-weight:650;font-size:.95rem;margin:1.4rem 0 .2rem}
.bars,.tracks{list-style:none;margin:.2rem 0 1rem;padding:0}
.bars li{display:grid;grid-template-columns:14rem minmax(0,1fr) 12rem;gap:1.2rem;align-items:center;padding:.45rem 0;border-top:1px solid var(--faint);break-inside:avoid}
.bars .name{font-size:.95rem;line-height:1.3}
.values span{display:block;line-height:18px;white-space:nowrap;font-size:.95rem}.values .interval{display:inline;margin-left:.3rem;font-size:.8rem}
.fill{position:absolute;left:0;top:3px;height:12px;background:var(--mark);border-radius:0 3px 3px 0;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.f0{background:var(--hint);box-shadow:inset 0 0 0 1px var(--soft)}.f2{background:repeating-linear-gradient(90deg,var(--mark) 0 4px,var(--soft) 4px 6px)}.f3{background:var(--soft)}
.bar-track .whisker{background:var(--text);outline:1px solid var(--ground)}
.f1+.whisker{background:var(--soft);outline-color:var(--surface)}
.bar-track .tick{top:0;bottom:0}
.tracks li{display:grid;grid-template-columns:14rem minmax(0,1fr) auto;gap:1.2rem;align-items:center;padding:.25rem 0;border-top:1px solid var(--faint);break-inside:avoid}
.tracks .name{font-size:.9rem}.tracks .numbers .n,.classlist .numbers .n{min-width:2.6rem;text-align:right}
.heat{text-align:right;white-space:nowrap;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.matrix{width:auto;font-size:.875rem;border-collapse:separate;border-spacing:2px}
.matrix th,.matrix td{border:0;padding:.32rem .5rem;vertical-align:middle}
.matrix td.heat{border-radius:4px;min-width:2.7rem;padding:.32rem .4rem}.matrix thead th{text-align:right;vertical-align:bottom}.matrix thead th:first-child{text-align:left}
.matrix th[scope=row]{max-width:10.5rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;padding-left:0}
.matrix .heat .n{display:block;font-size:.72rem;color:var(--muted);line-height:1.2}
.matrix .worst{box-shadow:inset 0 0 0 2px var(--amber-mark);font-weight:650}
.matrix .pale{color:var(--muted)}
.matrix .sum{padding-left:.9rem}.matrix .sum b{display:inline}
.matrix tr.family th{color:var(--muted);font-size:.8rem;padding-top:.8rem;font-weight:600}
.upright thead th{height:7.2rem;padding:.2rem .3rem}.upright thead th span{writing-mode:vertical-rl;transform:rotate(180deg);display:inline-block;max-height:7rem;overflow:hidden;white-space:nowrap;text-overflow:ellipsis;font-weight:400}
.upright td.heat{min-width:2.05rem;padding:.32rem .3rem}.matrix.upright th[scope=row]{max-width:6.5rem}
.corner{vertical-align:bottom!important;color:var(--muted);font-size:.75rem;white-space:nowrap}.corner span{display:block}
.compact th,.compact td{padding-top:.4rem;padding-bottom:.4rem}.compact td b{display:inline}.compact .interval{display:inline;margin-left:.5rem}.compact td{white-space:nowrap}
.interval.inline{display:inline;margin-left:.3rem}
.swatch{display:inline-block;width:.95rem;height:.95rem;border-radius:3px;border:1px solid var(--line);vertical-align:-2px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.kinds{list-style:none;padding:0;margin:.8rem 0 1.2rem;display:grid;grid-template-columns:repeat(auto-fill,minmax(12.5rem,1fr));gap:1rem 1.5rem}
.kinds p{margin:0 0 .35rem;font-size:.9rem}.thumbs{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:3px}.thumbs img,.gallery img{display:block;width:100%;height:auto;aspect-ratio:1;border-radius:5px;object-fit:cover}
.gallery{list-style:none;padding:0;margin:.4rem 0 1.2rem;display:grid;grid-template-columns:repeat(6,minmax(0,7rem));gap:.9rem}.gallery li{font-size:.8rem;min-width:0;break-inside:avoid}.gallery b{display:block;margin-top:.25rem;font-size:.95rem}.gallery .path{display:block;color:var(--muted)}
.seeds th[scope=row]{min-width:12.5rem;width:20%}.seeds td.value{white-space:nowrap}.seeds td.said{white-space:normal;min-width:20rem}.seeds .verdict{line-height:1.45;margin-top:.2rem}
.lines td.who{white-space:nowrap;font-size:.9rem}.lines tbody tr+tr td{border-top-color:var(--faint)}.lines td{padding-top:.4rem;padding-bottom:.4rem}
.lines td b{display:inline}.lines .interval{display:inline;margin-left:.4rem}.lines .verdict{line-height:1.2}
.lines td.scale{width:16%;min-width:8rem}.lines th[scope=rowgroup]{min-width:12.5rem;width:22%}.lines th .reference{padding-left:1.6rem;margin:.2rem 0 0}.lines td.value,.lines td.change{padding-right:.6rem}
.sort{cursor:pointer}.sort::after{content:"\\2195";color:var(--soft);font-size:.75rem;margin-left:.25rem}
th[aria-sort=ascending] .sort::after{content:"\\2191";color:var(--text)}th[aria-sort=descending] .sort::after{content:"\\2193";color:var(--text)}
.sort:hover::after{color:var(--text)}
.warning{max-width:56rem;background:var(--amber-wash);border-left:3px solid var(--amber-mark);border-radius:0 var(--radius) var(--radius) 0;padding:.8rem 1.1rem;margin:1rem 0 1.5rem;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.reservations{margin-top:1.5rem}
section>.scroll+h3,.runs+.scroll{margin-top:2rem}
`;
