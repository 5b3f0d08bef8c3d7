"""The style of the preview report: both colour schemes, bars, samples side by side or, on a phone, one below the other."""

STYLE = """
:root{--ink:#1c2024;--soft:#5f6871;--paper:#fff;--box:#f5f6f8;--line:#dcdfe3;--blue:#2f6fde;--same:#c4cad1;--green:#2c9a5b;
--red:#cf3f36;
--amber:#d08a12;--violet:#8257c9;--del:#ffd9d5;--ins:#ccf1d8}
@media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#9aa4ae;--paper:#14171a;--box:#1d2125;--line:#343a40;--blue:#6ea0ff;
--same:#4d555d;--green:#4cc27e;--red:#f0736a;--amber:#e2a63b;--violet:#ab88ea;--del:#5b2522;--ins:#164a2a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,"Noto Sans","Noto Sans CJK SC",sans-serif}
main{max-width:68rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .7rem}
h3{font-size:.85rem;margin:0 0 .5rem;font-weight:600}
h4{font-size:.75rem;margin:0 0 .2rem;color:var(--soft);font-weight:600}
small,.by,.url,h1 small{color:var(--soft);font-weight:400}.by,.url{font-size:.85rem;overflow-wrap:anywhere}.by{margin:.4rem 0 0}
code{background:var(--box);padding:.1em .3em;border-radius:3px}a{color:var(--blue)}
.warn{color:var(--amber);font-weight:600}
.stack{display:flex;height:1.5rem;border-radius:5px;overflow:hidden;gap:2px}.stack span{flex-basis:0;min-width:3px}
.key{list-style:none;padding:0;margin:.8rem 0 0;display:grid;gap:.15rem}
.key i{display:inline-block;width:.8rem;height:.8rem;border-radius:2px;margin-right:.5rem}
.key span{color:var(--soft)}
.f-same{background:var(--same)}.f-changed{background:var(--blue)}.f-accepted{background:var(--green)}
.f-rejected{background:var(--red)}
.f-reason{background:var(--violet)}.f-failed{background:var(--amber)}
.f-pruned{background:repeating-linear-gradient(45deg,var(--same) 0 4px,var(--paper) 4px 8px)}
.bars{width:100%;border-collapse:collapse}
.bars th{text-align:left;font-weight:400;padding:.15rem .8rem .15rem 0;width:1%;white-space:nowrap}
.bars .bar{width:auto}.bars .bar span{display:block;height:.9rem;background:var(--blue);border-radius:2px;min-width:2px}
.bars .n{width:1%;text-align:right;padding-left:.8rem;font-variant-numeric:tabular-nums;white-space:nowrap}
article{background:var(--box);border:1px solid var(--line);border-radius:6px;padding:.8rem;margin:0 0 .8rem}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem}.pair>div{min-width:0}
.value{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.92rem}.empty{margin:0;color:var(--soft);font-style:italic}
del,ins{text-decoration:none;border-radius:2px;padding:0 .1em;-webkit-box-decoration-break:clone;box-decoration-break:clone}
del{background:var(--del)}ins{background:var(--ins)}
.tag{color:var(--amber)}details{border-top:1px solid var(--line);padding:.4rem 0}summary{cursor:pointer;overflow-wrap:anywhere}
pre{background:var(--box);padding:.7rem;overflow-x:auto;font-size:.8rem;white-space:pre-wrap;overflow-wrap:anywhere}
@media (max-width:40rem){main{padding:1rem .8rem 3rem}.pair{grid-template-columns:1fr}
.bars th{white-space:normal;overflow-wrap:anywhere;min-width:9.5rem;font-size:.9rem}h1{font-size:1.35rem}}
@media print{article{break-inside:avoid}}
"""
