using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>The encodings that <c>encode</c> and <c>decode</c> know: utf-8, ascii and latin-1.</summary>
internal static class TextEncodings
{
    public static byte[] Encode(string text, string encoding, string errors)
    {
        int limit = Limit(encoding);
        Action<List<byte>>? replace = Replacement<List<byte>>(errors, static bytes => bytes.Add((byte)'?'));
        List<byte> result = new(text.Length);
        Span<byte> buffer = stackalloc byte[4];
        for (int at = 0; at < text.Length; at += CodePoints.WidthAt(text, at))
        {
            bool valid = Rune.TryGetRuneAt(text, at, out Rune rune);
            if (valid && limit == 0) result.AddRange(buffer[..rune.EncodeToUtf8(buffer)]);
            else if (valid && rune.Value < limit) result.Add((byte)rune.Value);
            else if (replace is not null) replace(result);
            else throw new TemplateException(TemplateErrorKind.UnicodeError, $"'{encoding}' codec can't encode the character at {at}");
        }

        return [.. result];
    }

    public static string Decode(byte[] bytes, string encoding, string errors)
    {
        int limit = Limit(encoding);
        Action<StringBuilder>? replace = Replacement<StringBuilder>(errors, static text => text.Append('\ufffd'));
        StringBuilder result = new(bytes.Length);
        for (int at = 0; at < bytes.Length;)
        {
            int consumed = 1;
            Rune rune = new(bytes[at]);
            bool valid = limit == 0
                ? Rune.DecodeFromUtf8(bytes.AsSpan(at), out rune, out consumed) == System.Buffers.OperationStatus.Done
                : bytes[at] < limit;
            if (valid) result.Append(rune.ToString());
            else if (replace is not null) replace(result);
            else throw new TemplateException(TemplateErrorKind.UnicodeError, $"'{encoding}' codec can't decode the byte at {at}");
            at += consumed;
        }

        return result.ToString();
    }

    /// <summary>The first code point that the encoding has not; 0 for UTF-8, which has all.</summary>
    private static int Limit(string encoding) => encoding.ToLowerInvariant().Replace('_', '-') switch
    {
        "utf-8" or "utf8" => 0,
        "ascii" or "us-ascii" => 0x80,
        "latin-1" or "latin1" or "iso-8859-1" => 0x100,
        _ => throw new TemplateException(TemplateErrorKind.ValueError, $"unknown encoding: {Repr.Of(encoding)}; known are utf-8, ascii, latin-1"),
    };

    /// <summary>What to write for a character that cannot be converted; null where that is an error.</summary>
    private static Action<T>? Replacement<T>(string errors, Action<T> mark) => errors switch
    {
        "strict" => null,
        "ignore" => static _ => { }
        ,
        "replace" => mark,
        _ => throw new TemplateException(TemplateErrorKind.ValueError, $"unknown error handler name {Repr.Of(errors)}; known are strict, ignore, replace"),
    };
}
