namespace Spa.Engine.Reporting.Html;

/// <summary>The page's style sheet; colours come from the palette of the charts.</summary>
internal static class ReportStyle
{
    public const string Css = """
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
        body{margin:0;background:var(--page);color:var(--ink);
        font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
        header,main,footer{max-width:1120px;margin:0 auto;padding:0 clamp(16px,4vw,40px)}
        header{padding-top:clamp(28px,5vw,56px)}
        .eyebrow{margin:0 0 .5rem;color:var(--muted);font-size:.8125rem;letter-spacing:.02em}
        h1{margin:0;font-size:clamp(1.6rem,1.2rem + 1.8vw,2.3rem);line-height:1.18;letter-spacing:-.018em;font-weight:680;overflow-wrap:anywhere;text-wrap:balance}
        .subtitle{margin:.6rem 0 0;color:var(--muted);font-size:1.0625rem;max-width:46em;overflow-wrap:anywhere;text-wrap:pretty}
        .summary{display:flex;flex-wrap:wrap;gap:1px;margin:2rem 0 0;padding:0;
        background:var(--rule);border:1px solid var(--rule);border-radius:12px;overflow:hidden}
        .summary div{flex:1 1 150px;background:var(--surface);padding:.9rem 1.1rem 1rem}
        .summary dt{color:var(--muted);font-size:.8125rem}
        .summary dd{margin:.15rem 0 0}
        .summary .big{display:block;font-size:1.65rem;line-height:1.25;font-weight:640;letter-spacing:-.015em}
        .summary .interval,.summary .remark{display:block;color:var(--muted);font-size:.8125rem;line-height:1.4;overflow-wrap:anywhere}
        .warning{margin:1rem 0 0;padding:.7rem 1rem;background:var(--flag-soft);border-left:3px solid var(--flag);border-radius:0 8px 8px 0;
        font-size:.9375rem;overflow-wrap:anywhere}
        .warning strong{color:var(--flag);font-weight:640}
        nav{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin-top:1.6rem;padding-top:1rem;border-top:1px solid var(--rule);font-size:.875rem}
        a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline;text-underline-offset:3px}
        section{margin-top:clamp(2.4rem,5vw,3.6rem)}
        h2{margin:0 0 .35rem;font-size:1.3rem;line-height:1.3;letter-spacing:-.01em;font-weight:650;overflow-wrap:anywhere}
        .lead{margin:0 0 1.1rem;color:var(--muted);max-width:46em;font-size:.9375rem;overflow-wrap:anywhere;text-wrap:pretty}
        h2 + div,h2 + article,h2 + details,h2 + dl,h2 + ul{margin-top:.9rem}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:16px}
        .figures.narrow{max-width:580px}
        .figures + .scroll,.scroll + .figures{margin-top:16px}
        figure,.scroll,.sample,details{margin:0;background:var(--surface);border:1px solid var(--rule);border-radius:12px}
        figure{padding:14px 14px 10px;min-width:0;display:flex;flex-direction:column}
        figcaption{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 .6rem;margin:0 2px 6px}
        figcaption .name{font-weight:620;font-size:.9375rem;overflow-wrap:anywhere}figcaption .unit{color:var(--muted);font-size:.8125rem}
        figure svg{display:block;width:100%;height:auto;margin-top:auto}
        .legend{display:flex;flex-wrap:wrap;gap:2px 14px;margin:0 2px 6px;font-size:.8125rem;color:var(--muted)}
        .legend label{position:relative;display:inline-flex;align-items:center;gap:6px;cursor:pointer;overflow-wrap:anywhere}
        .legend input{position:absolute;opacity:0;width:100%;height:100%;margin:0;cursor:pointer}
        .legend i{flex:none;width:11px;height:11px;border-radius:3px;background:var(--c);border:1.5px solid var(--c)}
        .legend input:not(:checked) + i{background:transparent}
        .legend input:focus-visible + i{outline:2px solid var(--accent);outline-offset:2px}
        figure:has(.t1:not(:checked)) .g1,figure:has(.t2:not(:checked)) .g2,figure:has(.t3:not(:checked)) .g3,figure:has(.t4:not(:checked)) .g4,
        figure:has(.t5:not(:checked)) .g5,figure:has(.t6:not(:checked)) .g6,figure:has(.t7:not(:checked)) .g7,figure:has(.t8:not(:checked)) .g8{display:none}
        .scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}
        table{border-collapse:collapse;width:100%;font-size:.9375rem}
        th,td{padding:.6rem .9rem;text-align:right;vertical-align:top;white-space:nowrap}
        thead th{color:var(--muted);font-weight:500;font-size:.8125rem;vertical-align:bottom;white-space:normal;min-width:6.2rem}
        thead th:first-child{min-width:0}
        tbody tr{border-top:1px solid var(--hair)}
        tbody tr.apart,tbody tr.total{border-top:1px solid var(--faint)}
        tbody th{position:sticky;left:0;background:var(--surface);text-align:left;font-weight:600;white-space:normal;min-width:6.5rem;overflow-wrap:anywhere}
        td b{display:block;font-weight:600}
        td small{display:block;color:var(--muted);font-size:.75rem}
        .tag{display:block;color:var(--muted);font-weight:400;font-size:.75rem}
        .mark{display:block;width:96px;height:8px;margin:3px 0 2px auto}
        .mark .track{stroke:var(--hair);stroke-width:1.5}.mark .reach{stroke:var(--accent);stroke-width:2;stroke-opacity:.55}.mark .at{fill:var(--accent)}
        .time .share{width:34%;min-width:11rem}
        td.share{display:table-cell}td.share svg{display:inline-block;width:calc(100% - 4.6rem);height:8px;vertical-align:middle}
        td.share span{display:inline-block;width:4.2rem}
        .share rect{fill:var(--hair)}.share .part{fill:var(--accent);fill-opacity:.8}
        .time tbody th{min-width:9.2rem;font-weight:500}
        .audit td{font-weight:600}.audit td small{font-weight:400}.audit tbody th{font-weight:500;min-width:9rem}
        .total td,.time .total th{font-weight:640}
        .sample{padding:16px 18px 18px}.sample + .sample{margin-top:16px}
        .turn{margin:0 0 .7rem;padding-left:.8rem;border-left:2px solid var(--rule)}.turn p{margin:0}.turn .text{max-height:12rem}
        .prompt{margin:0 0 .8rem;font-weight:600;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}
        .answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,230px),1fr));gap:.9rem 1.6rem}
        .answer{border-top:2px solid var(--rule);padding-top:.45rem;min-width:0}.answer:last-child{border-top-color:var(--accent)}
        .answer p{margin:0}
        .who{display:flex;justify-content:space-between;gap:.8rem;color:var(--muted);font-size:.8125rem}
        .who span{overflow-wrap:anywhere}
        .text{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate;font-size:.9375rem;max-height:26rem;overflow-y:auto}
        .answer .text{margin-top:.2rem}
        .empty{color:var(--muted);font-style:italic}
        .cut{color:var(--flag);font-size:.8125rem;padding-top:.3rem}
        .notes{margin:0;padding-left:1.2rem;max-width:50em}.notes li{margin:.25rem 0;overflow-wrap:anywhere}
        details{padding:.7rem 1rem}summary{cursor:pointer;color:var(--accent);font-size:.9375rem}
        pre{margin:.7rem 0 .2rem;padding:0;overflow-x:auto;font:13px/1.55 ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;tab-size:2}
        .facts{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.6rem;margin:0;font-size:.9375rem}
        .facts dt{color:var(--muted)}.facts dd{margin:0;overflow-wrap:anywhere}
        footer{margin-top:3.5rem;padding-bottom:2.5rem;color:var(--muted);font-size:.8125rem}footer p{margin:0;padding-top:1rem;border-top:1px solid var(--rule)}
        @media (max-width:600px){
        .plot{font-size:14px}.plot .note{font-size:13px}
        figure{padding:12px 10px 6px}
        .summary div{flex-basis:40%;padding:.75rem .9rem .85rem}.summary .big{font-size:1.4rem}
        th,td{padding:.55rem .7rem}
        .time .share{width:auto;min-width:0}.time .share svg{display:none}
        .facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.55rem}
        }
        @media print{
        :root{color-scheme:light;--page:#fff;--surface:#fff;--ink:#000;--muted:#444;--faint:#777;--rule:#bbb;--hair:#ddd;--accent:#1f5fc4;--flag:#a8370a;
        --flag-soft:#fff;--s1:#1f5fc4;--s2:#d9730d;--s3:#0b8068;--s4:#7c4fd0;--s5:#bf3366;--s6:#6c7114}
        html{font-size:13px}body{font-size:1rem}header,main,footer{max-width:none;padding:0 1px}nav{display:none}
        figure,.sample,tr,.warning,.summary div{break-inside:avoid}h2,.lead{break-after:avoid;break-inside:avoid}tbody th{position:static;background:none}
        .figures{grid-template-columns:1fr 1fr}.figures.narrow{grid-template-columns:1fr;max-width:420px}.scroll{overflow:visible}.text{max-height:none;overflow:visible}
        pre{white-space:pre-wrap;overflow-wrap:anywhere}
        details:not([open])::details-content{display:block;content-visibility:visible;block-size:auto}
        @page{margin:16mm}
        }

        """;
}
