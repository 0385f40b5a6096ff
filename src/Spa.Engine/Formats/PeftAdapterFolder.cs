namespace Spa.Engine.Formats;

/// <summary>A PEFT adapter folder: adapter_config.json, adapter_model.safetensors, and perhaps tokenizer files.</summary>
public sealed class PeftAdapterFolder : IDisposable
{
    public const string WeightsName = "adapter_model.safetensors";

    private PeftAdapterFolder(string path)
    {
        Path = path;
        Config = PeftAdapterConfig.Read(System.IO.Path.Combine(path, PeftAdapterConfig.FileName));
        string weights = System.IO.Path.Combine(path, WeightsName);
        if (!File.Exists(weights))
        {
            throw new SpaException(File.Exists(System.IO.Path.Combine(path, "adapter_model.bin"))
                ? $"'{path}' has its weights as adapter_model.bin, which can run code and is not read; save the adapter as safetensors"
                : $"'{path}' has no {WeightsName}; copy or download the adapter again");
        }
        Tensors = SafetensorsFile.Open(weights);
    }

    public string Path { get; }

    public PeftAdapterConfig Config { get; }

    /// <summary>A and B of every module under PEFT's names.</summary>
    public TensorSource Tensors { get; }

    /// <summary>Whether a folder holds an adapter and no model.</summary>
    public static bool IsAdapter(string path) =>
        File.Exists(System.IO.Path.Combine(path, PeftAdapterConfig.FileName)) && !File.Exists(System.IO.Path.Combine(path, "config.json"));

    /// <exception cref="SpaException">A file is missing, truncated, malformed or not supported.</exception>
    public static PeftAdapterFolder Open(string path) => new(path);

    /// <summary>
    /// Where the base model is: the path that the adapter names, from here or from the adapter's folder, if it exists; else <paramref name="given"/>.
    /// </summary>
    /// <exception cref="SpaException">There is none.</exception>
    public string FindBase(string? given)
    {
        if (Config.BaseModel is { } named)
        {
            foreach (string candidate in (string[])[named, System.IO.Path.Combine(Path, named)])
                if ((File.Exists(candidate) || File.Exists(System.IO.Path.Combine(candidate, "config.json"))) && !Same(candidate, Path)) return candidate;
        }
        return given ?? throw new SpaException($"'{Path}' is an adapter of '{Config.BaseModel ?? "an unnamed model"}', which is not on this machine (nothing is downloaded); name its folder with --base");
    }

    public void Dispose() => Tensors.Dispose();

    private static bool Same(string a, string b) =>
        System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(a)) == System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(b));
}
