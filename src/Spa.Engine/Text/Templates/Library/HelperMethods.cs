namespace Spa.Engine.Text.Templates;

/// <summary>Methods of the template language's own objects.</summary>
internal static class HelperMethods
{
    public static readonly Builtin[] OfLoops =
    [
        new("cycle", "*items", (_, self, a) => ((LoopValue)self!).Cycle(a.Rest)),
        new("changed", "*items", (context, self, a) => Box.Of(((LoopValue)self!).Changed(context, a.Rest))),
    ];

    public static readonly Builtin[] OfCyclers =
    [
        new("next", "", (_, self, _) => ((CyclerValue)self!).Next()),
        new("reset", "", (_, self, _) =>
        {
            ((CyclerValue)self!).Reset();
            return null;
        }),
    ];
}
