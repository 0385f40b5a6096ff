using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Spa.Engine.Configuration;

/// <summary>
/// YAML events to JSON nodes with the line of every key. Aliases are copied and count towards a limit of nodes, so a "billion laughs" file
/// ends in a message; tags, merge keys and several documents are refused because no configuration needs them.
/// </summary>
internal sealed class YamlReader
{
    private const int MaxDepth = 32;
    private const int MaxNodes = 100_000;

    private readonly ConfigurationDocument _document;
    private readonly Parser _parser;
    private readonly Dictionary<string, JsonNode?> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    private YamlReader(ConfigurationDocument document, string text)
    {
        _document = document;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>Reads one document whose top is a mapping; an empty text gives no keys.</summary>
    public static void Read(ConfigurationDocument document, string text)
    {
        if (ReadValue(document, text) is not { } node) return;
        document.Root = node as JsonObject ?? throw new UsageException($"{document.Name}: expected keys and values, found a bare value or a list");
    }

    /// <summary>Reads one value of any kind.</summary>
    public static JsonNode? ReadValue(ConfigurationDocument document, string text)
    {
        YamlReader reader = new(document, text);
        try
        {
            reader._parser.Consume<StreamStart>();
            if (reader._parser.TryConsume<StreamEnd>(out _)) return null;
            reader._parser.Consume<DocumentStart>();
            JsonNode? node = reader.Node("", 0);
            reader._parser.Consume<DocumentEnd>();
            if (!reader._parser.TryConsume<StreamEnd>(out _)) throw reader.Error(reader._parser.Current!, "expected one document, found a second one");
            return node;
        }
        catch (YamlException e)
        {
            throw new UsageException($"{document.Name}:{e.Start.Line}:{e.Start.Column}: not valid YAML: {e.Message.ReplaceLineEndings(" ")}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The scanner's own slips on text that is not YAML.
            throw new UsageException($"{document.Name}:{reader._parser.Current?.End.Line ?? 1}: not valid YAML near here");
        }
    }

    private JsonNode? Node(string path, int depth)
    {
        ParsingEvent next = _parser.Current ?? throw new UsageException($"{_document.Name}: the text ends too early");
        Charge(next, 1);
        if (depth > MaxDepth) throw Error(next, $"nested more than {MaxDepth} levels deep");
        if (_parser.TryConsume<AnchorAlias>(out AnchorAlias? alias)) return Copy(alias);
        if (next is NodeEvent { Tag.IsEmpty: false } tagged && !tagged.Tag.IsNonSpecific) throw Error(next, $"tags such as {tagged.Tag.Value} are not supported");
        string anchor = next is NodeEvent { Anchor.IsEmpty: false } anchored ? anchored.Anchor.Value : "";
        JsonNode? node = next switch
        {
            MappingStart => Mapping(path, depth),
            SequenceStart => Sequence(path, depth),
            _ => Value(_parser.Consume<Scalar>()),
        };
        if (anchor.Length > 0) _anchors[anchor] = node;
        return node;
    }

    private JsonObject Mapping(string path, int depth)
    {
        _parser.Consume<MappingStart>();
        JsonObject map = [];
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            ParsingEvent at = _parser.Current!;
            if (!_parser.TryConsume<Scalar>(out Scalar? key)) throw Error(at, "a key must be a word");
            if (key.Value == "<<" && key.Style == ScalarStyle.Plain) throw Error(at, "merge keys (<<) are not supported; write the keys out");
            if (map.ContainsKey(key.Value)) throw Error(at, $"the key '{key.Value}' is written twice");
            string inner = path.Length == 0 ? key.Value : $"{path}.{key.Value}";
            _document.SetPlace(inner, (int)key.Start.Line);
            map.Add(key.Value, Node(inner, depth + 1));
        }

        return map;
    }

    private JsonArray Sequence(string path, int depth)
    {
        _parser.Consume<SequenceStart>();
        JsonArray list = [];
        while (!_parser.TryConsume<SequenceEnd>(out _)) list.Add(Node(path, depth + 1));
        return list;
    }

    private JsonNode? Value(Scalar scalar) => scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty
        ? YamlScalar.Parse(scalar.Value, $"{_document.Name}:{scalar.Start.Line}")
        : JsonValue.Create(scalar.Value);

    private JsonNode? Copy(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out JsonNode? node)) throw Error(alias, $"the anchor '{alias.Value.Value}' is not defined before its use");
        Charge(alias, Size(node));
        return node?.DeepClone();
    }

    private static int Size(JsonNode? node) => node switch
    {
        JsonObject map => 1 + map.Sum(pair => Size(pair.Value)),
        JsonArray list => 1 + list.Sum(Size),
        _ => 1,
    };

    private void Charge(ParsingEvent at, int count)
    {
        _nodes += count;
        if (_nodes > MaxNodes) throw Error(at, $"more than {MaxNodes} values; a configuration has a few dozen");
    }

    private UsageException Error(ParsingEvent at, string what) => new($"{_document.Name}:{at.Start.Line}: {what}");
}
