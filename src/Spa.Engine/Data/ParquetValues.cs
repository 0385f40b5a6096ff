using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>The slots of one physical column in one row group; a slot whose level is below the greatest holds no value.</summary>
internal sealed class ParquetValues(int count, int[]? definition, int[]? repetition, int maxDefinition, Func<int, JsonNode?> value)
{
    public int Count => count;

    /// <summary>[count], or empty for a required scalar.</summary>
    public int[] Definition { get; } = definition ?? [];

    /// <summary>[count], or empty where nothing repeats; 0 begins a row.</summary>
    public int[] Repetition { get; } = repetition ?? [];

    public JsonNode? Value(int slot) => Definition.Length > 0 && Definition[slot] < maxDefinition ? null : value(slot);
}
