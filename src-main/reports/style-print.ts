/** On paper: A4, light, nothing to click on, nothing cut through. Sizes follow from that of the root. */
export const PRINT_STYLE = `
@media print{
:root{color-scheme:light;--ground:#fff;--surface:#fff;--line:#d3d5d7;--faint:#eeeeee;--text:#000;--muted:#4a4f54;--mark:#2d3237;--soft:#80878e;--hint:#c9ccd0;--amber:#7a4800;--amber-mark:#b86c00;--amber-wash:#fdf3e1}
@page{size:A4;margin:14mm 14mm 16mm;@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif;color:#4a4f54}}
html{font-size:12.5px}body{font-size:1rem;line-height:1.45;orphans:3;widows:3}
.page{display:block;padding:0;max-width:none}
nav,.skip,.screen,dialog,th summary::before{display:none!important}
th details{padding-left:0}a{text-decoration:none}
section{margin-top:2.6rem}
details.rest>summary{font-weight:650;text-decoration:none}
h2,h3,.rest>summary,.barhead,.lead,.legend,.note,figcaption,thead,tr.family,tr.group{break-after:avoid}
.lead,.note,.answer p,.card,.finding,figure,tr,.changes,.classlist li,.chartbox,.panels.attack,.gallery,.kinds li,.how,.warning,.strip,.bars li,.tracks li,.definitions>div,.limits li,.lines tbody,table.matrix{break-inside:avoid}
thead{display:table-header-group}
.scroll{overflow:visible}table{font-size:.95rem}
.answer{font-size:1.4rem;margin-bottom:1.2rem}
.runs,.changes{background:none}.runs{grid-template-columns:1fr;gap:.8rem}.run,.changes{padding:.8rem 1rem;border-color:var(--line)}.run h3,.changes h3{break-after:avoid}
.findings{margin-top:.3rem}.finding,.changes .finding{grid-template-columns:6.5rem minmax(0,1fr);padding:.35rem 0}.finding dt .number{font-size:1.2rem}
.classlist,.changes .findings{columns:2;column-gap:2rem}.strip li{flex-basis:4rem}
.figures th[scope=row]{min-width:0;width:28%}td.scale,th.scale{min-width:2.4cm;width:19%}.seeds td.said{min-width:0}th,td{padding-top:.4rem;padding-bottom:.4rem}
td.change{white-space:normal}.verdict{line-height:1.25}
.compact td,.compact th{white-space:nowrap;padding-right:.6rem}.compact.many .interval{display:block;margin:0}
.lines td.scale{min-width:1.8cm;width:14%}.lines th[scope=rowgroup]{min-width:0;width:24%}.lines td.who{white-space:normal}
.matrix{font-size:.82rem}.matrix td.heat{min-width:0;padding:.2rem .35rem}.matrix th{padding:.2rem .35rem}.pair{grid-template-columns:1fr 1fr;gap:1rem 1.5rem}
.chartbox{max-width:12.5cm}.chart.square{max-width:6.5cm}.curves{grid-template-columns:1fr 1fr;gap:1rem}
.panels{grid-template-columns:repeat(4,1fr)}.panels.attack{grid-template-columns:repeat(3,1fr)}.panels.calibrations{grid-template-columns:repeat(2,6.5cm)}
.bars li{grid-template-columns:4.2cm minmax(0,1fr) 3.9cm;gap:.5cm}.tracks li{grid-template-columns:4.2cm minmax(0,1fr) auto}
.kinds{grid-template-columns:repeat(4,1fr)}
.cards{grid-template-columns:1fr 1fr;gap:.8rem}.card{content-visibility:visible;padding:.7rem}
.definitions>div{padding:.3rem 0}
th[data-sort] .sort::after{content:none}
.bar,.gap,.curve,.meter,.cell img{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
