using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Sequence</c>: one post-processor after the other.</summary>
internal sealed class SequencePostProcessor(IReadOnlyList<IPostProcessor> steps) : IPostProcessor
{
    public const string TypeName = "Sequence";

    public IEnumerable<int> AddedIds => steps.SelectMany(step => step.AddedIds);

    public List<int> Process(List<int> ids)
    {
        foreach (IPostProcessor step in steps) ids = step.Process(ids);
        return ids;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteStartArray("processors");
        foreach (IPostProcessor step in steps) step.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
