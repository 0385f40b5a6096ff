namespace Spa.Engine.Text.Templates;

internal static class BytesMethods
{
    public static readonly Builtin Decode = new("decode", "encoding? errors?", (context, self, a) =>
        context.Charge(TextEncodings.Decode(((BytesValue)self!).Bytes, a.TextOrNull(context, 0) ?? "utf-8", a.TextOrNull(context, 1) ?? "strict")));
}
