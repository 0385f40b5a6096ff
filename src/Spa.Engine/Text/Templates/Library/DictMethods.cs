namespace Spa.Engine.Text.Templates;

internal static class DictMethods
{
    public static readonly Builtin FromKeys = new("fromkeys", "/keys /value?", (context, _, a) =>
    {
        DictValue dict = new(context.Keys);
        ItemReader keys = new(context, a[0]);
        while (keys.TryNext(out object? key)) dict.Set(key, a.Or(1, null));
        return dict;
    });

    public static readonly Builtin[] All =
    [
        new("get", "/key /default?", (_, self, a) => ((DictValue)self!).TryGet(a[0], out object? value) ? value : a.Or(1, null)),
        new("keys", "", (_, self, _) => new DictView((DictValue)self!, DictViewKind.Keys)),
        new("values", "", (_, self, _) => new DictView((DictValue)self!, DictViewKind.Values)),
        new("items", "", (_, self, _) => new DictView((DictValue)self!, DictViewKind.Items)),
        new("copy", "", (context, self, _) =>
        {
            DictValue dict = (DictValue)self!;
            context.Step(dict.Count);
            return dict.Copy();
        }),
        FromKeys,
    ];
}
