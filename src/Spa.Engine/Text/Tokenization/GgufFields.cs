namespace Spa.Engine.Text.Tokenization;

/// <summary>Typed access to the metadata of a GGUF file, whose integers may have any width.</summary>
internal sealed class GgufFields(IReadOnlyDictionary<string, object> metadata, string name)
{
    public string? Text(string key) => Find<string>(key, "a string");

    public string[]? Texts(string key) => Find<string[]>(key, "an array of strings");

    public bool? Flag(string key) => metadata.ContainsKey(key) ? metadata[key] as bool? ?? throw Error(key, Wanted(key, "true or false")) : null;

    public int? Integer(string key)
    {
        if (!metadata.TryGetValue(key, out object? value)) return null;
        return ToInteger(value) ?? throw Error(key, Wanted(key, "an integer"));
    }

    public int[]? Integers(string key)
    {
        if (!metadata.TryGetValue(key, out object? value)) return null;
        return value switch
        {
            int[] exact => exact,
            uint[] or long[] or ulong[] or short[] or ushort[] or sbyte[] or byte[] =>
                [.. ((Array)value).Cast<object>().Select(item => ToInteger(item) ?? throw Error(key, Wanted(key, "integers that fit")))],
            _ => throw Error(key, Wanted(key, "an array of integers")),
        };
    }

    public float[]? Floats(string key)
    {
        if (!metadata.TryGetValue(key, out object? value)) return null;
        return value switch
        {
            float[] exact => exact,
            double[] wide => [.. wide.Select(x => (float)x)],
            _ => throw Error(key, Wanted(key, "an array of numbers")),
        };
    }

    public SpaException Error(string key, string message) => new($"{name}: {key}: {message}");

    private static int? ToInteger(object value) => value switch
    {
        int i => i,
        uint i when i <= int.MaxValue => (int)i,
        long i when i is >= int.MinValue and <= int.MaxValue => (int)i,
        ulong i when i <= int.MaxValue => (int)i,
        short i => i,
        ushort i => i,
        sbyte i => i,
        byte i => i,
        _ => null,
    };

    private string Wanted(string key, string wanted) => $"expected {wanted}, found {metadata[key].GetType().Name}";

    private T? Find<T>(string key, string wanted) where T : class
    {
        if (!metadata.TryGetValue(key, out object? value)) return null;
        return value as T ?? throw Error(key, Wanted(key, wanted));
    }
}
