using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>What the pre-tokenizer and the decoder of that name share.</summary>
/// <param name="Mark">Stands for a space, U+2581 as a rule.</param>
/// <param name="Scheme">Where one more mark is put in front.</param>
/// <param name="Split">Whether pieces are cut before each mark.</param>
internal sealed record MetaspaceOptions(char Mark, PrependScheme Scheme, bool Split)
{
    public const string TypeName = "Metaspace";

    /// <summary>Reads today's form and the older one, which has <c>add_prefix_space</c> in place of <c>prepend_scheme</c>.</summary>
    public static MetaspaceOptions Read(JsonCursor json)
    {
        JsonCursor replacement = json.Require("replacement");
        if (replacement.String() is not [char mark] || char.IsSurrogate(mark)) throw replacement.Error("expected one character of the basic plane");
        PrependScheme scheme = json.Find("prepend_scheme")?.Enum<PrependScheme>()
            ?? (json.Find("add_prefix_space")?.Boolean() == false ? PrependScheme.Never : PrependScheme.Always);
        return new MetaspaceOptions(mark, scheme, json.Find("split")?.Boolean() ?? true);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteString("replacement", Mark.ToString());
        json.WriteString("prepend_scheme", Scheme.ToString().ToLowerInvariant());
        json.WriteBoolean("split", Split);
        json.WriteEndObject();
    }
}
