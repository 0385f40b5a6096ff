using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>The encodings that <c>encode</c> and <c>decode</c> know.</summary>
internal static class TextEncodings
{
    public static Encoding Get(string name, string errors)
    {
        (EncoderFallback encode, DecoderFallback decode) = errors switch
        {
            "strict" => ((EncoderFallback)EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback),
            "ignore" => (new EncoderReplacementFallback(""), new DecoderReplacementFallback("")),
            "replace" => (new EncoderReplacementFallback("?"), new DecoderReplacementFallback("\ufffd")),
            _ => throw new TemplateException(TemplateErrorKind.ValueError, $"unknown error handler name {Repr.Of(errors)}; known are strict, ignore, replace"),
        };
        string dotnet = name.ToLowerInvariant().Replace('_', '-') switch
        {
            "utf-8" or "utf8" => "utf-8",
            "ascii" or "us-ascii" => "us-ascii",
            "latin-1" or "latin1" or "iso-8859-1" => "iso-8859-1",
            _ => throw new TemplateException(TemplateErrorKind.ValueError, $"unknown encoding: {Repr.Of(name)}; known are utf-8, ascii, latin-1"),
        };
        return Encoding.GetEncoding(dotnet, encode, decode);
    }
}
