using System.Text;

namespace Spa.Engine.Text.Templates;

internal static class BytesMethods
{
    public static readonly Builtin Decode = new("decode", "encoding? errors?", (context, self, a) =>
    {
        byte[] bytes = ((BytesValue)self!).Bytes;
        try
        {
            return context.Charge(TextEncodings.Get(a.TextOrNull(context, 0) ?? "utf-8", a.TextOrNull(context, 1) ?? "strict").GetString(bytes));
        }
        catch (DecoderFallbackException)
        {
            throw new TemplateException(TemplateErrorKind.UnicodeError, "the bytes cannot be decoded");
        }
    });
}
