using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Metaspace</c>: marks become spaces; those of the first token are dropped where encoding may have put one there.</summary>
internal sealed class MetaspaceDecoder(MetaspaceOptions options) : IDecoder
{
    private readonly string _mark = options.Mark.ToString();

    public void Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            bool drops = i == 0 && options.Scheme != PrependScheme.Never;
            tokens[i] = tokens[i].Replace(_mark, drops ? "" : " ", StringComparison.Ordinal);
        }
    }

    public void Write(Utf8JsonWriter json) => options.Write(json);
}
