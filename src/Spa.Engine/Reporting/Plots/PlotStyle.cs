namespace Spa.Engine.Reporting.Plots;

/// <summary>Colours and shapes of all charts, as CSS.</summary>
internal static class PlotStyle
{
    /// <summary>Colours before they repeat.</summary>
    private const int Colours = 6;

    /// <summary>
    /// Colour variables for light and dark. Series colours keep a contrast of 3:1 to the page, stay apart under the common colour
    /// blindnesses, and differ in lightness for a black-and-white print.
    /// </summary>
    public const string Palette = """
        :root{color-scheme:light dark;--page:#fafaf8;--surface:#ffffff;--ink:#1b1f24;--muted:#5c6470;--faint:#8a919c;--rule:#e3e5e8;--hair:#eceef0;
        --accent:#1f5fc4;--hover:#1f5fc414;--flag:#c2410c;--flag-soft:#fff4ec;
        --s1:#1f5fc4;--s2:#d9730d;--s3:#0b8068;--s4:#7c4fd0;--s5:#bf3366;--s6:#6c7114}
        @media (prefers-color-scheme:dark){:root{--page:#121417;--surface:#191c20;--ink:#e6e8eb;--muted:#a0a8b3;--faint:#7c8490;--rule:#2c3137;
        --hair:#24292f;--accent:#79a9ff;--hover:#79a9ff1f;--flag:#ff9a5c;--flag-soft:#2b2019;
        --s1:#79a9ff;--s2:#ffae57;--s3:#4cc7a3;--s4:#bb9dff;--s5:#ff86a8;--s6:#c4ca5a}}

        """;

    public const string Css = """
        .plot{font:12px/1.2 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
        .plot text{fill:var(--muted)}
        .plot .paper{fill:var(--surface)}
        .plot .head{fill:var(--ink);font-size:14px;font-weight:600}
        .plot .value{fill:var(--ink);font-weight:600;paint-order:stroke;stroke:var(--surface);stroke-width:3px;stroke-linejoin:round}
        .plot .start{text-anchor:start}.plot .mid{text-anchor:middle}.plot .end{text-anchor:end}
        .plot .note{font-size:11px}
        .plot .grid{stroke:var(--hair)}.plot .axis{stroke:var(--faint)}
        .plot .reference{stroke:var(--muted);stroke-dasharray:4 4}
        .plot .span{stroke:var(--rule)}
        .plot .threshold{stroke:var(--flag);stroke-width:1.5}.plot .thresholdlabel{fill:var(--flag);font-weight:600}
        .plot .line{fill:none;stroke:var(--c);stroke-width:1.9;stroke-linejoin:round;stroke-linecap:round}
        .plot .ring{fill:none}
        .plot .raw{fill:none;stroke:var(--c);stroke-width:1;stroke-linejoin:round;opacity:.32}
        .plot .dot{fill:var(--c);stroke:var(--surface);stroke-width:1}
        .plot .fill{fill:var(--c)}.plot .bar{fill:var(--c);fill-opacity:.82}
        .plot .faded{fill:var(--faint);fill-opacity:.65}
        .plot .flagged{fill:var(--flag);fill-opacity:.85}
        .plot .whisker{stroke:var(--ink);stroke-width:1.3;stroke-opacity:.8}
        .plot .band{fill:transparent}.plot .band:hover{fill:var(--hover)}
        .c1{--c:var(--s1)}.c2{--c:var(--s2)}.c3{--c:var(--s3)}.c4{--c:var(--s4)}.c5{--c:var(--s5)}.c6{--c:var(--s6)}
        @media print{.plot .line.c2{stroke-dasharray:7 4}.plot .line.c3{stroke-dasharray:2 4}.plot .line.c4{stroke-dasharray:9 3 2 3}}

        """;

    /// <summary>Class of a series' colour.</summary>
    public static string Series(int index) => $"c{index % Colours + 1}";
}
