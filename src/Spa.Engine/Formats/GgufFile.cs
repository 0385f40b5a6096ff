namespace Spa.Engine.Formats;

/// <summary>
/// A GGUF file as it is: its own tensor names and row order, shapes slowest dimension first. <see cref="GgufModel"/> shows it as a
/// Hugging Face checkpoint.
/// </summary>
public sealed unsafe class GgufFile : TensorSource
{
    private readonly Dictionary<string, StoredTensor> _tensors;

    private GgufFile(MappedFile file, GgufHeader header)
    {
        File = file;
        _tensors = header.Tensors;
        Metadata = header.Metadata;
        Version = header.Version;
    }

    public override string Path => File.Path;

    public override IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    /// <summary>
    /// Every key: string, long (all integers), double (all floats), bool; lists as string[], int[] (up to 32 bits signed), long[] (wider),
    /// float[], double[], bool[].
    /// </summary>
    public IReadOnlyDictionary<string, object> Metadata { get; }

    /// <summary>2 or 3.</summary>
    public int Version { get; }

    internal MappedFile File { get; }

    /// <exception cref="SpaException">The file is missing, truncated or malformed.</exception>
    public static GgufFile Open(string path)
    {
        var file = new MappedFile(path);
        try
        {
            return new GgufFile(file, GgufHeader.Parse(path, file.Pointer, file.Length));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The string of a key, or null if the key is absent.</summary>
    /// <exception cref="SpaException">The key holds something else.</exception>
    public string? Text(string key) => Value<string>(key, "a string");

    /// <summary>The integer of a key, or null if the key is absent.</summary>
    /// <exception cref="SpaException">The key holds something else.</exception>
    public long? Integer(string key) => Metadata.ContainsKey(key) ? ValueOf<long>(key, "an integer") : null;

    /// <summary>The number of a key as the shortest decimal of its float32, or null if the key is absent.</summary>
    /// <exception cref="SpaException">The key holds something else.</exception>
    public double? Number(string key)
    {
        if (!Metadata.TryGetValue(key, out object? value)) return null;
        double number = value as double? ?? ValueOf<long>(key, "a number");
        // 1e-5 was stored as float32; a config.json says 1e-05, not 9.999999747378752e-06.
        return (float)number == number ? double.Parse(((float)number).ToString("R")) : number;
    }

    protected override void Dispose(bool disposing) => File.Dispose();

    internal override MappedFile Mapping(StoredTensor tensor) => File;

    private T? Value<T>(string key, string expected) where T : class =>
        !Metadata.TryGetValue(key, out object? value) ? null : value as T ?? throw Wrong(key, expected, value);

    private T ValueOf<T>(string key, string expected) where T : struct => Metadata[key] is T value ? value : throw Wrong(key, expected, Metadata[key]);

    private SpaException Wrong(string key, string expected, object found) =>
        new($"'{Path}': metadata '{key}' must be {expected}, found {(found is Array list ? $"a list of {list.Length}" : $"'{found}'")}");
}
