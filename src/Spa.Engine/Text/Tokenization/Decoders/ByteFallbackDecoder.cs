using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>ByteFallback</c>: each run of tokens <c>&lt;0xNN&gt;</c> becomes text, or one U+FFFD per byte if any of it is invalid.</summary>
internal sealed class ByteFallbackDecoder : IDecoder
{
    public const string TypeName = "ByteFallback";

    public void Decode(List<string> tokens)
    {
        List<byte> run = [];
        int kept = 0;
        for (int i = 0; i < tokens.Count; i++)
        {
            if (TryByte(tokens[i], out byte value))
            {
                run.Add(value);
                continue;
            }
            // A run of n bytes becomes at most n entries, so this never overtakes the reading.
            if (run.Count > 0) kept = Emit(run, tokens, kept);
            tokens[kept++] = tokens[i];
        }
        if (run.Count > 0) kept = Emit(run, tokens, kept);
        tokens.RemoveRange(kept, tokens.Count - kept);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteEndObject();
    }

    private static bool TryByte(string token, out byte value)
    {
        value = 0;
        return token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static int Emit(List<byte> run, List<string> tokens, int kept)
    {
        byte[] bytes = [.. run];
        run.Clear();
        if (Utf8.IsValid(bytes))
        {
            tokens[kept++] = Encoding.UTF8.GetString(bytes);
            return kept;
        }
        for (int i = 0; i < bytes.Length; i++) tokens[kept++] = "\uFFFD";
        return kept;
    }
}
