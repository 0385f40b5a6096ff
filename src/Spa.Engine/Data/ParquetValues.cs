using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>
/// The slots of one physical column in one row group. Only slots at the greatest definition level hold a value, and the library hands the
/// values over without gaps, so each slot's place among them is counted here.
/// </summary>
internal sealed class ParquetValues
{
    private readonly int[]? _places;
    private readonly Func<int, JsonNode?> _value;

    public ParquetValues(int count, int[]? definition, int[]? repetition, int maxDefinition, Func<int, JsonNode?> value)
    {
        Count = count;
        Definition = definition ?? [];
        Repetition = repetition ?? [];
        _value = value;
        if (definition is null) return;
        _places = new int[count];
        int next = 0;
        for (int slot = 0; slot < count; slot++) _places[slot] = definition[slot] == maxDefinition ? next++ : -1;
    }

    public int Count { get; }

    /// <summary>[count], or empty for a required scalar.</summary>
    public int[] Definition { get; }

    /// <summary>[count], or empty where nothing repeats; 0 begins a row.</summary>
    public int[] Repetition { get; }

    public JsonNode? Value(int slot)
    {
        int place = _places is null ? slot : _places[slot];
        return place < 0 ? null : _value(place);
    }
}
